#include "fragscope/scenario/scenario.h"

#include <fmt/format.h>

namespace fragscope {

namespace {

std::string header(SettingSection section) {
    const bool isList = section == SettingSection::Process || section == SettingSection::Action;
    return isList ? fmt::format("\n[[{}]]\n", sectionName(section))
                  : fmt::format("\n[{}]\n", sectionName(section));
}

void addItem(std::string& out, const RunConfig& config, SettingSection section, std::size_t item) {
    for (const Setting& setting : allSettings()) {
        if (setting.section == section && !setting.derived && appliesTo(config, setting, item)) {
            out += fmt::format("{} = {}\n", setting.name(), tomlText(setting.read(config, item)));
        }
    }
}

} // namespace

std::string resolvedText(const RunConfig& config) {
    std::string out = fmt::format("format = {}\n", scenarioFormat);
    addItem(out, config, SettingSection::Run, 0);
    for (const auto section :
         {SettingSection::Machine, SettingSection::Cost, SettingSection::Frames,
          SettingSection::Mover, SettingSection::Paging, SettingSection::Segments,
          SettingSection::Compaction, SettingSection::Process, SettingSection::Action}) {
        for (std::size_t item = 0; item < itemsOf(config, section); ++item) {
            out += header(section);
            addItem(out, config, section, item);
        }
    }
    return out;
}

} // namespace fragscope
