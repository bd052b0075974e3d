#include "fragscope/record/run/run_address.h"

#include <charconv>
#include <fmt/format.h>

namespace fragscope {

RunAddress parseRunAddress(std::string_view text) {
    const std::size_t mark = text.rfind('#');
    if (mark == std::string_view::npos || mark + 1 == text.size()) {
        return {std::string(text), std::nullopt};
    }
    const std::string_view digits = text.substr(mark + 1);
    std::int64_t run = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), run);
    if (error != std::errc() || end != digits.data() + digits.size() || run < 0) {
        return {std::string(text), std::nullopt};
    }
    return {std::string(text.substr(0, mark)), run};
}

std::string text(const RunAddress& address) {
    return address.run ? fmt::format("{}#{}", address.file, *address.run) : address.file;
}

} // namespace fragscope
