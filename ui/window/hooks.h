#pragma once

#include "fragscope/task/listing.h"
#include "fragscope/ui/engine/run.h"
#include "fragscope/view/snapshot.h"

#include <functional>
#include <string>
#include <vector>

namespace fragscope {

/// What the window cannot do itself, because it knows no machine, no files of runs and no database.
/// Any of the functions may be empty: its actions are then disabled.
struct Hooks {
    /// Reads a scenario or opens a run file; the factory makes the run. Called on the window's
    /// thread.
    std::function<Expected<RunFactory>(const std::string& path)> open;

    /// A recorder that writes the run to a file. The factory is called on the engine's thread.
    std::function<RecorderFactory(const RunCaption& run, const std::string& path)> record;

    /// Something that takes its time: it is called on a thread of its own.
    using Job = std::function<Expected<Done>()>;

    /// The job of writing CSV files of a run up to a moment into a folder.
    std::function<Job(const RunCaption& run, SnapshotRef moment, const std::string& folder)>
        exportCsv;

    /// All listings that tasks can run.
    std::vector<const Listing*> listings;

    std::string version;
};

} // namespace fragscope
