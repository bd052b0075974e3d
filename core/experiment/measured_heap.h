#pragma once

#include "fragscope/alloc/allocators/allocators.h"
#include "fragscope/alloc/memory/backing_reader.h"

namespace fragscope {

/// An allocator over an observed memory of its own, and what each operation costs.
class MeasuredHeap {
public:
    explicit MeasuredHeap(const AllocatorSettings& settings);

    /// A handle, or Allocator::refused. Throws HeapDamaged, as the two below.
    std::uint64_t allocate(std::uint64_t bytes);
    void release(std::uint64_t handle);

    /// Where a byte of a payload lies; the program's own access to it is not counted.
    std::uint64_t dereference(std::uint64_t handle, std::uint64_t offset);

    /// References to memory of the last operation: loads, stores, and copies by words.
    [[nodiscard]] std::uint64_t references() const { return last_.references(); }

    /// Blocks in use that the last operation moved.
    [[nodiscard]] std::uint64_t moves() const { return last_.moves; }

    /// What all operations so far cost the machine that emulates them, in single accesses; a copy
    /// of a cache line counts as one.
    [[nodiscard]] std::uint64_t work() const { return work_; }

    /// Members of all lists of free blocks.
    [[nodiscard]] std::uint64_t freeBlocks() const;

    [[nodiscard]] Allocator& allocator() { return *allocator_; }

    [[nodiscard]] const MemoryPlan& plan() const { return backing_.plan(); }

    [[nodiscard]] const BackingReader& reader() const { return reader_; }

private:
    template <class Operation> auto charge(Operation operation);

    std::uint64_t unit_;
    FlatBacking backing_;
    ObservedMemory memory_;
    BackingReader reader_;
    std::unique_ptr<Allocator> allocator_;
    MemoryCounts last_;
    std::uint64_t work_ = 0;
};

} // namespace fragscope
