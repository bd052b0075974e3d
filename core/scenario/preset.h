#pragma once

#include "fragscope/scenario/settings.h"

namespace fragscope {

/// `mover.preset`: sets algorithm and all hazards at once. It is not stored: reading it compares.
/// In a scenario file it comes before the other keys of [mover] wherever it stands, so these
/// override it; on the command line the order of the --set options counts.
Setting presetSetting();

/// One value that a preset sets.
struct PresetValue {
    std::string_view key;
    std::string_view value;
};

/// What the preset of this name sets; empty for `own`.
std::span<const PresetValue> presetValues(std::string_view preset);

} // namespace fragscope
