#include "fragscope/scenario/settings/heap_words.h"

#include "fragscope/base/text.h"
#include "fragscope/scenario/setting_value.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace fragscope {

namespace {

struct HeapWord {
    std::string_view word;
    Verb verb;
    bool hasName;
    bool hasCount;
    bool hasSize;
};

constexpr std::array<HeapWord, 8> words{{
    {"malloc", Verb::Malloc, true, false, true},
    {"free", Verb::Free, true, false, false},
    {"fill", Verb::Fill, true, false, false},
    {"check", Verb::Check, true, false, false},
    {"cycle", Verb::Cycle, false, true, true},
    {"cache", Verb::Cache, true, false, true},
    {"scavenge", Verb::Scavenge, false, false, false},
    {"collect", Verb::Collect, false, false, false},
}};

std::string_view takeWord(std::string_view& text) {
    text = trimBlanks(text);
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size());
    text = trimBlanks(text);
    return word;
}

bool isName(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    });
}

std::optional<ScriptedAccess> parseOperands(const HeapWord& info, std::string_view text) {
    ScriptedAccess parsed{.verb = info.verb, .size = {}, .other = {}};
    if (info.hasName) {
        parsed.other = takeWord(text);
        if (!isName(parsed.other)) {
            return std::nullopt;
        }
    }
    if (info.hasCount) {
        const auto count = parseUnsigned(takeWord(text));
        if (!count || *count == 0) {
            return std::nullopt;
        }
        parsed.offset = *count;
    }
    if (info.hasSize) {
        const auto size = parseSize(text);
        if (!size || size->value == 0) {
            return std::nullopt;
        }
        parsed.size = *size;
        text = {};
    }
    return text.empty() ? std::optional(parsed) : std::nullopt;
}

} // namespace

bool usesHeap(Verb verb) {
    return std::any_of(words.begin(), words.end(),
                       [verb](const HeapWord& info) { return info.verb == verb; });
}

std::optional<ScriptedAccess> parseHeapWord(std::string_view word, std::string_view text) {
    for (const HeapWord& info : words) {
        if (info.word == word) {
            return parseOperands(info, text);
        }
    }
    return std::nullopt;
}

std::string printHeapWord(const ScriptedAccess& element) {
    const auto info = std::find_if(words.begin(), words.end(),
                                   [&](const HeapWord& one) { return one.verb == element.verb; });
    std::string out(info->word);
    if (info->hasName) {
        out += " " + element.other;
    }
    if (info->hasCount) {
        out += fmt::format(" {}", element.offset);
    }
    return info->hasSize ? out + " " + text(element.size) : out;
}

} // namespace fragscope
