#pragma once

#include "fragscope/base/error.h"

#include <cstdint>
#include <string>

namespace fragscope {

/// Marks of a Fragscope run file (docs/FILE_FORMAT.md).
inline constexpr std::uint32_t runFileApplicationId = 0x46524147; ///< "FRAG", shown by file(1)
inline constexpr std::uint32_t runFileVersion = 1;                ///< user_version of the schema

enum class Presence : std::uint8_t { Missing, RunFile };

/// Looks at a file without SQLite and without touching it: missing, a run file that this program
/// understands, or an error that says what it is instead (folder, empty, foreign, another
/// application's database, truncated, written by a newer version).
Expected<Presence> probeRunFile(const std::string& path);

/// Makes an empty run file. It appears under its name only when it is complete; if somebody else
/// made it meanwhile, theirs stays.
Expected<Done> createRunFile(const std::string& path);

} // namespace fragscope
