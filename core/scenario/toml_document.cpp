#include "fragscope/scenario/toml_document.h"

#include <algorithm>
#include <toml++/toml.h>

namespace fragscope {

namespace {

TomlValue convert(const toml::node& node);

TextPlace placeOf(const toml::source_region& source) {
    return {source.begin.line, source.begin.column};
}

void fail(TomlValue& value, std::string what) {
    value.kind = TomlValue::Kind::Unusable;
    value.unusable = std::move(what);
}

void convertInteger(TomlValue& value, std::int64_t number) {
    if (number < 0) {
        fail(value, "a number below zero");
        return;
    }
    value.kind = TomlValue::Kind::Scalar;
    value.scalar = static_cast<std::uint64_t>(number);
}

void convertTable(TomlValue& value, const toml::table& table) {
    value.kind = TomlValue::Kind::Table;
    for (const auto& [key, child] : table) {
        value.entries.push_back({std::string(key.str()), placeOf(key.source()), convert(child)});
    }
}

void convertTables(TomlValue& value, const toml::array& array) {
    value.kind = TomlValue::Kind::TableList;
    for (const toml::node& element : array) {
        value.tables.push_back(convert(element));
    }
}

void convertArray(TomlValue& value, const toml::array& array) {
    if (!array.empty() && array.is_homogeneous(toml::node_type::table)) {
        convertTables(value, array);
        return;
    }
    std::vector<std::string> texts;
    for (const toml::node& element : array) {
        const TomlValue converted = convert(element);
        if (converted.kind != TomlValue::Kind::Scalar) {
            fail(value, "an array with something else than texts and whole numbers");
            return;
        }
        texts.push_back(plainText(converted.scalar));
        value.elements.push_back(converted.place);
    }
    value.kind = TomlValue::Kind::List;
    value.scalar = std::move(texts);
}

TomlValue convert(const toml::node& node) {
    TomlValue value;
    value.place = placeOf(node.source());
    if (const auto* table = node.as_table()) {
        convertTable(value, *table);
    } else if (const auto* array = node.as_array()) {
        convertArray(value, *array);
    } else if (const auto* text = node.as_string()) {
        value.kind = TomlValue::Kind::Scalar;
        value.scalar = text->get();
    } else if (const auto* number = node.as_integer()) {
        convertInteger(value, number->get());
    } else if (const auto* flag = node.as_boolean()) {
        value.kind = TomlValue::Kind::Scalar;
        value.scalar = flag->get();
    } else if (const auto* fraction = node.as_floating_point()) {
        fail(value, "a number with a fraction");
        value.fraction = fraction->get();
    } else {
        fail(value, "a date or time");
    }
    return value;
}

} // namespace

const TomlValue::Entry* TomlValue::find(std::string_view key) const {
    const auto found = std::find_if(entries.begin(), entries.end(),
                                    [&](const Entry& entry) { return entry.key == key; });
    return found == entries.end() ? nullptr : &*found;
}

Expected<TomlValue> parseToml(std::string_view text) {
    try {
        return convert(toml::parse(text));
    } catch (const toml::parse_error& problem) {
        Error error = badInput("not TOML: " + std::string(problem.description()));
        const TextPlace place = placeOf(problem.source());
        error.line = place.line;
        error.column = place.column;
        return error;
    }
}

} // namespace fragscope
