#include "fragscope/scenario/setting_codec.h"

#include "fragscope/base/text.h"

#include <fmt/format.h>

namespace fragscope {

namespace {

BareValue refused(std::string reason) {
    return {std::uint64_t{0}, SettingIssue{std::move(reason), SettingIssue::whole}};
}

std::string_view expectation(SettingType type) {
    switch (type) {
    case SettingType::Flag:
        return "true or false";
    case SettingType::Count:
        return "a whole number";
    case SettingType::Size:
        return "a size such as `64 KiB` (B, KiB, MiB, GiB, TiB)";
    case SettingType::CycleCount:
        return "a number of cycles";
    case SettingType::Address:
        return "an address such as `0x10000000`";
    case SettingType::Choice:
        return "one of its choices";
    case SettingType::Text:
        return "a text";
    case SettingType::List:
        return "a list";
    }
    return {};
}

std::optional<std::uint64_t> parseCycles(std::string_view text) {
    constexpr std::string_view unit = "cycles";
    if (text.ends_with(unit)) {
        text = trimBlanks(text.substr(0, text.size() - unit.size()));
    }
    return parseUnsigned(text);
}

std::optional<std::uint64_t> parseNumber(const Setting& setting, std::string_view text) {
    text = trimBlanks(text);
    if (!setting.word.empty() && text == setting.word) {
        return setting.wordValue;
    }
    if (setting.type == SettingType::CycleCount) {
        return parseCycles(text);
    }
    if (const auto number = parseUnsigned(text)) {
        return number;
    }
    if (setting.type == SettingType::Size) {
        if (const auto size = parseSize(text)) {
            return size->value;
        }
    }
    return std::nullopt;
}

std::optional<std::string> rangeIssue(const Setting& setting, std::uint64_t number) {
    if (!setting.word.empty() && number == setting.wordValue) {
        return std::nullopt;
    }
    if (number < setting.least || number > setting.most) {
        return fmt::format("{} is outside {} to {}", spelledText(setting, number),
                           spelledText(setting, setting.least), spelledText(setting, setting.most));
    }
    if (number % setting.multiple != 0) {
        return fmt::format("{} is not a multiple of {}", spelledText(setting, number),
                           spelledText(setting, setting.multiple));
    }
    return std::nullopt;
}

BareValue bareNumber(const Setting& setting, const SettingValue& value) {
    std::optional<std::uint64_t> number;
    if (const auto* given = std::get_if<std::uint64_t>(&value)) {
        number = *given;
    } else if (const auto* words = std::get_if<std::string>(&value)) {
        number = parseNumber(setting, *words);
    }
    if (!number) {
        std::string wanted(expectation(setting.type));
        if (!setting.word.empty()) {
            wanted += fmt::format(" or `{}`", setting.word);
        }
        return refused(fmt::format("expected {}, not `{}`", wanted, plainText(value)));
    }
    if (auto issue = rangeIssue(setting, *number)) {
        return refused(std::move(*issue));
    }
    return {*number, std::nullopt};
}

BareValue bareFlag(const SettingValue& value) {
    if (const auto* flag = std::get_if<bool>(&value)) {
        return {std::uint64_t{*flag}, std::nullopt};
    }
    const std::string word = plainText(value);
    if (word != "true" && word != "false") {
        return refused(fmt::format("expected true or false, not `{}`", word));
    }
    return {std::uint64_t{word == "true"}, std::nullopt};
}

BareValue bareChoice(const Setting& setting, const SettingValue& value) {
    const std::string word(trimBlanks(plainText(value)));
    std::vector<std::string_view> names;
    for (const Choice& choice : setting.choices) {
        if (choice.name == word) {
            return {std::uint64_t{names.size()}, std::nullopt};
        }
        names.push_back(choice.name);
    }
    std::string reason = fmt::format("`{}` is not a choice: ", word);
    if (const std::string nearest = nearestWord(word, names); !nearest.empty()) {
        reason += fmt::format("did you mean `{}`? Choices: ", nearest);
    }
    return refused(reason + fmt::format("{}", fmt::join(names, ", ")));
}

BareValue bareList(const SettingValue& value) {
    if (const auto* items = std::get_if<std::vector<std::string>>(&value)) {
        return {*items, std::nullopt};
    }
    if (std::holds_alternative<bool>(value)) {
        return refused("expected a list, not `" + plainText(value) + "`");
    }
    return {splitList(plainText(value)), std::nullopt};
}

BareValue bareText(const SettingValue& value) {
    if (!std::holds_alternative<std::string>(value)) {
        return refused("expected a text, not `" + plainText(value) + "`");
    }
    return {value, std::nullopt};
}

} // namespace

BareValue bareValue(const Setting& setting, const SettingValue& value) {
    switch (setting.type) {
    case SettingType::Flag:
        return bareFlag(value);
    case SettingType::Choice:
        return bareChoice(setting, value);
    case SettingType::List:
        return bareList(value);
    case SettingType::Text:
        return bareText(value);
    default:
        return bareNumber(setting, value);
    }
}

SettingValue spelled(const Setting& setting, std::uint64_t number) {
    if (!setting.word.empty() && number == setting.wordValue) {
        return std::string(setting.word);
    }
    switch (setting.type) {
    case SettingType::Flag:
        return number != 0;
    case SettingType::Choice:
        return std::string(setting.choices[number].name);
    case SettingType::Size:
        return text(ByteCount(number));
    case SettingType::Address:
        return hex(number);
    default:
        return number;
    }
}

std::string spelledText(const Setting& setting, std::uint64_t number) {
    const std::string words = plainText(spelled(setting, number));
    const bool isWord = !setting.word.empty() && number == setting.wordValue;
    return setting.type == SettingType::CycleCount && !isWord ? words + " cycles" : words;
}

} // namespace fragscope
