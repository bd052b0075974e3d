#include "fragscope/trace/input/trace_lines.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

namespace fragscope {

TraceLines::TraceLines(ByteSource& source) : source_(source), buffer_(longestLine) {}

Expected<std::string_view> TraceLines::peek() {
    while (!sourceEnded_ && end_ < buffer_.size()) {
        if (const Expected<Done> filled = fill(); !filled) {
            if (end_ == 0) {
                return filled.error();
            }
            break;
        }
    }
    return std::string_view(buffer_.data() + begin_, end_ - begin_);
}

Expected<std::optional<std::string_view>> TraceLines::next() {
    std::size_t searched = 0;
    while (true) {
        const char* const start = buffer_.data() + begin_;
        const void* const found = std::memchr(start + searched, '\n', end_ - begin_ - searched);
        const bool last = found == nullptr && sourceEnded_;
        if (found != nullptr || (last && begin_ < end_)) {
            const std::size_t length =
                last ? end_ - begin_
                     : static_cast<std::size_t>(static_cast<const char*>(found) - start);
            begin_ = std::min(begin_ + length + 1, end_);
            ++lineNumber_;
            return std::optional(std::string_view(start, length));
        }
        if (last) {
            return std::optional<std::string_view>();
        }
        searched = end_ - begin_;
        if (searched == buffer_.size()) {
            Error error =
                badInput(fmt::format("not a trace: a line is longer than {} bytes", longestLine));
            error.line = lineNumber_ + 1;
            return error;
        }
        if (const Expected<Done> filled = fill(); !filled) {
            return filled.error();
        }
    }
}

Expected<Done> TraceLines::fill() {
    if (failure_) {
        failure_->line = lineNumber_;
        return *failure_;
    }
    if (begin_ > 0) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    const auto count = source_.read(std::span(buffer_).subspan(end_));
    if (!count) {
        failure_ = count.error();
        failure_->line = lineNumber_; // the last whole one
        return *failure_;
    }
    end_ += *count;
    sourceEnded_ = *count == 0;
    return Done{};
}

} // namespace fragscope
