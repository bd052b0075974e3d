#include "fragscope/trace/input/gzip_source.h"

#include <array>
#include <fmt/format.h>
#include <zlib.h>

namespace fragscope {

namespace {

constexpr int gzipWindow = 15 + 16; // zlib: the largest window, with a gzip header

class GzipSource final : public ByteSource {
public:
    explicit GzipSource(std::unique_ptr<PlainFile> file) : file_(std::move(file)) {
        FRAGSCOPE_CHECK(inflateInit2(&stream_, gzipWindow) == Z_OK, "zlib refuses to start");
    }

    ~GzipSource() override { inflateEnd(&stream_); }

    GzipSource(const GzipSource&) = delete;
    GzipSource& operator=(const GzipSource&) = delete;

    Expected<std::size_t> read(std::span<char> into) override {
        stream_.next_out = reinterpret_cast<Bytef*>(into.data());
        stream_.avail_out = static_cast<uInt>(into.size());
        while (stream_.avail_out == into.size()) {
            const Expected<bool> more = refill();
            if (!more) {
                return more.error();
            }
            if (!*more) {
                break;
            }
            if (ended_) { // another member follows
                inflateReset(&stream_);
                ended_ = false;
            }
            const int code = inflate(&stream_, Z_NO_FLUSH);
            ended_ = code == Z_STREAM_END;
            if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) {
                return damage(stream_.msg != nullptr ? stream_.msg : "gzip error");
            }
        }
        return into.size() - stream_.avail_out;
    }

    [[nodiscard]] std::uint64_t position() const override { return file_->position(); }

    [[nodiscard]] std::uint64_t total() const override { return file_->total(); }

private:
    /// False at the end of the file.
    Expected<bool> refill() {
        if (stream_.avail_in != 0) {
            return true;
        }
        const Expected<std::size_t> count = file_->read(buffer_);
        if (!count) {
            return count.error();
        }
        if (*count == 0 && !ended_) {
            return damage("the file ends in the middle of the gzip data");
        }
        stream_.next_in = reinterpret_cast<Bytef*>(buffer_.data());
        stream_.avail_in = static_cast<uInt>(*count);
        return *count != 0;
    }

    Error damage(const char* reason) {
        Error error = badInput(fmt::format("damaged or truncated: {}", reason));
        error.file = file_->path();
        return error;
    }

    std::unique_ptr<PlainFile> file_;
    z_stream stream_{};
    std::array<char, 65536> buffer_{};
    bool ended_ = false; ///< the last member is whole
};

} // namespace

std::unique_ptr<ByteSource> makeGzipSource(std::unique_ptr<PlainFile> file) {
    return std::make_unique<GzipSource>(std::move(file));
}

} // namespace fragscope
