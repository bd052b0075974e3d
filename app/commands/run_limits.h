#pragma once

#include "commands/run_session.h"
#include <chrono>

namespace fragscope {

/// The limits of a run that are not the machine's own, and the line that shows how far it is.
/// The command line may look at the clock; nothing of it reaches the core.
class RunLimits {
public:
    RunLimits(const RunOptions& options, CommandStreams& streams);

    /// Wipes the line.
    ~RunLimits();

    RunLimits(const RunLimits&) = delete;
    RunLimits& operator=(const RunLimits&) = delete;

    /// The limit that is reached, if any.
    [[nodiscard]] std::optional<RunEnd> reached() const;

    /// Shows the progress, at most four times a second and only on a terminal.
    void show(std::uint64_t steps, std::uint64_t timeCycles);

private:
    using Clock = std::chrono::steady_clock;

    double maxSeconds_;
    std::uint64_t maxMemoryBytes_;
    CommandStreams& streams_;
    Clock::time_point start_;
    Clock::time_point shown_;
    bool anythingShown_ = false;
};

/// Memory of this process that is really there, in bytes; 0 if the system does not say.
std::uint64_t residentBytes();

} // namespace fragscope
