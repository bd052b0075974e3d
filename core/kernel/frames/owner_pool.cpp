#include "fragscope/kernel/frames/owner_pool.h"

namespace fragscope {

void OwnerPool::initialise() {
    for (std::uint64_t node = 1; node < nodes_; ++node) {
        setNext(node, node + 1); // the last one keeps 0: it ends the list
    }
    memory_.setVariable(kernel_variable::freeNodes, nodes_ == 0 ? 0 : 1);
}

OwnerBooks::Fill OwnerPool::fill() {
    return {memory_.variable(kernel_variable::usedNodes), nodes_};
}

void OwnerPool::countUsed(std::uint64_t added) {
    memory_.setVariable(kernel_variable::usedNodes,
                        memory_.variable(kernel_variable::usedNodes) + added);
}

FrameOwner OwnerPool::inlineOwner(FrameNumber frame) {
    const FrameInfo info = decodeFrame(memory_.load(FrameLists::place(frame, frame_field::state)));
    return {info.owner, PageNumber(memory_.load(FrameLists::place(frame, frame_field::page)))};
}

void OwnerPool::setInlineOwner(FrameNumber frame, const FrameOwner& owner) {
    const VirtAddr state = FrameLists::place(frame, frame_field::state);
    FrameInfo info = decodeFrame(memory_.load(state));
    info.owner = static_cast<std::uint16_t>(owner.process);
    memory_.store(state, encodeFrame(info));
    memory_.store(FrameLists::place(frame, frame_field::page), owner.page.value);
}

bool OwnerPool::add(FrameNumber frame, const FrameOwner& owner, unsigned known) {
    if (known == 0) {
        setInlineOwner(frame, owner);
        return true;
    }
    const std::uint64_t node = memory_.variable(kernel_variable::freeNodes);
    if (node == 0) {
        return false;
    }
    const VirtAddr head = FrameLists::place(frame, frame_field::owners);
    memory_.setVariable(kernel_variable::freeNodes, nextOf(node));
    memory_.store(place(node), encodeNode(owner));
    setNext(node, memory_.load(head));
    memory_.store(head, node);
    countUsed(1);
    return true;
}

OwnerBooks::Removal OwnerPool::remove(FrameNumber frame, const FrameOwner& owner) {
    if (inlineOwner(frame) != owner) {
        return removeFromChain(frame, owner);
    }
    const VirtAddr head = FrameLists::place(frame, frame_field::owners);
    const std::uint64_t node = memory_.load(head);
    if (node == 0) {
        setInlineOwner(frame, {});
        return {true, 1};
    }
    // The next owner takes the place in the element; its node is free again.
    setInlineOwner(frame, decodeNode(memory_.load(place(node))));
    memory_.store(head, nextOf(node));
    setNext(node, memory_.variable(kernel_variable::freeNodes));
    memory_.setVariable(kernel_variable::freeNodes, node);
    countUsed(~0ULL);
    return {true, 2};
}

OwnerBooks::Removal OwnerPool::removeFromChain(FrameNumber frame, const FrameOwner& owner) {
    VirtAddr link = FrameLists::place(frame, frame_field::owners);
    std::uint64_t visited = 1;
    for (std::uint64_t node = memory_.load(link);
         node != 0 && visited <= nodes_ && !memory_.faulted();) {
        ++visited;
        const std::uint64_t next = nextOf(node);
        if (decodeNode(memory_.load(place(node))) == owner) {
            memory_.store(link, next);
            setNext(node, memory_.variable(kernel_variable::freeNodes));
            memory_.setVariable(kernel_variable::freeNodes, node);
            countUsed(~0ULL);
            return {true, visited};
        }
        link = place(node) + ByteCount(wordBytes);
        node = next;
    }
    return {false, visited};
}

std::uint64_t OwnerPool::removeAll(FrameNumber frame, unsigned known) {
    for (unsigned i = 0; i < known && !memory_.faulted(); ++i) {
        (void)remove(frame, inlineOwner(frame));
    }
    return known;
}

} // namespace fragscope
