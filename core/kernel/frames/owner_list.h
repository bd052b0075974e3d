#pragma once

#include "fragscope/kernel/frames/kernel_heap.h"
#include "fragscope/kernel/frames/owner_books.h"

namespace fragscope {

/// The seed's first design: each page dealt out to a process is a node of one linked list, and each
/// node is an object of the kernel heap. A release walks the list until it meets the page.
class OwnerList : public OwnerBooks {
public:
    OwnerList(KernelMemory& memory, KernelHeap& heap, ByteCount heapSize)
        : memory_(memory), heap_(heap), most_(heapSize.value / listBlockBytes) {}

    bool add(FrameNumber frame, const FrameOwner& owner, unsigned known) override;
    Removal remove(FrameNumber frame, const FrameOwner& owner) override;
    std::uint64_t removeAll(FrameNumber frame, unsigned known) override;
    Fill fill() override;

private:
    /// Walks to the first node of the frame whose owner is `owner` (nullptr: any) and unlinks it.
    Removal unlinkFirst(FrameNumber frame, const FrameOwner* owner);

    KernelMemory& memory_;
    KernelHeap& heap_;
    std::uint64_t most_; ///< nodes that the heap can hold
};

} // namespace fragscope
