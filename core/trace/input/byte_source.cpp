#include "fragscope/trace/input/byte_source.h"

#include "fragscope/trace/input/gzip_source.h"
#include "fragscope/trace/input/zstd_source.h"

#include <string_view>

namespace fragscope {

namespace {

constexpr std::string_view gzipMagic = "\x1f\x8b";
constexpr std::string_view zstdMagic = "\x28\xb5\x2f\xfd";

} // namespace

Expected<std::unique_ptr<ByteSource>> openBytes(const std::string& path) {
    Expected<std::unique_ptr<PlainFile>> file = PlainFile::open(path);
    if (!file) {
        return file.error();
    }
    const std::string_view magic = file.value()->magic();
    if (magic.starts_with(gzipMagic)) {
        return makeGzipSource(std::move(file.value()));
    }
    if (magic == zstdMagic) {
        return makeZstdSource(std::move(file.value()));
    }
    return std::unique_ptr<ByteSource>(std::move(file.value()));
}

} // namespace fragscope
