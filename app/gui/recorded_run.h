#pragma once

#include "fragscope/record/run/run_info.h"
#include "fragscope/ui/engine/run.h"

#include <string>

namespace fragscope {

/// What opening a run file gives: how to make the run, and what is stored about it.
struct RecordedRun {
    RunFactory factory;
    RunInfo info;
    MachineShape shape;
};

/// Opens FILE.db or FILE.db#N. A run of level Full is read back event by event; one of a lower
/// level is executed again from its stored configuration, as far as it can be.
Expected<RecordedRun> openRecordedRun(const std::string& address);

} // namespace fragscope
