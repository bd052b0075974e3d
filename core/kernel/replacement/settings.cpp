#include "fragscope/kernel/replacement/settings.h"

#include "fragscope/base/text.h"

#include <array>
#include <fmt/format.h>
#include <limits>
#include <vector>

namespace fragscope::replacement {

namespace {

constexpr std::uint64_t maxPeriod = 1'000'000'000'000;

/// What applySetting() does with a value: false if it is not one of `values`.
using Setter = bool (*)(Settings& settings, std::string_view value);

struct Entry {
    SettingInfo info;
    Setter set;
};

std::optional<std::uint64_t>
numberBetween(std::uint64_t low, std::uint64_t high, std::string_view value) {
    const auto number = parseUnsigned(value);
    return number && *number >= low && *number <= high ? number : std::nullopt;
}

bool setLoadedBit(Settings& settings, std::string_view value) {
    settings.clockLoadedBit = value == "0" ? LoadedBit::Clear : LoadedBit::Set;
    return value == "0" || value == "1";
}

bool setOptTie(Settings& settings, std::string_view value) {
    if (value == "load") {
        settings.optTie = OptTie::LoadOrder;
    } else if (value == "recency") {
        settings.optTie = OptTie::Recency;
    } else if (value == "slot") {
        settings.optTie = OptTie::SlotOrder;
    } else {
        return false;
    }
    return true;
}

template <std::uint64_t Settings::*Member>
bool setPeriod(Settings& settings, std::string_view value) {
    const auto number = numberBetween(1, maxPeriod, value);
    settings.*Member = number.value_or(1);
    return number.has_value();
}

bool setAgingBits(Settings& settings, std::string_view value) {
    const auto number = numberBetween(1, 64, value);
    settings.agingBits = static_cast<unsigned>(number.value_or(1));
    return number.has_value();
}

constexpr std::string_view periodValues = "1 to 1000000000000";

constexpr std::array<Entry, 6> entries{{
    {{"clock.r_on_load", "1 or 0", "1",
      "Reference bit of a page that was just loaded: the load counts as a use, or not."},
     setLoadedBit},
    {{"opt.tie", "load, recency or slot", "load",
      "Of several pages never used again OPT replaces the one loaded first, the one used least "
      "recently, or the one in the lowest slot."},
     setOptTie},
    {{"nfu.period", periodValues, "4", "References between two ticks, which count reference bits."},
     setPeriod<&Settings::nfuPeriod>},
    {{"aging.period", periodValues, "4",
      "References between two ticks, which shift reference bits into the registers."},
     setPeriod<&Settings::agingPeriod>},
    {{"aging.bits", "1 to 64", "8", "Bits of the shift register of a page."}, setAgingBits},
    {{"working_set.window", periodValues, "10",
      "References that the working set looks back at, the current one included."},
     setPeriod<&Settings::workingSetWindow>},
}};

constexpr auto infos = [] {
    std::array<SettingInfo, entries.size()> all;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        all[i] = entries[i].info;
    }
    return all;
}();

Error settingError(std::string_view key, std::string reason) {
    Error error = badInput(std::move(reason));
    error.key = std::string(key);
    return error;
}

Error unknownKey(std::string_view key) {
    std::vector<std::string_view> known;
    for (const SettingInfo& info : infos) {
        known.push_back(info.key);
    }
    const std::string nearest = nearestWord(key, known);
    return settingError(
        key, nearest.empty()
                 ? fmt::format("there is no such setting; there are {}", fmt::join(known, ", "))
                 : fmt::format("there is no such setting; did you mean `{}`?", nearest));
}

} // namespace

std::span<const SettingInfo> allSettings() {
    return infos;
}

Expected<Done> applySetting(Settings& settings, std::string_view key, std::string_view value) {
    for (const Entry& entry : entries) {
        if (entry.info.key != key) {
            continue;
        }
        Settings changed = settings;
        if (!entry.set(changed, value)) {
            return settingError(key, fmt::format("`{}` is not {}", value, entry.info.values));
        }
        settings = changed;
        return Done{};
    }
    return unknownKey(key);
}

} // namespace fragscope::replacement
