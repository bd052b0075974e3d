#include "fragscope/view/heap/heap_history.h"

#include "fragscope/event/event_kind.h"

#include <algorithm>

namespace fragscope {

namespace {

bool isOfHeap(EventKind kind) {
    return kind == EventKind::PoolCall || kind == EventKind::HeapAllocated ||
           kind == EventKind::HeapFreed || kind == EventKind::HeapRefused ||
           kind == EventKind::HeapBlockMoved;
}

/// The last of those in order that came before `seq`; null if none did.
template <class T> const T* lastBefore(const std::vector<T>& all, std::uint64_t seq) {
    const auto end = std::partition_point(all.begin(), all.end(),
                                          [seq](const T& each) { return each.seq < seq; });
    return end == all.begin() ? nullptr : &*std::prev(end);
}

} // namespace

void HeapHistory::noteMove(Heap& heap, const Event& event, Use& use) {
    ++use.moves;
    use.movedBytes += ByteCount(event.value);
    heap.moves.push_back(
        {event.seq, VirtAddr(event.a), VirtAddr(event.vaddr), ByteCount(event.value)});
    // The block begins at the place told; a header may lie before its payload.
    const auto first = heap.stays.lower_bound(event.a);
    const auto last = heap.stays.lower_bound(event.a + event.value);
    std::vector<std::pair<std::uint64_t, Stay>> arrived;
    for (auto at = first; at != last; ++at) {
        Stay& stay = at->second.back();
        if (stay.asked) {
            arrived.emplace_back(event.vaddr + (at->first - event.a), Stay{event.seq, stay.asked});
            at->second.push_back({event.seq, std::nullopt});
        }
    }
    for (const auto& [address, stay] : arrived) {
        heap.stays[address].push_back(stay);
    }
}

void HeapHistory::note(Heap& heap, const Event& event) {
    Use use = heap.uses.empty() ? Use{} : heap.uses.back();
    use.seq = event.seq;
    use.timeCycles = event.timeCycles;
    switch (event.kind) {
    case EventKind::PoolCall:
        use.pool = PageCount(event.b);
        break;
    case EventKind::HeapAllocated:
        ++use.blocks;
        use.live += ByteCount(event.value);
        heap.stays[event.vaddr].push_back({event.seq, ByteCount(event.value)});
        break;
    case EventKind::HeapFreed:
        use.blocks -= std::min<std::uint64_t>(use.blocks, 1);
        use.live = use.live - std::min(use.live, ByteCount(event.value));
        heap.stays[event.vaddr].push_back({event.seq, std::nullopt});
        break;
    case EventKind::HeapBlockMoved:
        noteMove(heap, event, use);
        break;
    default:
        ++use.refused;
        break;
    }
    heap.uses.push_back(use);
}

void HeapHistory::add(const EventLog& log) {
    for (nextSeq_ = std::max(nextSeq_, log.firstSeq()); nextSeq_ < log.endSeq(); ++nextSeq_) {
        const Event& event = log.at(nextSeq_);
        if (isOfHeap(event.kind)) {
            note(heaps_[event.object], event);
        }
    }
}

HeapHistory::Use HeapHistory::useOf(std::uint32_t process, std::uint64_t seq) const {
    const Use* use = lastBefore(usesOf(process), seq);
    return use == nullptr ? Use{} : *use;
}

const std::vector<HeapHistory::Use>& HeapHistory::usesOf(std::uint32_t process) const {
    static const std::vector<Use> none;
    const auto found = heaps_.find(process);
    return found == heaps_.end() ? none : found->second.uses;
}

std::optional<HeapHistory::Request> HeapHistory::requestIn(std::uint32_t process,
                                                           VirtAddr start,
                                                           ByteCount length,
                                                           std::uint64_t seq) const {
    const auto heap = heaps_.find(process);
    if (heap == heaps_.end()) {
        return std::nullopt;
    }
    const auto& stays = heap->second.stays;
    std::optional<Request> found;
    std::uint64_t latest = 0;
    const std::uint64_t end = start.value + length.value;
    for (auto at = stays.lower_bound(start.value); at != stays.end() && at->first < end; ++at) {
        const Stay* stay = lastBefore(at->second, seq);
        if (stay != nullptr && stay->asked && (!found || stay->seq > latest)) {
            latest = stay->seq;
            found = Request{VirtAddr(at->first), *stay->asked};
        }
    }
    return found;
}

std::vector<HeapHistory::Move>
HeapHistory::movesOf(std::uint32_t process, std::uint64_t first, std::uint64_t end) const {
    const auto heap = heaps_.find(process);
    if (heap == heaps_.end()) {
        return {};
    }
    const auto& moves = heap->second.moves;
    const auto before = [&moves](std::uint64_t seq) {
        return std::partition_point(moves.begin(), moves.end(),
                                    [seq](const Move& move) { return move.seq < seq; });
    };
    return {before(first), before(std::max(first, end))};
}

} // namespace fragscope
