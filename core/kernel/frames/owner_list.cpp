#include "fragscope/kernel/frames/owner_list.h"

namespace fragscope {

namespace {

constexpr ByteCount whoOffset{8};
constexpr ByteCount pageOffset{16};
constexpr VirtAddr headPlace = kernel_space::data + ByteCount(kernel_variable::listHead);

} // namespace

OwnerBooks::Fill OwnerList::fill() {
    return {memory_.variable(kernel_variable::usedNodes), most_};
}

bool OwnerList::add(FrameNumber frame, const FrameOwner& owner, unsigned) {
    const auto node = heap_.allocate(ByteCount(listNodeBytes));
    if (!node) {
        return false;
    }
    memory_.store(*node, memory_.load(headPlace));
    memory_.store(*node + whoOffset, frame.value | std::uint64_t{owner.process} << 32);
    memory_.store(*node + pageOffset, owner.page.value);
    memory_.store(headPlace, node->value);
    memory_.setVariable(kernel_variable::usedNodes,
                        memory_.variable(kernel_variable::usedNodes) + 1);
    return true;
}

OwnerBooks::Removal OwnerList::unlinkFirst(FrameNumber frame, const FrameOwner* owner) {
    VirtAddr link = headPlace;
    std::uint64_t visited = 0;
    for (VirtAddr node(memory_.load(link));
         node.value != 0 && visited < most_ && !memory_.faulted();) {
        ++visited;
        const std::uint64_t who = memory_.load(node + whoOffset);
        const FrameOwner found{static_cast<std::uint32_t>(who >> 32),
                               PageNumber(memory_.load(node + pageOffset))};
        const VirtAddr next(memory_.load(node));
        if ((who & 0xffffffff) == frame.value && (owner == nullptr || *owner == found)) {
            memory_.store(link, next.value);
            memory_.setVariable(kernel_variable::usedNodes,
                                memory_.variable(kernel_variable::usedNodes) - 1);
            heap_.free(node);
            return {true, visited};
        }
        link = node;
        node = next;
    }
    return {false, visited};
}

OwnerBooks::Removal OwnerList::remove(FrameNumber frame, const FrameOwner& owner) {
    return unlinkFirst(frame, &owner);
}

std::uint64_t OwnerList::removeAll(FrameNumber frame, unsigned known) {
    std::uint64_t visited = 0;
    for (unsigned i = 0; i < known && !memory_.faulted(); ++i) {
        visited += unlinkFirst(frame, nullptr).visited;
    }
    return visited;
}

} // namespace fragscope
