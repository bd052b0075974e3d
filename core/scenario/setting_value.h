#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace fragscope {

/// The value of a setting as it stands in a file, on the command line or in a table. Whoever reads
/// one takes text for every type ("16 KiB", "0x1000", "true", "1, 2"), so all of them share one
/// spelling.
using SettingValue = std::variant<bool, std::uint64_t, std::string, std::vector<std::string>>;

/// As shown and as written after --set: "true", "20", "64 KiB", "1, 2".
std::string plainText(const SettingValue& value);

/// As a value of a TOML file; numbers beyond a signed 64-bit integer are quoted.
std::string tomlText(const SettingValue& value);

/// A TOML basic string with quotes and escapes.
std::string tomlString(std::string_view text);

/// The parts of a comma-separated text, without blanks around them; none for a blank text.
std::vector<std::string> splitList(std::string_view text);

/// Without blanks and tabs at both ends.
std::string_view trimBlanks(std::string_view text);

} // namespace fragscope
