#include "fragscope/view/metrics/metric_fold.h"

#include "fragscope/event/event_kind.h"
#include "fragscope/kernel/layout.h"

#include <algorithm>
#include <array>

namespace fragscope {

namespace {

constexpr std::uint64_t million = 1'000'000;

/// part / whole in millionths; the products of frames and cycles fit into 128 bits.
std::uint64_t millionths(std::uint64_t part, std::uint64_t whole) {
    __extension__ using Wide = unsigned __int128;
    return whole == 0 ? 0 : static_cast<std::uint64_t>(Wide{part} * million / whole);
}

/// What an event of a kind adds to a metric.
enum class Adds : std::uint8_t { Nothing, One, Value, OneIfValue };

struct Counter {
    Adds adds = Adds::Nothing;
    MetricId metric = MetricId::Count;
};

constexpr std::array<Counter, eventKindCount> countersByKind() {
    std::array<Counter, eventKindCount> table{};
    const auto add = [&table](EventKind kind, MetricId metric, Adds adds = Adds::One) {
        table[static_cast<std::size_t>(kind)] = {adds, metric};
    };
    add(EventKind::PageCopied, MetricId::BytesMoved, Adds::Value);
    add(EventKind::MapStore, MetricId::MapStores);
    add(EventKind::PteStore, MetricId::PteStores);
    add(EventKind::PageFault, MetricId::PageFaults);
    add(EventKind::ShootdownSent, MetricId::Shootdowns, Adds::OneIfValue);
    add(EventKind::ShootdownDone, MetricId::ShootdownCycles, Adds::Value);
    add(EventKind::FaultResolved, MetricId::HandlerCycles, Adds::Value);
    add(EventKind::MoveDone, MetricId::MoverCycles, Adds::Value);
    add(EventKind::ProcessKilled, MetricId::Kills);
    add(EventKind::LostWrite, MetricId::LostWrites);
    add(EventKind::StaleRead, MetricId::StaleReads);
    add(EventKind::ForeignAccess, MetricId::ForeignAccesses);
    add(EventKind::InvariantBroken, MetricId::InvariantsBroken);
    add(EventKind::DeadlineMissed, MetricId::DeadlinesMissed);
    add(EventKind::RequestRefused, MetricId::Refusals);
    add(EventKind::OwnerRefused, MetricId::OwnersRefused);
    add(EventKind::FreeRefused, MetricId::FreesRefused);
    add(EventKind::ReserveRefused, MetricId::Refusals);
    add(EventKind::InvalidAccess, MetricId::InvalidAccesses);
    add(EventKind::SignalDelivered, MetricId::Signals);
    add(EventKind::PageEvicted, MetricId::Evictions);
    add(EventKind::FrameCopied, MetricId::FramesCopied);
    add(EventKind::StackReclaimed, MetricId::StackReclaims, Adds::Value);
    add(EventKind::StackOverrun, MetricId::StackOverruns);
    add(EventKind::PoolCall, MetricId::PoolCalls);
    add(EventKind::HeapRefused, MetricId::HeapRefusals);
    add(EventKind::HeapBroken, MetricId::HeapsBroken);
    add(EventKind::LowMemoryNotice, MetricId::LowMemoryNotices);
    return table;
}

constexpr std::array<Counter, eventKindCount> counters = countersByKind();

} // namespace

MetricFold::MetricFold(const MachineShape& shape) : segments_(shape) {
    for (const MemorySpan& span : ramOf(shape)) {
        const PageCount frames = pagesFor(span.length);
        free_.give(frameOf(span.start), frames);
        ramFrames_ += frames;
    }
    setFreeSpace();
}

void MetricFold::setFreeSpace() {
    const std::uint64_t free = free_.free().value;
    const std::uint64_t longest = free_.longest().value;
    value(MetricId::FreeBytes) = free << pageShift;
    value(MetricId::LargestFreeRun) = longest << pageShift;
    value(MetricId::ExternalFragmentation) = millionths(free - longest, free);
    std::uint64_t& peak = value(MetricId::PeakFrames);
    peak = std::max(peak, ramFrames_.value - free);
}

bool MetricFold::frames(const Event& event, bool allocated) {
    mappings_.apply(event);
    value(MetricId::TableFrames) = mappings_.tableFrames();
    const FrameNumber first = frameOf(PhysAddr(event.paddr));
    if (allocated) {
        free_.take(first, PageCount(event.a));
    } else {
        free_.give(first, PageCount(event.a));
    }
    setFreeSpace();
    return true;
}

bool MetricFold::count(const Event& event) {
    const Counter counter = counters[static_cast<std::size_t>(event.kind)];
    if (counter.adds == Adds::Nothing) {
        return false;
    }
    const std::uint64_t one = counter.adds == Adds::OneIfValue && event.value == 0 ? 0 : 1;
    const std::uint64_t amount = counter.adds == Adds::Value ? event.value : one;
    value(counter.metric) += amount;
    return amount != 0;
}

bool MetricFold::countMapEntry(const Event& event, bool added) {
    std::uint64_t& own = entries_[event.object];
    if (event.value != static_cast<std::uint64_t>(EntryKind::Block) || (!added && own == 0)) {
        return false;
    }
    own += added ? 1 : ~0ULL;
    value(MetricId::MapEntries) += added ? 1 : ~0ULL;
    return true;
}

bool MetricFold::endProcess(std::uint32_t process) {
    heaps_.endProcess(process);
    setHeapUse();
    value(MetricId::MappedEntries) = mappings_.entries();
    if (const auto own = entries_.find(process); own != entries_.end()) {
        value(MetricId::MapEntries) -= own->second;
        entries_.erase(own);
    }
    return true;
}

bool MetricFold::wait(std::uint64_t cycles) {
    waits_.add(cycles);
    std::uint64_t& longest = value(MetricId::WaitLongest);
    longest = std::max(longest, cycles);
    value(MetricId::WaitTotal) += cycles;
    value(MetricId::Wait99) = std::min(waits_.percentile(99), longest);
    ++value(MetricId::WaitCount);
    return true;
}

void MetricFold::follow(MetricId metric, std::uint32_t source, std::uint64_t total) {
    std::uint64_t& own = totals_[{metric, source}];
    value(metric) += total - own;
    own = total;
}

bool MetricFold::progress(const Event& event) {
    follow(MetricId::Accesses, event.task, event.value);
    value(MetricId::Throughput) = millionths(value(MetricId::Accesses), sample_.timeCycles);
    return true;
}

bool MetricFold::books(const Event& event) {
    value(MetricId::KernelAccesses) += event.b;
    if (event.rule == Rule::BookAllocate) {
        allocateCycles_ += event.a;
        const std::uint64_t frames = value(MetricId::FramesBooked) += event.value;
        value(MetricId::AllocateCycles) = frames == 0 ? 0 : allocateCycles_ / frames;
    }
    if (event.rule == Rule::BookRelease) {
        releaseCycles_ += event.a;
        const std::uint64_t frames = value(MetricId::FramesUnbooked) += event.value;
        value(MetricId::ReleaseCycles) = frames == 0 ? 0 : releaseCycles_ / frames;
    }
    if (event.rule == Rule::BookRelease || event.rule == Rule::BookDetach) {
        value(MetricId::ReleaseVisits) += event.object;
    }
    return true;
}

bool MetricFold::paging(const Event& event) {
    if (event.kind == EventKind::PageEvicted) {
        value(MetricId::SwapWrites) += event.a;
        return count(event);
    }
    if (event.kind == EventKind::PageLoaded) {
        ++value(event.a != 0 ? MetricId::FileReads : MetricId::SwapReads);
        return true;
    }
    addResidentTime();
    if (event.kind == EventKind::SideTableUsed) {
        value(MetricId::SideLooks) += event.value;
        value(MetricId::SideStores) += event.a;
        follow(MetricId::SideBytes, event.object, event.b);
        return true;
    }
    follow(MetricId::ReservedPages, event.object, event.value);
    follow(MetricId::CommittedPages, event.object, event.a);
    follow(MetricId::ResidentPages, event.object, event.b);
    return true;
}

/// Pages with a frame since the last change of their number.
void MetricFold::addResidentTime() {
    const std::uint64_t now = sample_.timeCycles;
    residentCycles_ += value(MetricId::ResidentPages) * (now - residentUntil_);
    residentUntil_ = now;
    value(MetricId::ResidentTime) = residentCycles_ / 1000;
}

bool MetricFold::scavengers(const Event& event) {
    switch (event.kind) {
    case EventKind::PagesMarked:
        value(MetricId::MarkedPages) = event.a;
        break;
    case EventKind::MarksSwept:
        value(MetricId::MarkedPages) = event.b;
        break;
    case EventKind::LeakedPages:
        follow(MetricId::LeakedFrames, event.object, event.a);
        break;
    case EventKind::FreeAreaVisited:
        ++value(MetricId::FunctorCalls);
        value(MetricId::FunctorCallsInVain) += event.b == 0 ? 1 : 0;
        break;
    case EventKind::ScavengePause: {
        std::uint64_t& pages = value(MetricId::PauseLongestPages);
        std::uint64_t& cycles = value(MetricId::PauseLongest);
        pages = std::max(pages, event.value);
        cycles = std::max(cycles, event.a);
        break;
    }
    case EventKind::CollectorLooked:
        value(MetricId::CollectorWords) += event.b;
        break;
    default:
        return count(event);
    }
    return true;
}

bool MetricFold::mappings(const Event& event) {
    mappings_.apply(event);
    value(MetricId::MappedEntries) = mappings_.entries();
    return count(event);
}

void MetricFold::setSegmentGaps() {
    const SegmentGaps& gaps = segments_.gaps();
    value(MetricId::GapAlignment) = bytesOf(gaps.alignment).value;
    value(MetricId::GapHole) = bytesOf(gaps.hole).value;
    value(MetricId::GapLocked) = bytesOf(gaps.locked).value;
    value(MetricId::GapFree) = bytesOf(gaps.free).value;
    value(MetricId::Inversions) = segments_.inversions();
    value(MetricId::SegmentsRelaxed) = segments_.alignments().relaxed;
    value(MetricId::RelaxedBytes) = bytesOf(segments_.alignments().won).value;
    value(MetricId::SegmentsRealigned) = segments_.alignments().restored;
    value(MetricId::AlignmentSwings) = segments_.alignments().swings;
}

bool MetricFold::segments(const Event& event) {
    if (segments_.apply(event)) {
        setSegmentGaps();
    }
    const FrameNumber first = frameOf(PhysAddr(event.paddr));
    const PageCount frames(event.value);
    switch (event.kind) {
    case EventKind::SegmentAllocated:
        free_.take(first, frames);
        ++value(MetricId::SegmentRequests);
        value(MetricId::SegmentHits) += event.rule == Rule::SegmentHit ? 1 : 0;
        value(MetricId::SegmentSearched) += event.a;
        value(MetricId::SegmentFrames) += frames.value;
        value(MetricId::SegmentFramesGiven) += frames.value;
        value(MetricId::SegmentFramesWasted) += frames.value - event.b;
        ages_.allocated(first);
        break;
    case EventKind::SegmentFreed:
        free_.give(first, frames);
        value(MetricId::SegmentFrames) -= frames.value;
        ages_.freed(first);
        break;
    case EventKind::SegmentMoved:
        segmentMoved(event);
        break;
    case EventKind::PagesGiven: // its frames are counted one by one
        ++value(MetricId::SegmentRequests);
        value(MetricId::SegmentFramesGiven) += event.value;
        return true;
    case EventKind::SegmentZoneMade:
    case EventKind::SegmentAligned:
    case EventKind::SegmentLocked:
        return true;
    default:
        ++value(event.rule == Rule::SegmentsFragmented ? MetricId::SegmentsFragmented
                                                       : MetricId::SegmentsExhausted);
        return true;
    }
    setFreeSpace();
    return true;
}

void MetricFold::segmentMoved(const Event& event) {
    constexpr std::array<MetricId, 4> quarters{MetricId::MovesOldest, MetricId::MovesOlder,
                                               MetricId::MovesYounger, MetricId::MovesYoungest};
    const FrameNumber from = frameOf(PhysAddr(event.a));
    const FrameNumber to = frameOf(PhysAddr(event.paddr));
    const PageCount frames(event.value);
    const unsigned quarter = ages_.quarterOf(from);
    free_.give(from, frames);
    free_.take(to, frames);
    ages_.moved(from, to);
    ++value(MetricId::SegmentsMoved);
    value(MetricId::TransitMoved) += event.vaddr == 0 ? 1 : 0;
    value(MetricId::SegmentFramesMoved) += frames.value;
    const bool up = event.rule == Rule::RealignUp || event.rule == Rule::RealignToTop;
    value(quarters.at(quarter)) += forRequest_ && !up ? 1 : 0;
    value(MetricId::OldestFramesMoved) += quarter == 0 ? frames.value : 0;
}

bool MetricFold::compaction(const Event& event) {
    const bool aligning =
        event.rule == Rule::CompactAfterRealign || event.rule == Rule::CompactBeforeRealign;
    forRequest_ = event.rule != Rule::CompactInBackground && !aligning;
    value(MetricId::Compactions) += forRequest_ ? 1 : 0;
    value(MetricId::SegmentsExposed) += forRequest_ ? ages_.live() : 0;
    switch (event.rule) {
    case Rule::CompactToCoalesce:
        ++value(MetricId::CompactionsCoalescing);
        break;
    case Rule::CompactShortage:
        ++value(MetricId::CompactionsShortage);
        break;
    case Rule::CompactPoorReuse:
        ++value(MetricId::CompactionsReuse);
        break;
    case Rule::CompactInBackground:
        ++value(MetricId::CompactionsBackground);
        break;
    case Rule::CompactAfterRealign:
    case Rule::CompactBeforeRealign:
        ++value(MetricId::CompactionsToAlign);
        break;
    default:
        ++value(MetricId::CompactionsFragmented);
    }
    return true;
}

std::uint64_t MetricFold::largestOf(MetricId metric) const {
    std::uint64_t largest = 0;
    for (auto own = totals_.lower_bound({metric, 0});
         own != totals_.end() && own->first.first == metric; ++own) {
        largest = std::max(largest, own->second);
    }
    return largest;
}

bool MetricFold::segmentBooks(const Event& event) {
    if (event.kind == EventKind::SegmentSurvey) {
        follow(MetricId::SegmentFreeRuns, event.object, event.value);
        value(MetricId::SegmentFreeMedian) = event.a;
        totals_[{MetricId::SegmentLongest, event.object}] = event.b;
        value(MetricId::SegmentLongest) = largestOf(MetricId::SegmentLongest);
        return true;
    }
    if (event.kind == EventKind::SegmentCallDone) {
        const bool freed = event.rule == Rule::SegmentUnmapped;
        std::uint64_t& longest =
            value(freed ? MetricId::SegmentFreeLongest : MetricId::SegmentCallLongest);
        longest = std::max(longest, event.value);
        return true;
    }
    if (event.a == 0) {
        return false; // fresh memory
    }
    ++value(MetricId::SegmentPieces);
    value(MetricId::SegmentPieceFrames) += event.value;
    value(MetricId::SegmentSplitDepth) = std::max(value(MetricId::SegmentSplitDepth), event.a);
    return true;
}

bool MetricFold::areas(const Event& event) {
    follow(MetricId::Areas, event.object, event.value);
    value(MetricId::AreasCompared) += event.a;
    value(MetricId::AreasMoved) += event.b;
    return true;
}

/// Machines with segments, and heaps.
bool MetricFold::segmentMachine(const Event& event) {
    switch (event.kind) {
    case EventKind::SegmentAllocated:
    case EventKind::SegmentFreed:
    case EventKind::SegmentMoved:
    case EventKind::SegmentRefused:
    case EventKind::SegmentZoneMade:
    case EventKind::SegmentAligned:
    case EventKind::SegmentLocked:
    case EventKind::PagesGiven:
        return segments(event);
    case EventKind::RunCut:
    case EventKind::SegmentCallDone:
    case EventKind::SegmentSurvey:
        return segmentBooks(event);
    case EventKind::CompactionBegun:
        return compaction(event);
    case EventKind::AreasChanged:
        return areas(event);
    case EventKind::MessageSent:
    case EventKind::MessageReceived:
    case EventKind::MessageCopied:
    case EventKind::LockWaitEnded:
    case EventKind::DeviceWrote:
        return messages(event);
    default:
        return heaps(event);
    }
}

bool MetricFold::apply(const Event& event) {
    nextSeq = event.seq + 1;
    sample_.seq = nextSeq;
    sample_.timeCycles = std::max(sample_.timeCycles, event.timeCycles);
    switch (event.kind) {
    case EventKind::FramesAllocated:
        return frames(event, true);
    case EventKind::FramesFreed:
        return frames(event, false);
    case EventKind::MapEntryAdded:
        return countMapEntry(event, true);
    case EventKind::MapEntryRemoved:
        return countMapEntry(event, false);
    case EventKind::ProcessExited:
        mappings_.apply(event);
        return endProcess(event.object);
    case EventKind::FaultResolved:
        value(MetricId::HandlerReferences) += event.a;
        return count(event);
    case EventKind::PageEvicted:
    case EventKind::PageLoaded:
    case EventKind::MemoryUse:
    case EventKind::SideTableUsed:
        return paging(event);
    case EventKind::PteStore:
        return mappings(event);
    case EventKind::WaitEnded:
        return wait(event.value);
    case EventKind::AccessesDone:
        return progress(event);
    case EventKind::FrameBooks:
        return books(event);
    case EventKind::FrameTableMade:
        value(MetricId::BooksBytes) = event.a;
        value(MetricId::BooksShare) = millionths(event.a, event.b);
        return true;
    case EventKind::KernelFault:
        ++value(MetricId::KernelFaults);
        value(MetricId::CrashSteps) = event.a;
        value(MetricId::CrashCycles) = event.b;
        return true;
    case EventKind::TranslationsDone:
        follow(MetricId::TlbMisses, event.task, event.value);
        follow(MetricId::WalkReferences, event.task, event.a);
        return true;
    default:
        return segmentMachine(event);
    }
}

} // namespace fragscope
