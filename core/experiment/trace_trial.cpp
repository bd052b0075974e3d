#include "fragscope/experiment/trace_trial.h"

#include "fragscope/alloc/compact_fit/compact_fit_layout.h"
#include "fragscope/alloc/heap_size.h"

#include <algorithm>

namespace fragscope {

TraceTrial::TraceTrial(const AllocationTrace& trace,
                       const AllocatorSettings& settings,
                       const std::optional<FreePageCounts>& start)
    : trace_(trace), settings_(settings), backing_(memoryPlan(settings)), memory_(backing_),
      reader_(backing_), allocator_(makeAllocator(settings, memory_)),
      blocks_(trace.largestId + 1) {
    allocator_->initialise();
    if (start && settings_.kind == AllocatorKind::PageAllocator) {
        start_ = shapePages(*allocator_, *start);
    }
    memory_.resetCounts();
}

OperationResult TraceTrial::step() {
    const TraceOperation& operation = trace_.operations[next_++];
    cost_ = {};
    OperationResult result;
    switch (operation.kind) {
    case TraceKind::Allocate:
        result = allocate(operation.id, operation.size);
        break;
    case TraceKind::Free:
        result = release(operation.id);
        break;
    case TraceKind::Reallocate:
        result = reallocate(operation);
        break;
    case TraceKind::Bad:
        result.end = OperationEnd::Bad;
        break;
    }
    result.counts = cost_;
    count(result);
    measure();
    return result;
}

void TraceTrial::finish() {
    cost_ = {};
    charge([&] {
        while (allocator_->advanceMoves()) {
        }
    });
    totals_.moves += cost_.moves;
    totals_.movedBytes += cost_.movedBytes;
    measure();
}

/// What `work` does to the memory is what the operation costs; dereferences by the program are not.
template <class Work> void TraceTrial::charge(Work work) {
    memory_.resetCounts();
    work();
    cost_ += memory_.counts();
}

OperationResult TraceTrial::allocate(std::uint32_t id, std::uint64_t size) {
    const std::uint64_t admitted = allocator_->admitted(size);
    totals_.filtered += admitted != size ? 1U : 0U;
    OperationResult result{OperationEnd::Filtered, 0, size, {}};
    if (admitted == Allocator::refused) {
        return result;
    }
    result.size = admitted;
    std::uint64_t handle = Allocator::refused;
    charge([&] { handle = allocator_->allocateTyped(admitted, operation().migrateType); });
    if (handle == Allocator::refused) {
        result.end = OperationEnd::Refused;
        return result;
    }
    result.end = OperationEnd::Done;
    result.address = allocator_->addressOf(handle);
    if (!firstAddress_) {
        firstAddress_ = result.address;
    }
    LiveBlock& block = blocks_[id];
    block = {handle, admitted};
    ++totals_.liveBlocks;
    totals_.liveBytes += admitted;
    if (!allocator_->takesChunks()) {
        spans_.insert({result.address, result.address + bytesOf(block)});
    }
    stamp(id);
    return result;
}

OperationResult TraceTrial::release(std::uint32_t id) {
    LiveBlock& block = blocks_[id];
    if (!block.live()) {
        return {OperationEnd::Ignored, 0, 0, {}};
    }
    verify(id);
    OperationResult result{OperationEnd::Done, allocator_->addressOf(block.handle), block.size, {}};
    if (!allocator_->takesChunks()) {
        spans_.erase({result.address, result.address + bytesOf(block)});
    }
    charge([&] { allocator_->release(block.handle); });
    --totals_.liveBlocks;
    totals_.liveBytes -= block.size;
    totals_.freedBytes += block.size;
    block = {};
    return result;
}

/// One operation: a new block, the contents, the old block freed. If the new one is refused, the
/// old one ends all the same: the trace does not name it again.
OperationResult TraceTrial::reallocate(const TraceOperation& operation) {
    const LiveBlock old = blocks_[operation.oldId];
    OperationResult result = allocate(operation.id, operation.size);
    if (result.end == OperationEnd::Done && old.live()) {
        const LiveBlock& fresh = blocks_[operation.id];
        copyContents(fresh.handle, old.handle, std::min(bytesOf(fresh), bytesOf(old)));
    }
    if (old.live()) {
        release(operation.oldId);
        stamp(operation.id);
    }
    return result;
}

std::uint64_t TraceTrial::shownSize(std::uint64_t size) const {
    if (settings_.preset != AllocatorPreset::Textbook) {
        return size;
    }
    return roundUp(size, settings_.alignment) + settings_.header;
}

std::uint64_t TraceTrial::bytesOf(const LiveBlock& block) const {
    return block.size * settings_.unit;
}

/// As memcpy does; large objects in pieces are copied byte for byte at their ends only.
void TraceTrial::copyContents(std::uint64_t to, std::uint64_t from, std::uint64_t bytes) {
    if (bytes == 0) {
        return;
    }
    const std::uint64_t target = allocator_->byteAt(to, 0);
    const std::uint64_t source = allocator_->byteAt(from, 0);
    const bool contiguous = allocator_->byteAt(to, bytes - 1) == target + bytes - 1 &&
                            allocator_->byteAt(from, bytes - 1) == source + bytes - 1;
    if (contiguous) {
        backing_.copy(target, source, bytes);
    }
}

std::uint8_t TraceTrial::stampOf(std::uint32_t id, std::uint64_t offset) const {
    return static_cast<std::uint8_t>((id + offset) * 0x9e3779b97f4a7c15ULL >> 56);
}

void TraceTrial::stamp(std::uint32_t id) {
    const LiveBlock& block = blocks_[id];
    const std::uint64_t bytes = bytesOf(block);
    if (!block.live() || bytes == 0) {
        return;
    }
    for (const std::uint64_t offset : {std::uint64_t{0}, bytes - 1}) {
        backing_.store(allocator_->byteAt(block.handle, offset), 1, stampOf(id, offset));
    }
}

void TraceTrial::verify(std::uint32_t id) {
    const LiveBlock& block = blocks_[id];
    const std::uint64_t bytes = bytesOf(block);
    if (bytes == 0) {
        return;
    }
    for (const std::uint64_t offset : {std::uint64_t{0}, bytes - 1}) {
        if (backing_.load(allocator_->byteAt(block.handle, offset), 1) != stampOf(id, offset)) {
            ++totals_.damagedBlocks;
            return;
        }
    }
}

void TraceTrial::count(const OperationResult& result) {
    ++totals_.operations;
    totals_.refused += result.end == OperationEnd::Refused ? 1U : 0U;
    totals_.ignored += result.end == OperationEnd::Ignored ? 1U : 0U;
    totals_.bad += result.end == OperationEnd::Bad ? 1U : 0U;
    totals_.moves += result.counts.moves;
    totals_.movedBytes += result.counts.movedBytes;
    totals_.longestMove = std::max(totals_.longestMove, result.counts.longestMove);
    totals_.searched += result.counts.searched;
    totals_.abortedByFree += result.counts.abortedByFree;
    totals_.abortedByCompaction += result.counts.abortedByCompaction;
    countReferences(result);
}

void TraceTrial::countReferences(const OperationResult& result) {
    const std::uint64_t references = result.counts.references();
    if (operation().kind == TraceKind::Allocate && result.end == OperationEnd::Done) {
        totals_.allocateReferences += references;
        totals_.allocateMost = std::max(totals_.allocateMost, references);
        totals_.allocateMean = static_cast<double>(totals_.allocateReferences) /
                               static_cast<double>(++totals_.allocations);
    } else if (operation().kind == TraceKind::Free && result.end == OperationEnd::Done) {
        totals_.freeReferences += references;
        totals_.freeMost = std::max(totals_.freeMost, references);
        totals_.freeMean =
            static_cast<double>(totals_.freeReferences) / static_cast<double>(++totals_.frees);
    }
}

void TraceTrial::measure() {
    const HeapExtent extent = reader_.extent();
    if (settings_.kind == AllocatorKind::CompactFit) {
        using namespace compact_fit_layout;
        totals_.peakPages =
            std::max(totals_.peakPages, backing_.load(extent.books + pagesInUse, 8));
        totals_.peakNotFull =
            std::max(totals_.peakNotFull, backing_.load(extent.books + notFullPages, 8));
    }
    totals_.footprint = allocator_->takesChunks() ? allocator_->footprint(reader_, extent)
                        : spans_.empty()          ? 0
                                                  : spans_.rbegin()->second - extent.start;
    if (totals_.liveBytes > totals_.peakLiveBytes) {
        totals_.peakLiveBytes = totals_.liveBytes;
        totals_.footprintAtPeakLive = totals_.footprint;
    }
    if (totals_.footprint > totals_.peakFootprint) {
        totals_.peakFootprint = totals_.footprint;
        totals_.liveAtPeakFootprint = totals_.liveBytes;
    }
    if (totals_.liveBytes != 0) {
        totals_.overheadSum +=
            static_cast<double>(totals_.footprint) / static_cast<double>(totals_.liveBytes) - 1;
        ++totals_.overheadSamples;
    }
}

} // namespace fragscope
