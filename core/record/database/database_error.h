#pragma once

#include "fragscope/base/error.h"

#include <string>
#include <string_view>

namespace fragscope {

/// A result code of SQLite as a sentence about the run file `file`, with the exit code that fits:
/// damaged or foreign contents are bad input, everything else was refused by the system. `detail`
/// is SQLite's own message; it is added where our sentence alone would not be enough.
Error databaseError(std::string file, int sqliteCode, std::string_view detail);

} // namespace fragscope
