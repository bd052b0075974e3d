#pragma once

#include "fragscope/base/error.h"
#include "fragscope/scenario/names.h"
#include "fragscope/scenario/setting_value.h"

#include <functional>
#include <limits>
#include <utility>

/// The registry of settings: every field of RunConfig has one key, type, range, default and
/// sentence. Scenario files, --set, describe, the resolved text, run files and the window all use
/// this one table.
namespace fragscope {

/// Part of a configuration; also the name of its table in a scenario file. Process and Action are
/// lists.
enum class SettingSection : std::uint8_t {
    Run,
    Machine,
    Cost,
    Frames,
    Mover,
    Paging,
    Segments,
    Compaction,
    Process,
    Action
};

enum class SettingType : std::uint8_t {
    Flag,
    Count,
    Size,
    CycleCount,
    Address,
    Choice,
    Text,
    List
};

/// Why a value was not accepted. `element` counts from 0 within a list.
struct SettingIssue {
    static constexpr std::size_t whole = std::numeric_limits<std::size_t>::max();
    std::string reason;
    std::size_t element = whole;
};

/// One setting. `load` and `store` move the bare value (number, text or list of texts) of one item
/// (the n-th process or action; 0 elsewhere); read() and write() add units, names, words and
/// ranges.
struct Setting {
    std::string_view key; ///< "mover.transfer_block"
    SettingSection section = SettingSection::Run;
    SettingType type = SettingType::Count;
    std::string_view sentence;
    std::string_view source; ///< where the idea comes from; empty if it is only a quantity

    std::uint64_t least = 0;
    std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t multiple = 1; ///< the number must be a multiple of this
    std::string_view word;      ///< a word that stands for `wordValue` ("never", "auto"), if any
    std::uint64_t wordValue = 0;
    std::span<const Choice> choices; ///< of type Choice
    std::string_view form;           ///< of type List: how one element is written
    bool derived = false; ///< sets several others and is not stored itself (mover.preset)

    std::function<SettingValue(const RunConfig&, std::size_t item)> load;
    std::function<std::optional<SettingIssue>(RunConfig&, std::size_t item, const SettingValue&)>
        store;

    /// The key without its section: "transfer_block".
    [[nodiscard]] std::string_view name() const;

    /// The value in canonical spelling.
    [[nodiscard]] SettingValue read(const RunConfig& config, std::size_t item = 0) const;

    /// Checks and stores; the configuration is unchanged if an issue is returned.
    [[nodiscard]] std::optional<SettingIssue>
    write(RunConfig& config, std::size_t item, const SettingValue& value) const;

    /// "size, 4 KiB to 16 GiB, a multiple of 4 KiB, or `auto`".
    [[nodiscard]] std::string typeText() const;

    /// Its default, as plainText.
    [[nodiscard]] std::string defaultText() const;
};

/// All settings: section by section, in the order of the fields of config.h.
const std::vector<Setting>& allSettings();

/// The setting of this key, or nullptr.
const Setting* settingNamed(std::string_view key);

/// "machine", "process", ...; empty for Run, whose keys have no section.
std::string_view sectionName(SettingSection section);

/// Items of a section: processes, actions, else 1.
std::size_t itemsOf(const RunConfig& config, SettingSection section);

/// The full key of an item: "process.application.blocks", "action.2.at" (counted from 1), else the
/// key.
std::string itemKey(const RunConfig& config, const Setting& setting, std::size_t item);

/// True if the setting means something for this item (an action uses only some of its fields).
bool appliesTo(const RunConfig& config, const Setting& setting, std::size_t item);

/// Every resolved setting with its full key and plain text, in stable order.
std::vector<std::pair<std::string, std::string>> flattened(const RunConfig& config);

/// Applies "KEY=VALUE". `process.KEY` sets all processes, `process.NAME.KEY` one; `action.N.KEY`
/// sets the N-th action. Checks the value by itself; validate() checks it against the others.
Expected<Done> applySet(RunConfig& config, std::string_view assignment);

} // namespace fragscope
