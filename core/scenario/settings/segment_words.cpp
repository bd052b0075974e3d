#include "fragscope/scenario/settings/segment_words.h"

#include "fragscope/base/text.h"
#include "fragscope/scenario/setting_value.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace fragscope {

namespace {

/// What follows a word, in this order.
enum class Operands : std::uint8_t { Name, NameSize, NameOffset, NamePeerHeader, None };

struct SegmentWord {
    std::string_view word;
    Verb verb;
    Operands operands;
};

constexpr std::array<SegmentWord, 13> words{{
    {"segment", Verb::GetSegment, Operands::NameSize},
    {"buffer", Verb::GetBuffer, Operands::NameSize},
    {"release", Verb::FreeSegment, Operands::Name},
    {"stamp", Verb::Stamp, Operands::Name},
    {"verify", Verb::Verify, Operands::Name},
    {"poke", Verb::Poke, Operands::NameOffset},
    {"peek", Verb::Peek, Operands::NameOffset},
    {"send", Verb::Send, Operands::NamePeerHeader},
    {"receive", Verb::Receive, Operands::Name},
    {"lock", Verb::Lock, Operands::Name},
    {"unlock", Verb::Unlock, Operands::Name},
    {"transfer", Verb::Transfer, Operands::NameSize},
    {"await-transfer", Verb::AwaitTransfer, Operands::None},
}};

std::string_view takeWord(std::string_view& text) {
    text = trimBlanks(text);
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size());
    text = trimBlanks(text);
    return word;
}

/// The rest of the text is a size of whole words.
bool takeSize(std::string_view& text, ScriptedAccess& parsed) {
    const auto size = parseSize(text);
    text = {};
    parsed.size = size.value_or(ByteCount(0));
    return size && size->value != 0;
}

bool parseRest(Operands operands, std::string_view& text, ScriptedAccess& parsed) {
    switch (operands) {
    case Operands::NameSize:
        return takeSize(text, parsed) && parsed.size.value % wordBytes == 0;
    case Operands::NameOffset: {
        const std::string_view word = takeWord(text);
        const auto plain = parseUnsigned(word);
        parsed.offset = plain.value_or(0);
        return plain && *plain % wordBytes == 0;
    }
    case Operands::NamePeerHeader:
        parsed.peer = takeWord(text);
        return !parsed.peer.empty() && (text.empty() || takeSize(text, parsed));
    default:
        return true;
    }
}

} // namespace

std::optional<ScriptedAccess> parseSegmentWord(std::string_view word, std::string_view text) {
    const auto info = std::find_if(words.begin(), words.end(),
                                   [&](const SegmentWord& one) { return one.word == word; });
    if (info == words.end()) {
        return std::nullopt;
    }
    ScriptedAccess parsed{.verb = info->verb};
    if (info->operands != Operands::None) {
        parsed.other = takeWord(text);
        if (parsed.other.empty()) {
            return std::nullopt;
        }
    }
    const bool good = parseRest(info->operands, text, parsed) && trimBlanks(text).empty();
    return good ? std::optional(parsed) : std::nullopt;
}

std::string printSegmentWord(const ScriptedAccess& element) {
    const auto info = std::find_if(words.begin(), words.end(), [&](const SegmentWord& one) {
        return one.verb == element.verb;
    });
    const std::string start = fmt::format("{} {}", info->word, element.other);
    switch (info->operands) {
    case Operands::NameSize:
        return fmt::format("{} {}", start, text(element.size));
    case Operands::NameOffset:
        return fmt::format("{} {:#x}", start, element.offset);
    case Operands::NamePeerHeader:
        return element.size.value == 0
                   ? fmt::format("{} {}", start, element.peer)
                   : fmt::format("{} {} {}", start, element.peer, text(element.size));
    case Operands::None:
        return std::string(info->word);
    default:
        return start;
    }
}

} // namespace fragscope
