#pragma once

#include "fragscope/alloc/allocators/allocators.h"
#include "fragscope/alloc/replay/operation_log.h"

#include <functional>

namespace fragscope {

/// Any allocator as a heap whose every load, store and copy is an access to an arena: it may fault
/// and wait, and is a step of its line of the listing.
///
/// An operation is tried first on the memory as it is (OperationLog), then done, action by action.
/// If an access gives something else than the try had seen (somebody has written to the heap's
/// words meanwhile), what was done stays, and the rest is tried again from what it gave. So the
/// same code runs here and over flat memory, and does the same to the same bytes.
class ReplayedHeap : public Heap {
public:
    /// `look` sees the words of the arena without an access. The heap lies at the arena's start.
    ReplayedHeap(const AllocatorSettings& settings,
                 Arena& arena,
                 PoolSource& source,
                 const ArenaReader& look);

    Steps allocate(HeapRequest& request) override;
    Steps release(HeapReturn& block) override;
    Steps dereference(HeapReference& reference) override;

    [[nodiscard]] VirtAddr payloadOf(VirtAddr handle) override;

    [[nodiscard]] bool hasHandles() const override { return hasHandles_; }

    /// Gives nothing back: the allocators have their own ways of growing and shrinking.
    Steps trim(ByteCount keep) override;
    Steps forEachFreeArea(VirtAddr from, FreeAreaVisitor& visitor) override;
    [[nodiscard]] HeapPicture picture(const ArenaReader& reader) const override;

private:
    using Operation = std::function<void(Allocator&)>;
    struct Locals;
    struct Progress;

    void tellReason(VirtAddr block);
    Steps prepare(Locals& l);
    Steps perform(Locals& l, const Operation& operation);
    void attempt(const Operation& operation, Progress& progress);
    Steps perform(Locals& l, Progress& progress, LoggedAction action);
    Steps copyWords(LoggedAction action);

    Arena& arena_;
    PoolSource& source_;
    const ArenaReader& look_;
    MemoryPlan plan_;
    FlatBacking nowhere_; ///< what the memory stands on between operations
    ObservedMemory memory_;
    std::unique_ptr<Allocator> allocator_;
    std::uint64_t heapEnd_;
    bool hasHandles_;
    bool ready_ = false;
};

} // namespace fragscope
