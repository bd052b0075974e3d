#pragma once

#include "commands/streams.h"
#include <string>

namespace fragscope {

struct ExportArguments {
    std::string run;            ///< FILE.db[#N]
    std::string table;          ///< events, metrics or summary
    std::string format = "csv"; ///< or jsonl (events only)
    std::string output = "-";   ///< file, or - for standard output
};

/// Writes one table of a recorded run. Returns the exit code.
int runExportCommand(const ExportArguments& arguments, CommandStreams& streams);

} // namespace fragscope
