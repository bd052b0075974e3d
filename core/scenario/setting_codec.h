#pragma once

#include "fragscope/scenario/settings.h"

/// From the spelling of a value to the bare value that a setting stores, and back.
namespace fragscope {

/// The bare value (number, text or list of texts) of `value`, or why there is none.
struct BareValue {
    SettingValue bare;
    std::optional<SettingIssue> issue;
};

BareValue bareValue(const Setting& setting, const SettingValue& value);

/// A number as this setting spells it: its word, "64 KiB", "0x1000", a choice, "true".
SettingValue spelled(const Setting& setting, std::uint64_t number);

/// The same as text with its unit: "20000 cycles".
std::string spelledText(const Setting& setting, std::uint64_t number);

} // namespace fragscope
