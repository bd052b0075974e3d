#include "fragscope/scenario/preset.h"

#include "fragscope/base/check.h"

#include <algorithm>
#include <array>

namespace fragscope {

namespace {

constexpr std::array<Choice, 3> presets{{
    {"repaired", "Entry E with every hazard at its safe value."},
    {"as-written", "Entry E as the text of the seed has it: its handler, waiting for a signal, no "
                   "word of other CPUs' translations; what the text does not touch is safe."},
    {"own", "The single settings decide; sets nothing."},
}};

constexpr std::array<PresetValue, 11> repaired{{
    {"mover.algorithm", "entry-e"},
    {"mover.shootdown", "acknowledged"},
    {"mover.handler", "rewalk"},
    {"mover.wait", "predicate"},
    {"mover.order", "remap-then-copy"},
    {"mover.wait_interrupts", "on"},
    {"mover.preempt_in_window", "no"},
    {"mover.pte_clear", "exchange"},
    {"mover.owners_covered", "all"},
    {"mover.pinned", "skip"},
    {"mover.death", "rollback"},
}};

constexpr std::array<PresetValue, 11> asWritten{{
    {"mover.algorithm", "entry-e"},
    {"mover.shootdown", "none"},
    {"mover.handler", "as-written"},
    {"mover.wait", "edge"},
    {"mover.order", "remap-then-copy"},
    {"mover.wait_interrupts", "on"},
    {"mover.preempt_in_window", "no"},
    {"mover.pte_clear", "exchange"},
    {"mover.owners_covered", "all"},
    {"mover.pinned", "skip"},
    {"mover.death", "rollback"},
}};

bool matches(const RunConfig& config, std::string_view preset) {
    const auto values = presetValues(preset);
    return std::all_of(values.begin(), values.end(), [&](const PresetValue& wanted) {
        return plainText(settingNamed(wanted.key)->read(config)) == wanted.value;
    });
}

std::uint64_t currentPreset(const RunConfig& config) {
    std::uint64_t number = 0;
    while (presets[number].name != "own" && !matches(config, presets[number].name)) {
        ++number;
    }
    return number;
}

void applyPreset(RunConfig& config, std::uint64_t number) {
    for (const PresetValue& wanted : presetValues(presets.at(number).name)) {
        const auto issue = settingNamed(wanted.key)->write(config, 0, std::string(wanted.value));
        FRAGSCOPE_CHECK(!issue, "a preset sets a value that its setting refuses");
    }
}

} // namespace

std::span<const PresetValue> presetValues(std::string_view preset) {
    if (preset == "repaired") {
        return repaired;
    }
    if (preset == "as-written") {
        return asWritten;
    }
    return {};
}

Setting presetSetting() {
    Setting setting;
    setting.key = "mover.preset";
    setting.section = SettingSection::Mover;
    setting.type = SettingType::Choice;
    setting.choices = presets;
    setting.derived = true;
    setting.sentence = "Sets the algorithm and all hazards at once; other keys of [mover] override "
                       "it, wherever it stands.";
    setting.source = "seed 000: its own text is `as-written`";
    setting.load = [](const RunConfig& config, std::size_t) { return currentPreset(config); };
    setting.store = [](RunConfig& config, std::size_t,
                       const SettingValue& value) -> std::optional<SettingIssue> {
        applyPreset(config, std::get<std::uint64_t>(value));
        return std::nullopt;
    };
    return setting;
}

} // namespace fragscope
