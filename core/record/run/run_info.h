#pragma once

#include "fragscope/event/event_kind.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fragscope {

/// What a run depends on and is called by; everything of it is known before the run starts.
/// Scenario text, resolved configuration, seed and behaviour version replay the run, bit for bit.
struct RunInfo {
    std::string name;         ///< what the user calls it; column `run` of CSV files
    std::string scenarioName; ///< of the scenario file
    std::string scenarioText; ///< canonical text of the scenario
    std::string configText;   ///< all settings with their defaults resolved
    std::uint64_t seed = 0;
    std::uint32_t behaviourVersion = 0; ///< raised whenever results of the core may change
    std::string programVersion;
    RecordLevel level = RecordLevel::Structure;
    /// Settings worth comparing runs by, as text; columns of summary.csv.
    std::vector<std::pair<std::string, std::string>> parameters;
};

/// 32 hexadecimal digits that are equal exactly for runs that must have equal events: a hash of
/// scenario text, configuration, seed and behaviour version.
std::string runKey(const RunInfo& info);

/// What became of a run. `Interrupted` is never stored: it is a run that says `running` although
/// nobody has touched it for ten seconds.
enum class RunStatus : std::uint8_t { Running, Finished, Stopped, Interrupted, Failed, DiskFull };

std::string_view nameOf(RunStatus status); ///< "finished", "disk_full", ...
std::optional<RunStatus> runStatusNamed(std::string_view name);

std::string_view nameOf(RecordLevel level); ///< "metrics", "structure", "full"
std::optional<RecordLevel> recordLevelNamed(std::string_view name);

/// A run of a file, as stored.
struct RunRecord {
    std::int64_t number = 0; ///< N of FILE.db#N
    RunInfo info;
    std::string runKey;
    std::uint32_t attempt = 1; ///< 2, 3, ... for further runs of the same key
    RunStatus status = RunStatus::Running;
    std::string startedUtc; ///< ISO 8601, "2024-05-01T12:00:00Z"
    std::string heartbeatUtc;
    std::string finishedUtc; ///< empty until finished
    std::uint64_t events = 0;
    std::optional<std::uint64_t> lastSeq; ///< of the last event saved
    std::uint64_t timeCycles = 0;         ///< of the last event saved
    std::uint64_t steps = 0;              ///< micro-steps; 0 until finished
    std::uint64_t lost = 0;               ///< events that could not be saved
    std::string chainHash;                ///< 16 hexadecimal digits over all saved blocks
    std::string streamHash;               ///< of the whole event stream, as the program printed it
    std::string stateHash;                ///< of the machine at the end
    std::string error;                    ///< why recording stopped, if it did
};

} // namespace fragscope
