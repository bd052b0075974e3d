#pragma once

#include "fragscope/alloc/allocators/allocators.h"
#include "fragscope/alloc/memory/backing_reader.h"
#include "fragscope/alloc/page_allocator/shape_pages.h"
#include "fragscope/trace/trace.h"

#include <optional>
#include <set>
#include <vector>

namespace fragscope {

/// What came of one operation of a trace.
enum class OperationEnd : std::uint8_t {
    Done,
    Refused,  ///< the request could not be satisfied
    Ignored,  ///< of a block that was refused or left out
    Filtered, ///< left out by the allocator's preset
    Bad,      ///< a malformed line
};

/// One operation and what it cost.
struct OperationResult {
    OperationEnd end = OperationEnd::Done;
    std::uint64_t address = 0; ///< of the payload that begins or ends; valid if Done
    std::uint64_t size = 0;    ///< that was asked for, as admitted by the preset
    MemoryCounts counts;       ///< of the allocator
};

/// A block of the trace that is in use.
struct LiveBlock {
    std::uint64_t handle = Allocator::refused;
    std::uint64_t size = 0;

    [[nodiscard]] bool live() const { return handle != Allocator::refused; }
};

/// Sums over the operations so far.
struct TrialTotals {
    std::uint64_t operations = 0;
    std::uint64_t refused = 0;
    std::uint64_t ignored = 0;
    std::uint64_t filtered = 0; ///< left out or changed by the preset
    std::uint64_t bad = 0;
    std::uint64_t liveBlocks = 0;
    std::uint64_t liveBytes = 0;
    std::uint64_t peakLiveBytes = 0;
    std::uint64_t footprint = 0; ///< bytes
    std::uint64_t peakFootprint = 0;
    std::uint64_t liveAtPeakFootprint = 0; ///< bytes
    std::uint64_t footprintAtPeakLive = 0;
    double overheadSum = 0; ///< of footprint / live - 1 after each operation with something live
    std::uint64_t overheadSamples = 0;
    std::uint64_t moves = 0;
    std::uint64_t movedBytes = 0;
    std::uint64_t longestMove = 0;
    std::uint64_t freedBytes = 0;
    std::uint64_t searched = 0;
    std::uint64_t allocations = 0;
    std::uint64_t allocateReferences = 0;
    std::uint64_t allocateMost = 0; ///< references of one allocation
    double allocateMean = 0;
    std::uint64_t frees = 0;
    std::uint64_t freeReferences = 0;
    std::uint64_t freeMost = 0;
    double freeMean = 0;
    std::uint64_t peakPages = 0; ///< Compact-fit, from here on
    std::uint64_t peakNotFull = 0;
    std::uint64_t abortedByFree = 0;
    std::uint64_t abortedByCompaction = 0;
    std::uint64_t damagedBlocks = 0; ///< whose bytes were not what had been written
};

/// One trace through one allocator, an operation at a time. The first and the last byte of each
/// block are written when it is given out and read when it is freed.
class TraceTrial {
public:
    /// `start`: the free blocks of a page allocator before the trace begins, as far as the heap has
    /// room for them; all its other pages are in use then. Other allocators start empty.
    TraceTrial(const AllocationTrace& trace,
               const AllocatorSettings& settings,
               const std::optional<FreePageCounts>& start = std::nullopt);

    [[nodiscard]] bool done() const { return next_ == trace_.operations.size(); }

    /// The next operation. Throws HeapDamaged.
    OperationResult step();

    /// The free blocks that a page allocator began with, if it was told to.
    [[nodiscard]] const std::optional<FreePageCounts>& start() const { return start_; }

    /// Moves that are still under way are ended.
    void finish();

    [[nodiscard]] const TrialTotals& totals() const { return totals_; }

    [[nodiscard]] const TraceOperation& operation() const { return trace_.operations[next_ - 1]; }

    [[nodiscard]] const AllocatorSettings& settings() const { return settings_; }

    [[nodiscard]] Allocator& allocator() { return *allocator_; }

    [[nodiscard]] ObservedMemory& memory() { return memory_; }

    [[nodiscard]] const BackingReader& reader() const { return reader_; }

    /// What lies in the heap now.
    [[nodiscard]] HeapPicture picture() const {
        return allocator_->picture(reader_, reader_.extent());
    }

    /// By id; not live where nothing is.
    [[nodiscard]] const std::vector<LiveBlock>& blocks() const { return blocks_; }

    [[nodiscard]] std::uint64_t addressOf(const LiveBlock& block) const {
        return allocator_->addressOf(block.handle);
    }

    /// A request as tables of steps show it: the textbook counts headers in.
    [[nodiscard]] std::uint64_t shownSize(std::uint64_t size) const;

    /// Of the first block that was given out.
    [[nodiscard]] std::optional<std::uint64_t> firstAddress() const { return firstAddress_; }

private:
    template <class Work> void charge(Work work);
    OperationResult allocate(std::uint32_t id, std::uint64_t size);
    OperationResult release(std::uint32_t id);
    OperationResult reallocate(const TraceOperation& operation);
    void copyContents(std::uint64_t to, std::uint64_t from, std::uint64_t bytes);
    void stamp(std::uint32_t id);
    void verify(std::uint32_t id);
    [[nodiscard]] std::uint8_t stampOf(std::uint32_t id, std::uint64_t offset) const;
    [[nodiscard]] std::uint64_t bytesOf(const LiveBlock& block) const;
    void count(const OperationResult& result);
    void countReferences(const OperationResult& result);
    void measure();

    const AllocationTrace& trace_;
    AllocatorSettings settings_;
    FlatBacking backing_;
    ObservedMemory memory_;
    BackingReader reader_;
    std::unique_ptr<Allocator> allocator_;
    std::size_t next_ = 0;
    MemoryCounts cost_; ///< of the operation under way
    TrialTotals totals_;
    std::vector<LiveBlock> blocks_;
    std::set<std::pair<std::uint64_t, std::uint64_t>> spans_; ///< start and end of blocks in use
    std::optional<std::uint64_t> firstAddress_;
    std::optional<FreePageCounts> start_;
};

} // namespace fragscope
