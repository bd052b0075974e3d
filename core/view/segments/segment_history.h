#pragma once

#include "fragscope/event/rule.h"
#include "fragscope/kernel/segments/segment_layout.h"
#include "fragscope/view/event_log.h"

#include <map>
#include <optional>
#include <vector>

namespace fragscope {

/// A segment came to lie elsewhere.
struct SegmentMoveView {
    std::uint64_t seq = 0;
    std::uint64_t timeCycles = 0;
    FrameNumber from{};
    FrameNumber to{};
    Rule why{};
};

/// What the latest change of a process's array of areas cost.
struct AreaChangeView {
    std::uint64_t seq = 0;
    std::uint64_t areas = 0;    ///< entries after it
    std::uint64_t compared = 0; ///< entries looked at in its searches
    std::uint64_t moved = 0;    ///< entries moved by it
    Rule why{};
};

/// What the known events tell of segments beside the books, kept to ask for any moment. Each event
/// is looked at once; what the log has forgotten is forgotten here, too.
class SegmentHistory {
public:
    void add(const EventLog& log);

    /// The moves of a segment before the event `seq`, latest first. A birth number names a segment
    /// for ever.
    [[nodiscard]] std::vector<SegmentMoveView> movesOf(std::uint64_t birth,
                                                       std::uint64_t seq) const;

    /// The last change of the areas of a process before the event `seq`.
    [[nodiscard]] std::optional<AreaChangeView> lastAreaChange(std::uint32_t process,
                                                               std::uint64_t seq) const;

private:
    void forget(std::uint64_t firstSeq);

    std::map<std::uint64_t, std::vector<SegmentMoveView>> moves_; ///< by birth number
    std::map<std::uint32_t, std::vector<AreaChangeView>> areas_;  ///< by process
    std::uint64_t nextSeq_ = 0;
    std::uint64_t firstSeq_ = 0; ///< nothing from before is kept
};

} // namespace fragscope
