#include "fragscope/scenario/scenario_reader.h"

#include "fragscope/base/text.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>

namespace fragscope {

namespace {

using Kind = TomlValue::Kind;

std::string_view describe(const TomlValue& value) {
    switch (value.kind) {
    case Kind::Scalar:
        return "a single value";
    case Kind::List:
        return "a list";
    case Kind::Table:
        return "a table";
    case Kind::TableList:
        return "a list of tables";
    case Kind::Unusable:
        return value.unusable;
    }
    return {};
}

std::string fullKey(std::string_view section, std::string_view name) {
    return section.empty() ? std::string(name) : fmt::format("{}.{}", section, name);
}

std::vector<std::string_view> namesIn(SettingSection section) {
    std::vector<std::string_view> names;
    for (const Setting& setting : allSettings()) {
        if (setting.section == section) {
            names.push_back(setting.name());
        }
    }
    return names;
}

bool before(TextPlace a, TextPlace b) {
    return a.line != b.line ? a.line < b.line : a.column < b.column;
}

} // namespace

ScenarioReader::ScenarioReader(std::string_view fileName, std::vector<Error>& errors)
    : fileName_(fileName), errors_(errors) {}

bool ScenarioReader::read(const TomlValue& root, Scenario& scenario) {
    const std::size_t errorsBefore = errors_.size();
    if (!readFormat(root)) {
        return false;
    }
    scenario.name = std::filesystem::path(fileName_).stem().string();
    readRoot(root, scenario);
    resolveTraces();
    if (valuesRead_) {
        reportIssues();
    }
    std::stable_sort(errors_.begin() + static_cast<std::ptrdiff_t>(errorsBefore), errors_.end(),
                     [](const Error& a, const Error& b) {
                         return before({a.line, a.column}, {b.line, b.column});
                     });
    scenario.config = std::move(config_);
    return errors_.size() == errorsBefore;
}

bool ScenarioReader::readFormat(const TomlValue& root) {
    const TomlValue::Entry* format = root.find("format");
    if (format == nullptr) {
        fail({1, 1}, "format", "the first line of a scenario must be `format = 1`");
        return false;
    }
    const auto* number = std::get_if<std::uint64_t>(&format->value.scalar);
    if (format->value.kind != Kind::Scalar || number == nullptr || *number == 0) {
        fail(format->value.place, "format", "expected the number of the format, `format = 1`");
        return false;
    }
    if (*number > scenarioFormat) {
        fail(format->value.place, "format",
             fmt::format("this file has format {}, this program reads formats up to {}: a newer "
                         "version of Fragscope is needed",
                         *number, scenarioFormat));
        return false;
    }
    for (const TomlValue::Entry& entry : root.entries) {
        if (before(entry.keyPlace, format->keyPlace)) {
            fail(format->keyPlace, "format", "must be the first key of the file");
            return false;
        }
    }
    return true;
}

void ScenarioReader::readRoot(const TomlValue& root, Scenario& scenario) {
    std::vector<std::string_view> known = namesIn(SettingSection::Run);
    known.insert(known.end(), {"format", "scenario", "machine", "cost", "frames", "mover", "paging",
                               "segments", "compaction", "process", "action", "expect"});
    for (const TomlValue::Entry& entry : root.entries) {
        if (const Setting* setting = settingNamed(entry.key)) {
            readSetting(*setting, 0, entry);
        } else if (entry.key == "scenario" && isTable(entry)) {
            readLesson(entry.value, scenario);
        } else if (entry.key == "machine" && isTable(entry)) {
            readSection(entry.value, SettingSection::Machine, 0);
        } else if (entry.key == "cost" && isTable(entry)) {
            readSection(entry.value, SettingSection::Cost, 0);
        } else if (entry.key == "frames" && isTable(entry)) {
            readSection(entry.value, SettingSection::Frames, 0);
        } else if (entry.key == "mover" && isTable(entry)) {
            readPreset(entry.value);
            readSection(entry.value, SettingSection::Mover, 0);
        } else if (entry.key == "paging" && isTable(entry)) {
            readSection(entry.value, SettingSection::Paging, 0);
        } else if (entry.key == "segments" && isTable(entry)) {
            readSection(entry.value, SettingSection::Segments, 0);
        } else if (entry.key == "compaction" && isTable(entry)) {
            readSection(entry.value, SettingSection::Compaction, 0);
        } else if (entry.key == "process") {
            readItems(entry, SettingSection::Process);
        } else if (entry.key == "action") {
            readItems(entry, SettingSection::Action);
        } else if (entry.key == "expect") {
            readExpectations(entry.value, scenario);
        } else if (std::find(known.begin(), known.end(), entry.key) == known.end()) {
            unknownKey(entry, "", known);
        }
    }
}

void ScenarioReader::readLesson(const TomlValue& table, Scenario& scenario) {
    for (const TomlValue::Entry& entry : table.entries) {
        if (entry.key == "name") {
            readText(entry, scenario.name);
        } else if (entry.key == "title") {
            readText(entry, scenario.title);
        } else if (entry.key == "text") {
            readText(entry, scenario.explanation);
        } else if (entry.key == "question") {
            readText(entry, scenario.question);
        } else if (entry.key != "see") {
            unknownKey(entry, "scenario", {"name", "title", "text", "question", "see"});
        } else if (entry.value.kind == Kind::List) {
            scenario.see = std::get<std::vector<std::string>>(entry.value.scalar);
        } else {
            fail(entry.value.place, "scenario.see",
                 fmt::format("expected a list of texts, not {}", describe(entry.value)));
        }
    }
}

void ScenarioReader::readSection(const TomlValue& table, SettingSection section, std::size_t item) {
    for (const TomlValue::Entry& entry : table.entries) {
        const Setting* setting = settingNamed(fullKey(sectionName(section), entry.key));
        if (setting == nullptr) {
            unknownKey(entry, sectionName(section), namesIn(section));
        } else if (!setting->derived) {
            readSetting(*setting, item, entry);
        }
    }
}

void ScenarioReader::readPreset(const TomlValue& table) {
    if (const TomlValue::Entry* preset = table.find("preset")) {
        readSetting(*settingNamed("mover.preset"), 0, *preset);
    }
}

void ScenarioReader::readItems(const TomlValue::Entry& entry, SettingSection section) {
    const bool none = entry.value.kind == Kind::List && entry.value.elements.empty();
    if (entry.value.kind != Kind::TableList && !none) {
        fail(entry.value.place, entry.key,
             fmt::format("expected a list of tables, [[{}]], not {}", entry.key,
                         describe(entry.value)));
        valuesRead_ = false;
        return;
    }
    const std::size_t items = entry.value.tables.size();
    if (section == SettingSection::Process) {
        config_.processes.resize(items);
    } else {
        config_.script.resize(items);
    }
    for (std::size_t item = 0; item < items; ++item) {
        itemPlaces_[{section, item}] = entry.value.tables[item].place;
        readSection(entry.value.tables[item], section, item);
    }
}

void ScenarioReader::readSetting(const Setting& setting,
                                 std::size_t item,
                                 const TomlValue::Entry& entry) {
    const TomlValue& value = entry.value;
    if (value.kind != Kind::Scalar && value.kind != Kind::List) {
        fail(value.place, setting.key,
             fmt::format("expected {}, not {}", setting.typeText(), describe(value)));
        valuesRead_ = false;
        return;
    }
    places_[{setting.key, item}] = {value.place, value.elements};
    if (const auto issue = setting.write(config_, item, value.scalar)) {
        const bool inList = issue->element < value.elements.size();
        fail(inList ? value.elements[issue->element] : value.place, setting.key, issue->reason);
        valuesRead_ = false;
    }
}

/// A trace stands beside its scenario: its name is taken from there.
void ScenarioReader::resolveTraces() {
    const std::filesystem::path folder = std::filesystem::path(fileName_).parent_path();
    for (ProcessSettings& process : config_.processes) {
        if (!process.trace.empty() && process.trace.rfind("generate:", 0) != 0) {
            process.trace = (folder / process.trace).lexically_normal().string();
        }
    }
}

void ScenarioReader::reportIssues() {
    for (const ConfigIssue& issue : validate(config_)) {
        TextPlace place;
        if (const auto found = places_.find({issue.key, issue.item}); found != places_.end()) {
            const auto& elements = found->second.elements;
            place = issue.element < elements.size() ? elements[issue.element] : found->second.whole;
        } else {
            place = itemPlaces_[{settingNamed(issue.key)->section, issue.item}];
        }
        fail(place, issue.key, issue.reason);
    }
}

bool ScenarioReader::isTable(const TomlValue::Entry& entry) {
    if (entry.value.kind == Kind::Table) {
        return true;
    }
    fail(entry.value.place, entry.key,
         fmt::format("expected a table, [{}], not {}", entry.key, describe(entry.value)));
    return false;
}

bool ScenarioReader::readText(const TomlValue::Entry& entry, std::string& target) {
    const auto* text = std::get_if<std::string>(&entry.value.scalar);
    if (entry.value.kind != Kind::Scalar || text == nullptr) {
        fail(entry.value.place, entry.key, "expected a text in quotes");
        return false;
    }
    target = *text;
    return true;
}

void ScenarioReader::unknownKey(const TomlValue::Entry& entry,
                                std::string_view section,
                                std::vector<std::string_view> known) {
    std::string reason = "unknown key";
    if (const std::string nearest = nearestWord(entry.key, known); !nearest.empty()) {
        reason += fmt::format("; did you mean `{}`?", nearest);
    } else {
        reason += fmt::format("; known here: {}", fmt::join(known, ", "));
    }
    fail(entry.keyPlace, fullKey(section, entry.key), reason);
}

void ScenarioReader::fail(TextPlace place, std::string_view key, std::string reason) {
    Error error = badInput(std::move(reason));
    error.file = fileName_;
    error.line = place.line;
    error.column = place.column;
    error.key = std::string(key);
    errors_.push_back(std::move(error));
}

} // namespace fragscope
