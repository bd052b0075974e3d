#include "fragscope/scenario/settings.h"

#include "fragscope/base/text.h"
#include "fragscope/scenario/action_fields.h"
#include "fragscope/scenario/setting_builder.h"
#include "fragscope/scenario/setting_codec.h"

#include <fmt/format.h>

namespace fragscope {

namespace {

std::vector<Setting> joinTables() {
    std::vector<Setting> all;
    for (auto* table :
         {&runSettings, &machineSettings, &costSettings, &framesSettings, &moverSettings,
          &pagingSettings, &lowMemorySettings, &segmentSettings, &messageSettings,
          &baselineSettings, &compactionSettings, &lockSettings, &processSettings, &heapSettings,
          &segmentLoadSettings, &peerSettings, &checkerboardSettings, &actionSettings}) {
        for (Setting& setting : table()) {
            all.push_back(std::move(setting));
        }
    }
    return all;
}

/// A configuration with one item of everything: where defaults are read from.
const RunConfig& defaults() {
    static const RunConfig config = [] {
        RunConfig made;
        made.processes.emplace_back();
        made.script.emplace_back();
        return made;
    }();
    return config;
}

std::string numberTypeText(const Setting& setting) {
    std::string out;
    switch (setting.type) {
    case SettingType::Size:
        out = "size";
        break;
    case SettingType::CycleCount:
        out = "cycles";
        break;
    case SettingType::Address:
        out = "address";
        break;
    default:
        out = "count";
        break;
    }
    if (setting.most != std::numeric_limits<std::uint64_t>::max()) {
        out += fmt::format(", {} to {}", plainText(spelled(setting, setting.least)),
                           plainText(spelled(setting, setting.most)));
    }
    if (setting.multiple != 1) {
        out += fmt::format(", a multiple of {}", plainText(spelled(setting, setting.multiple)));
    }
    return setting.word.empty() ? out : out + fmt::format(", or `{}`", setting.word);
}

} // namespace

std::string_view Setting::name() const {
    const auto dot = key.find('.');
    return dot == std::string_view::npos ? key : key.substr(dot + 1);
}

SettingValue Setting::read(const RunConfig& config, std::size_t item) const {
    SettingValue bare = load(config, item);
    if (const auto* number = std::get_if<std::uint64_t>(&bare)) {
        return spelled(*this, *number);
    }
    return bare;
}

std::optional<SettingIssue>
Setting::write(RunConfig& config, std::size_t item, const SettingValue& value) const {
    BareValue bare = bareValue(*this, value);
    return bare.issue ? bare.issue : store(config, item, bare.bare);
}

std::string Setting::typeText() const {
    switch (type) {
    case SettingType::Flag:
        return "flag";
    case SettingType::Choice:
        return "choice";
    case SettingType::Text:
        return "text";
    case SettingType::List:
        return fmt::format("list of {}", form);
    default:
        return numberTypeText(*this);
    }
}

std::string Setting::defaultText() const {
    return plainText(read(defaults()));
}

const std::vector<Setting>& allSettings() {
    static const std::vector<Setting> all = joinTables();
    return all;
}

const Setting* settingNamed(std::string_view key) {
    for (const Setting& setting : allSettings()) {
        if (setting.key == key) {
            return &setting;
        }
    }
    return nullptr;
}

std::string_view sectionName(SettingSection section) {
    switch (section) {
    case SettingSection::Run:
        return {};
    case SettingSection::Machine:
        return "machine";
    case SettingSection::Cost:
        return "cost";
    case SettingSection::Frames:
        return "frames";
    case SettingSection::Mover:
        return "mover";
    case SettingSection::Paging:
        return "paging";
    case SettingSection::Segments:
        return "segments";
    case SettingSection::Compaction:
        return "compaction";
    case SettingSection::Process:
        return "process";
    case SettingSection::Action:
        return "action";
    }
    return {};
}

std::size_t itemsOf(const RunConfig& config, SettingSection section) {
    switch (section) {
    case SettingSection::Process:
        return config.processes.size();
    case SettingSection::Action:
        return config.script.size();
    default:
        return 1;
    }
}

std::string itemKey(const RunConfig& config, const Setting& setting, std::size_t item) {
    switch (setting.section) {
    case SettingSection::Process:
        return fmt::format("process.{}.{}", config.processes.at(item).name, setting.name());
    case SettingSection::Action:
        return fmt::format("action.{}.{}", item + 1, setting.name());
    default:
        return std::string(setting.key);
    }
}

bool appliesTo(const RunConfig& config, const Setting& setting, std::size_t item) {
    return setting.section != SettingSection::Action ||
           fieldsOf(config.script.at(item).action).uses(setting.name());
}

std::vector<std::pair<std::string, std::string>> flattened(const RunConfig& config) {
    std::vector<std::pair<std::string, std::string>> rows;
    const std::vector<Setting>& all = allSettings();
    for (auto first = all.begin(); first != all.end();) {
        const auto section = first->section;
        const auto last = std::find_if(
            first, all.end(), [&](const Setting& setting) { return setting.section != section; });
        for (std::size_t item = 0; item < itemsOf(config, section); ++item) {
            for (auto setting = first; setting != last; ++setting) {
                if (appliesTo(config, *setting, item)) {
                    rows.emplace_back(itemKey(config, *setting, item),
                                      plainText(setting->read(config, item)));
                }
            }
        }
        first = last;
    }
    return rows;
}

} // namespace fragscope
