#include "fragscope/trace/input/zstd_source.h"

#include <array>
#include <fmt/format.h>
#include <zstd.h>

namespace fragscope {

namespace {

class ZstdSource final : public ByteSource {
public:
    explicit ZstdSource(std::unique_ptr<PlainFile> file)
        : file_(std::move(file)), stream_(ZSTD_createDStream()) {
        FRAGSCOPE_CHECK(stream_ != nullptr, "zstd refuses to start");
    }

    ~ZstdSource() override { ZSTD_freeDStream(stream_); }

    ZstdSource(const ZstdSource&) = delete;
    ZstdSource& operator=(const ZstdSource&) = delete;

    Expected<std::size_t> read(std::span<char> into) override {
        ZSTD_outBuffer out{into.data(), into.size(), 0};
        while (out.pos == 0) {
            const Expected<bool> more = refill();
            if (!more) {
                return more.error();
            }
            if (!*more) {
                break;
            }
            const std::size_t code = ZSTD_decompressStream(stream_, &out, &in_);
            if (ZSTD_isError(code) != 0) {
                return damage(ZSTD_getErrorName(code));
            }
            frameEnded_ = code == 0;
            flushed_ = out.pos < out.size;
        }
        return out.pos;
    }

    [[nodiscard]] std::uint64_t position() const override { return file_->position(); }

    [[nodiscard]] std::uint64_t total() const override { return file_->total(); }

private:
    /// False when the file is at its end and the decoder holds nothing back.
    Expected<bool> refill() {
        if (in_.pos < in_.size || !flushed_) {
            return true;
        }
        const Expected<std::size_t> count = file_->read(buffer_);
        if (!count) {
            return count.error();
        }
        if (*count == 0 && !frameEnded_) {
            return damage("the file ends in the middle of the zstd data");
        }
        in_ = {buffer_.data(), *count, 0};
        return *count != 0;
    }

    Error damage(const char* reason) {
        Error error = badInput(fmt::format("damaged or truncated: {}", reason));
        error.file = file_->path();
        return error;
    }

    std::unique_ptr<PlainFile> file_;
    ZSTD_DStream* stream_;
    std::array<char, 65536> buffer_{};
    ZSTD_inBuffer in_{nullptr, 0, 0};
    bool frameEnded_ = false;
    bool flushed_ = true; ///< the decoder had room for all that it could tell
};

} // namespace

std::unique_ptr<ByteSource> makeZstdSource(std::unique_ptr<PlainFile> file) {
    return std::make_unique<ZstdSource>(std::move(file));
}

} // namespace fragscope
