#include "fragscope/kernel/replacement/reference_string.h"

#include "fragscope/base/text.h"

#include <fmt/format.h>

namespace fragscope::replacement {

namespace {

constexpr std::string_view blanks = " \t\r\f\v";
constexpr std::size_t shownBytes = 40;

/// Text of the input for a message: short, and without what a terminal would not show.
std::string shown(std::string_view item) {
    std::string text;
    for (const char c : item.substr(0, shownBytes)) {
        const auto byte = static_cast<unsigned char>(c);
        text += byte >= 0x20 && byte < 0x7f ? std::string(1, c) : fmt::format("\\x{:02x}", byte);
    }
    return item.size() > shownBytes ? text + "..." : text;
}

class Parser {
public:
    /// Reads one line, without its newline.
    Expected<Done> line(std::string_view text);

    ReferenceString string;
    std::uint64_t lines = 0;

private:
    Expected<Done> comma();
    Expected<Done> item(std::string_view text);
    [[nodiscard]] Error error(std::string reason) const;

    std::uint64_t column_ = 0;
    bool afterNumber_ = false; ///< a comma may come
};

Expected<Done> Parser::line(std::string_view text) {
    ++lines;
    std::size_t at = text.find_first_not_of(blanks);
    if (at != std::string_view::npos && text[at] == '#') {
        return Done{};
    }
    while (at != std::string_view::npos) {
        column_ = at + 1;
        const bool isComma = text[at] == ',';
        std::size_t end = at + 1;
        while (!isComma && end < text.size() && text[end] != ',' &&
               blanks.find(text[end]) == std::string_view::npos) {
            ++end;
        }
        if (auto read = isComma ? comma() : item(text.substr(at, end - at)); !read) {
            return read;
        }
        at = text.find_first_not_of(blanks, end);
    }
    return Done{};
}

Expected<Done> Parser::comma() {
    if (!afterNumber_) {
        return error("a page number is missing before the comma");
    }
    afterNumber_ = false;
    return Done{};
}

Expected<Done> Parser::item(std::string_view text) {
    const bool written = text.ends_with('w');
    const auto page = parseUnsigned(written ? text.substr(0, text.size() - 1) : text);
    if (!page) {
        return error(fmt::format("`{}` is not a page number", shown(text)));
    }
    string.push_back({PageNumber(*page), written ? Use::Write : Use::Read});
    afterNumber_ = true;
    return Done{};
}

Error Parser::error(std::string reason) const {
    Error problem = badInput(std::move(reason));
    problem.line = lines;
    problem.column = column_;
    return problem;
}

} // namespace

Expected<ReferenceString> parseReferences(std::string_view text) {
    Parser parser;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        if (const auto read = parser.line(text.substr(0, end)); !read) {
            return read.error();
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    if (parser.string.empty()) {
        Error problem = badInput("there is no page number");
        problem.line = std::max<std::uint64_t>(parser.lines, 1);
        return problem;
    }
    return std::move(parser.string);
}

} // namespace fragscope::replacement
