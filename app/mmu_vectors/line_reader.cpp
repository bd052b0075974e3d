#include "fragscope/mmu_vectors/line_reader.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <zlib.h>

namespace fragscope::vectors {

namespace {

gzFile asGz(void* file) {
    return static_cast<gzFile>(file);
}

constexpr std::size_t bufferBytes = std::size_t{1} << 16;

} // namespace

void LineReader::Close::operator()(void* file) const {
    gzclose(asGz(file));
}

Expected<LineReader> LineReader::open(const std::string& path) {
    errno = 0;
    gzFile file = gzopen(path.c_str(), "rb");
    if (file == nullptr) {
        return systemRefused(path, errno != 0 ? std::strerror(errno) : "cannot be opened");
    }
    return LineReader(path, file);
}

Expected<bool> LineReader::readMore() {
    buffer_.erase(0, begin_);
    begin_ = 0;
    std::array<char, bufferBytes> piece;
    errno = 0;
    const int got = gzread(asGz(file_.get()), piece.data(), static_cast<unsigned>(piece.size()));
    if (got > 0) { // what precedes the damage counts; the next call reports it
        buffer_.append(piece.data(), static_cast<std::size_t>(got));
        return true;
    }
    int code = Z_OK;
    std::string reason = gzerror(asGz(file_.get()), &code);
    if (code == Z_ERRNO) {
        return systemRefused(path_, std::strerror(errno));
    }
    if (got < 0 || (code != Z_OK && code != Z_STREAM_END)) {
        if (reason.starts_with(path_ + ": ")) { // zlib names the file itself
            reason.erase(0, path_.size() + 2);
        }
        Error error = badInput(reason);
        error.file = path_;
        error.line = line_ + 1;
        return error;
    }
    return false;
}

Expected<std::optional<std::string>> LineReader::next() {
    std::size_t end = buffer_.find('\n', begin_);
    while (end == std::string::npos) {
        const std::size_t searched = buffer_.size() - begin_;
        const auto more = readMore();
        if (!more.ok()) {
            return more.error();
        }
        if (!more.value()) {
            break;
        }
        end = buffer_.find('\n', begin_ + searched);
    }
    if (end == std::string::npos && begin_ == buffer_.size()) {
        return std::optional<std::string>();
    }
    ++line_;
    std::optional<std::string> line = buffer_.substr(begin_, end - begin_);
    begin_ = end == std::string::npos ? buffer_.size() : end + 1;
    return line;
}

} // namespace fragscope::vectors
