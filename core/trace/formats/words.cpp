#include "fragscope/trace/formats/words.h"

#include "fragscope/trace/trace.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace fragscope {

std::string_view cutWord(std::string_view& rest) {
    const auto end = std::min(rest.find(' '), rest.size());
    const std::string_view word = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return word;
}

std::string_view cutSpacedWord(std::string_view& rest) {
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    const auto end = std::min(rest.find_first_of(" \t"), rest.size());
    const std::string_view word = rest.substr(0, end);
    rest.remove_prefix(end);
    return word;
}

std::string readNumber(std::string_view word, Base base, std::uint64_t& value) {
    std::string_view digits = word;
    if (base == Base::Hexadecimal && (digits.starts_with("0x") || digits.starts_with("0X"))) {
        digits.remove_prefix(2);
    }
    const char* const end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, value, static_cast<int>(base));
    if (read.ptr != end || read.ec == std::errc::invalid_argument) {
        return fmt::format("{} is not a {} number", quoted(word),
                           base == Base::Decimal ? "decimal" : "hexadecimal");
    }
    if (read.ec == std::errc::result_out_of_range) {
        return fmt::format("the number {} is too large", quoted(word));
    }
    return {};
}

std::string readSize(std::string_view word, Base base, std::uint64_t& size) {
    if (word.empty()) {
        return "the size is missing";
    }
    std::string reason = readNumber(word, base, size);
    return reason.empty() ? refuseSize(size) : reason;
}

std::string refuseSize(std::uint64_t size) {
    return size <= largestTraceSize ? std::string() : fmt::format("the size {} is over 2^47", size);
}

std::string quoted(std::string_view word) {
    constexpr std::size_t longest = 40;
    std::string shown(word.substr(0, longest));
    std::replace_if(
        shown.begin(), shown.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    return fmt::format("`{}{}`", shown, word.size() > longest ? "..." : "");
}

} // namespace fragscope
