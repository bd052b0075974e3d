#pragma once

#include "fragscope/base/error.h"

#include <cstdint>
#include <span>
#include <string_view>

/// The points on which textbooks differ, and the parameters of the policies that have any.
namespace fragscope::replacement {

/// Reference bit of a page that was just loaded.
enum class LoadedBit : std::uint8_t { Set, Clear };

/// Which page OPT replaces when several are never used again.
enum class OptTie : std::uint8_t { LoadOrder, Recency, SlotOrder };

struct Settings {
    LoadedBit clockLoadedBit = LoadedBit::Set; ///< clock.r_on_load
    OptTie optTie = OptTie::LoadOrder;         ///< opt.tie
    std::uint64_t nfuPeriod = 4;               ///< nfu.period: references between two clock ticks
    std::uint64_t agingPeriod = 4;             ///< aging.period: references between two ticks
    unsigned agingBits = 8;                    ///< aging.bits: width of the register, 1 to 64
    std::uint64_t workingSetWindow = 10;       ///< working_set.window: references, at least 1
};

/// A setting as help and messages show it.
struct SettingInfo {
    std::string_view key;
    std::string_view values;       ///< "1 or 0", "1 to 64"
    std::string_view defaultValue; ///< as it would be written
    std::string_view sentence;
};

/// All settings, by policy.
std::span<const SettingInfo> allSettings();

/// Changes one setting. Unknown keys and values out of range are refused, with the key in the
/// error.
Expected<Done> applySetting(Settings& settings, std::string_view key, std::string_view value);

} // namespace fragscope::replacement
