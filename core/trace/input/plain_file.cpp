#include "fragscope/trace/input/plain_file.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>

namespace fragscope {

Expected<std::unique_ptr<PlainFile>> PlainFile::open(const std::string& path) {
    auto source = std::make_unique<PlainFile>();
    source->path_ = path;
    std::error_code failed;
    const auto size = std::filesystem::file_size(path, failed);
    source->total_ = failed ? 0 : size;
    source->file_.reset(std::fopen(path.c_str(), "rb"));
    if (!source->file_) {
        return badInput(fmt::format("cannot open the trace file: {}", std::strerror(errno)));
    }
    std::array<char, 4> first{};
    const Expected<std::size_t> count = source->read(first);
    if (!count) {
        return count.error();
    }
    source->magic_.assign(first.data(), *count);
    source->magicLeft_ = *count;
    source->position_ = 0;
    return source;
}

Expected<std::size_t> PlainFile::read(std::span<char> into) {
    std::size_t count = std::min(magicLeft_, into.size());
    if (count != 0) {
        std::memcpy(into.data(), magic_.data() + magic_.size() - magicLeft_, count);
        magicLeft_ -= count;
    } else {
        count = std::fread(into.data(), 1, into.size(), file_.get());
        if (count == 0 && std::ferror(file_.get()) != 0) {
            return systemRefused(path_, fmt::format("cannot read it: {}", std::strerror(errno)));
        }
    }
    position_ += count;
    return count;
}

} // namespace fragscope
