#pragma once

#include "fragscope/base/error.h"

#include <memory>
#include <optional>
#include <string>

namespace fragscope::vectors {

/// Reads a text file line by line, plain or compressed with gzip (told by its contents, not its
/// name).
class LineReader {
public:
    static Expected<LineReader> open(const std::string& path);

    /// The next line without its end, or nothing at the end of the file. A damaged file is an
    /// Error.
    Expected<std::optional<std::string>> next();

    [[nodiscard]] std::uint64_t lineNumber() const { return line_; } ///< of the last line, from 1

private:
    struct Close {
        void operator()(void* file) const;
    };

    LineReader(std::string path, void* file) : path_(std::move(path)), file_(file) {}

    /// Reads more bytes into the buffer; false at the end of the file.
    Expected<bool> readMore();

    std::string path_;
    std::unique_ptr<void, Close> file_;
    std::string buffer_; ///< bytes read and not yet handed out begin at `begin_`
    std::size_t begin_ = 0;
    std::uint64_t line_ = 0;
};

} // namespace fragscope::vectors
