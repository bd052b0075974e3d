#pragma once

#include "fragscope/ui/plots/series_reduction.h"
#include "fragscope/view/event_log.h"

#include <array>
#include <cstdint>
#include <map>
#include <vector>

namespace fragscope {

/// What of a process's pages is promised, must be backed, and has a frame.
enum class UseOfPages : std::uint8_t { Reserved, Committed, Resident };

inline constexpr std::array<UseOfPages, 3> allUsesOfPages{
    UseOfPages::Reserved, UseOfPages::Committed, UseOfPages::Resident};

/// The uses of each process over the time of the run, in pages, from the events that say them. Each
/// event is looked at once; where a process has more than `mostPoints`, two neighbours become one,
/// with the greater values.
class MemoryUseFold {
public:
    static constexpr std::size_t mostPoints = 16384;

    /// Looks at the events that it has not seen yet.
    void add(const EventLog& log);

    [[nodiscard]] bool any() const { return !uses_.empty(); }

    /// Processes that have reserved pages.
    [[nodiscard]] std::size_t processes() const { return uses_.size(); }

    /// One use of a process as points, ascending time; empty if it has none.
    [[nodiscard]] std::vector<PlotPoint> points(std::uint32_t process, UseOfPages use) const;

    /// Grows with every event that was of interest.
    [[nodiscard]] std::uint64_t version() const { return version_; }

private:
    struct Point {
        std::uint64_t timeCycles = 0;
        std::array<std::uint64_t, 3> pages{};
    };

    std::map<std::uint32_t, std::vector<Point>> uses_; ///< by process
    std::uint64_t nextSeq_ = 0;
    std::uint64_t version_ = 0;
};

} // namespace fragscope
