#include "commands/run_limits.h"

#include <fmt/format.h>
#include <fstream>
#include <unistd.h>

namespace fragscope {

RunLimits::RunLimits(const RunOptions& options, CommandStreams& streams)
    : maxSeconds_(options.maxSeconds), maxMemoryBytes_(options.maxMemoryBytes), streams_(streams),
      start_(Clock::now()), shown_(start_) {}

RunLimits::~RunLimits() {
    if (anythingShown_) {
        streams_.err << "\r\033[K" << std::flush;
    }
}

std::optional<RunEnd> RunLimits::reached() const {
    const std::chrono::duration<double> elapsed = Clock::now() - start_;
    if (maxSeconds_ > 0 && elapsed.count() >= maxSeconds_) {
        return RunEnd::LimitTime;
    }
    if (maxMemoryBytes_ != 0 && residentBytes() > maxMemoryBytes_) {
        return RunEnd::LimitMemory;
    }
    return std::nullopt;
}

void RunLimits::show(std::uint64_t steps, std::uint64_t timeCycles) {
    constexpr auto interval = std::chrono::milliseconds(250);
    const auto now = Clock::now();
    if (!streams_.showProgress || now - shown_ < interval) {
        return;
    }
    shown_ = now;
    anythingShown_ = true;
    streams_.err << fmt::format("\r{} steps, {} cycles\033[K", steps, timeCycles) << std::flush;
}

std::uint64_t residentBytes() {
    std::ifstream statm("/proc/self/statm");
    std::uint64_t total = 0;
    std::uint64_t resident = 0;
    if (!(statm >> total >> resident)) {
        return 0;
    }
    return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

} // namespace fragscope
