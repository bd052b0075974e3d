#include "fragscope/scenario/setting_value.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <limits>

namespace fragscope {

namespace {

template <class... Cases> struct Overloaded : Cases... { using Cases::operator()...; };

template <class... Cases> Overloaded(Cases...) -> Overloaded<Cases...>;

std::string tomlArray(const std::vector<std::string>& items) {
    std::vector<std::string> quoted;
    quoted.reserve(items.size());
    for (const std::string& item : items) {
        quoted.push_back(tomlString(item));
    }
    return fmt::format("[{}]", fmt::join(quoted, ", "));
}

std::string tomlNumber(std::uint64_t number) {
    constexpr auto largest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    return number > largest ? fmt::format("\"{:#x}\"", number) : fmt::format("{}", number);
}

} // namespace

std::string plainText(const SettingValue& value) {
    return std::visit(Overloaded{
                          [](bool flag) { return std::string(flag ? "true" : "false"); },
                          [](std::uint64_t number) { return fmt::format("{}", number); },
                          [](const std::string& text) { return text; },
                          [](const std::vector<std::string>& items) {
                              return fmt::format("{}", fmt::join(items, ", "));
                          },
                      },
                      value);
}

std::string tomlText(const SettingValue& value) {
    return std::visit(Overloaded{
                          [](bool flag) { return std::string(flag ? "true" : "false"); },
                          [](std::uint64_t number) { return tomlNumber(number); },
                          [](const std::string& text) { return tomlString(text); },
                          [](const std::vector<std::string>& items) { return tomlArray(items); },
                      },
                      value);
}

std::string tomlString(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20 || byte == 0x7f) {
            out += fmt::format("\\u{:04X}", byte);
        } else {
            out += c;
        }
    }
    return out + "\"";
}

std::string_view trimBlanks(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::vector<std::string> splitList(std::string_view text) {
    std::vector<std::string> parts;
    if (trimBlanks(text).empty()) {
        return parts;
    }
    for (;;) {
        const auto comma = text.find(',');
        parts.emplace_back(trimBlanks(text.substr(0, comma)));
        if (comma == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(comma + 1);
    }
}

} // namespace fragscope
