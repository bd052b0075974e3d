#pragma once

#include "fragscope/base/error.h"
#include "fragscope/scenario/setting_value.h"

#include <optional>

namespace fragscope {

/// A place in a text, counted from 1; 0 = not known.
struct TextPlace {
    std::uint64_t line = 0;
    std::uint64_t column = 0;
};

/// A TOML document as far as scenario files use it. What they never use (dates, nested arrays,
/// numbers below zero) keeps its place and a word for the error message.
struct TomlValue {
    enum class Kind : std::uint8_t { Scalar, List, Table, TableList, Unusable };
    struct Entry;

    Kind kind = Kind::Unusable;
    TextPlace place;
    SettingValue scalar;             ///< Scalar: the value; List: the texts of its elements
    std::vector<TextPlace> elements; ///< List: where each element stands
    std::vector<Entry> entries;      ///< Table
    std::vector<TomlValue> tables;   ///< TableList
    std::string unusable;            ///< Unusable: "a date"
    std::optional<double> fraction;  ///< Unusable: the value of a floating-point number

    /// The entry of this key, or nullptr.
    [[nodiscard]] const Entry* find(std::string_view key) const;
};

struct TomlValue::Entry {
    std::string key;
    TextPlace keyPlace;
    TomlValue value;
};

/// The root table, or what is wrong and where (file name left empty).
Expected<TomlValue> parseToml(std::string_view text);

} // namespace fragscope
