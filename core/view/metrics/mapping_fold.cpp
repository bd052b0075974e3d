#include "fragscope/view/metrics/mapping_fold.h"

#include "fragscope/event/event_kind.h"
#include "fragscope/event/rule.h"
#include "fragscope/hardware/paging/pte.h"
#include "fragscope/kernel/layout.h"

#include <algorithm>

namespace fragscope {

namespace {

/// Entries that map pages through this one. A table that a 2 MiB entry is exchanged for, or gives
/// way to, is full; any other table is empty then.
std::uint64_t mappedBy(const Event& event, Pte entry, Pte other) {
    if (!entry.present() || event.b > table_level::pd) {
        return 0;
    }
    const bool table = event.b == table_level::pd && !entry.large();
    const bool full = table && other.present() && other.large();
    return table ? (full ? wordsPerPage : 0) : 1;
}

} // namespace

void MappingFold::apply(const Event& event) {
    const bool tables =
        event.object != 0 && event.value == static_cast<std::uint64_t>(FrameUse::PageTable);
    switch (event.kind) {
    case EventKind::FramesAllocated:
        tableFrames_ += tables ? event.a : 0;
        break;
    case EventKind::FramesFreed:
        tableFrames_ -= tables ? std::min(event.a, tableFrames_) : 0;
        break;
    case EventKind::PteStore: {
        const Pte now{event.value};
        const Pte before{event.a};
        std::uint64_t& own = own_[event.object];
        const std::uint64_t gone = std::min(own, mappedBy(event, before, now));
        const std::uint64_t come = mappedBy(event, now, before);
        own += come - gone;
        entries_ += come - gone;
        break;
    }
    case EventKind::ProcessExited: // its tables go without a store
        entries_ -= own_[event.object];
        own_.erase(event.object);
        break;
    default:
        break;
    }
}

} // namespace fragscope
