#pragma once

#include "fragscope/scenario/scenario.h"
#include "fragscope/scenario/toml_document.h"
#include "fragscope/scenario/validate.h"

#include <map>

namespace fragscope {

/// Turns a TOML document into a scenario, collecting everything that is wrong. For readScenario()
/// only.
class ScenarioReader {
public:
    ScenarioReader(std::string_view fileName, std::vector<Error>& errors);

    /// False if something was wrong.
    bool read(const TomlValue& root, Scenario& scenario);

private:
    struct Place {
        TextPlace whole;
        std::vector<TextPlace> elements;
    };

    using PlaceKey = std::pair<std::string_view, std::size_t>; ///< setting key, item

    bool readFormat(const TomlValue& root);
    void readRoot(const TomlValue& root, Scenario& scenario);
    void readLesson(const TomlValue& table, Scenario& scenario);
    void readSection(const TomlValue& table, SettingSection section, std::size_t item);
    void readPreset(const TomlValue& table);
    void readItems(const TomlValue::Entry& entry, SettingSection section);
    void readSetting(const Setting& setting, std::size_t item, const TomlValue::Entry& entry);
    void readExpectations(const TomlValue& list, Scenario& scenario);
    void readExpectation(const TomlValue& table, Scenario& scenario);
    bool readComparison(const TomlValue::Entry& entry, Expectation& expectation);
    void readSubject(const TomlValue& table, Expectation& expectation);
    void resolveTraces();
    void reportIssues();

    bool isTable(const TomlValue::Entry& entry);
    bool readText(const TomlValue::Entry& entry, std::string& target);
    void unknownKey(const TomlValue::Entry& entry,
                    std::string_view section,
                    std::vector<std::string_view> known);
    void fail(TextPlace place, std::string_view key, std::string reason);

    std::string fileName_;
    std::vector<Error>& errors_;
    RunConfig config_;
    std::map<PlaceKey, Place> places_;
    std::map<std::pair<SettingSection, std::size_t>, TextPlace> itemPlaces_;
    bool valuesRead_ = true; ///< no setting was refused: the configuration can be validated
};

} // namespace fragscope
