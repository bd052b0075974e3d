#pragma once

#include "fragscope/trace/input/byte_source.h"

#include <optional>
#include <string_view>
#include <vector>

namespace fragscope {

/// Cuts the bytes of a source into lines, in a buffer of fixed size.
class TraceLines {
public:
    static constexpr std::size_t longestLine = 1U << 20; ///< bytes

    explicit TraceLines(ByteSource& source);

    /// The first lines, as many as one filling of the buffer holds; they are still to be read. An
    /// error of the source is given only if nothing could be read before it; else by next, later.
    Expected<std::string_view> peek();

    /// The error that ended the reading of the source, if one did.
    [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }

    /// The next line without its end, valid until the next call; nothing at the end. Errors: those
    /// of the source, and a line longer than longestLine.
    Expected<std::optional<std::string_view>> next();

    /// Number of the line that next gave last, from 1; 0 before the first.
    [[nodiscard]] std::uint64_t lineNumber() const { return lineNumber_; }

private:
    Expected<Done> fill();

    ByteSource& source_;
    std::vector<char> buffer_;
    std::size_t begin_ = 0; ///< of what is not yet given out
    std::size_t end_ = 0;
    bool sourceEnded_ = false;
    std::optional<Error> failure_;
    std::uint64_t lineNumber_ = 0;
};

} // namespace fragscope
