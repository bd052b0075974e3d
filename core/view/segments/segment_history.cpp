#include "fragscope/view/segments/segment_history.h"

#include "fragscope/event/event_kind.h"

#include <algorithm>

namespace fragscope {

namespace {

/// So many events later than what is kept the log may begin before something is forgotten.
constexpr std::uint64_t forgetEvery = 64 * EventLog::chunkEvents;

/// Of events in order, how many are before `seq`.
template <class T> std::size_t countBefore(const std::vector<T>& entries, std::uint64_t seq) {
    const auto end = std::partition_point(entries.begin(), entries.end(),
                                          [&](const T& entry) { return entry.seq < seq; });
    return static_cast<std::size_t>(end - entries.begin());
}

template <class Map> void forgetIn(Map& entries, std::uint64_t firstSeq) {
    for (auto each = entries.begin(); each != entries.end();) {
        auto& list = each->second;
        list.erase(list.begin(),
                   list.begin() + static_cast<std::ptrdiff_t>(countBefore(list, firstSeq)));
        each = list.empty() ? entries.erase(each) : std::next(each);
    }
}

} // namespace

void SegmentHistory::forget(std::uint64_t firstSeq) {
    if (firstSeq >= firstSeq_ + forgetEvery) {
        forgetIn(moves_, firstSeq);
        forgetIn(areas_, firstSeq);
        firstSeq_ = firstSeq;
    }
}

void SegmentHistory::add(const EventLog& log) {
    forget(log.firstSeq());
    for (nextSeq_ = std::max(nextSeq_, log.firstSeq()); nextSeq_ < log.endSeq(); ++nextSeq_) {
        const Event& event = log.at(nextSeq_);
        if (event.kind == EventKind::SegmentMoved) {
            moves_[event.b].push_back({.seq = event.seq,
                                       .timeCycles = event.timeCycles,
                                       .from = frameOf(PhysAddr(event.a)),
                                       .to = frameOf(PhysAddr(event.paddr)),
                                       .why = event.rule});
        } else if (event.kind == EventKind::AreasChanged) {
            areas_[event.object].push_back({.seq = event.seq,
                                            .areas = event.value,
                                            .compared = event.a,
                                            .moved = event.b,
                                            .why = event.rule});
        }
    }
}

std::vector<SegmentMoveView> SegmentHistory::movesOf(std::uint64_t birth, std::uint64_t seq) const {
    const auto found = moves_.find(birth);
    if (found == moves_.end()) {
        return {};
    }
    const std::vector<SegmentMoveView>& all = found->second;
    const auto end = all.begin() + static_cast<std::ptrdiff_t>(countBefore(all, seq));
    return {std::reverse_iterator(end), all.rend()};
}

std::optional<AreaChangeView> SegmentHistory::lastAreaChange(std::uint32_t process,
                                                             std::uint64_t seq) const {
    const auto found = areas_.find(process);
    const std::size_t count = found == areas_.end() ? 0 : countBefore(found->second, seq);
    return count == 0 ? std::nullopt : std::optional(found->second[count - 1]);
}

} // namespace fragscope
