#pragma once

#include "fragscope/kernel/frames/frame_lists.h"
#include "fragscope/kernel/frames/owner_books.h"

namespace fragscope {

/// The first owner stands in the frame's element, further ones in nodes of a preallocated guarded
/// pool, chained to the element. A release visits the element and its owners, nothing else.
///
/// Invariant: a node is in the chain of exactly one element, or in the list of free nodes.
class OwnerPool : public OwnerBooks {
public:
    OwnerPool(KernelMemory& memory, std::uint64_t nodes) : memory_(memory), nodes_(nodes) {}

    /// Chains all nodes to the free list.
    void initialise();

    bool add(FrameNumber frame, const FrameOwner& owner, unsigned known) override;
    Removal remove(FrameNumber frame, const FrameOwner& owner) override;
    std::uint64_t removeAll(FrameNumber frame, unsigned known) override;
    Fill fill() override;

private:
    static VirtAddr place(std::uint64_t node) {
        return kernel_space::nodes + ByteCount((node - 1) * ownerNodeBytes);
    }

    [[nodiscard]] std::uint64_t nextOf(std::uint64_t node) {
        return memory_.load(place(node) + ByteCount(wordBytes));
    }

    void setNext(std::uint64_t node, std::uint64_t next) {
        memory_.store(place(node) + ByteCount(wordBytes), next);
    }

    [[nodiscard]] FrameOwner inlineOwner(FrameNumber frame);
    void setInlineOwner(FrameNumber frame, const FrameOwner& owner);
    Removal removeFromChain(FrameNumber frame, const FrameOwner& owner);
    void countUsed(std::uint64_t added);

    KernelMemory& memory_;
    std::uint64_t nodes_;
};

} // namespace fragscope
