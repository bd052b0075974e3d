#include "fragscope/experiment/measured_heap.h"

namespace fragscope {

namespace {

constexpr std::uint64_t cacheLine = 64;

} // namespace

MeasuredHeap::MeasuredHeap(const AllocatorSettings& settings)
    : unit_(settings.unit), backing_(memoryPlan(settings)), memory_(backing_), reader_(backing_),
      allocator_(makeAllocator(settings, memory_)) {
    allocator_->initialise();
}

template <class Operation> auto MeasuredHeap::charge(Operation operation) {
    memory_.resetCounts();
    const auto result = operation();
    last_ = memory_.counts();
    work_ += last_.loads + last_.stores + last_.copiedBytes / cacheLine;
    return result;
}

std::uint64_t MeasuredHeap::allocate(std::uint64_t bytes) {
    return charge([&] { return allocator_->allocate((bytes + unit_ - 1) / unit_); });
}

void MeasuredHeap::release(std::uint64_t handle) {
    charge([&] {
        allocator_->release(handle);
        return true;
    });
}

std::uint64_t MeasuredHeap::dereference(std::uint64_t handle, std::uint64_t offset) {
    return charge([&] { return allocator_->byteAt(handle, offset); });
}

std::uint64_t MeasuredHeap::freeBlocks() const {
    std::uint64_t members = 0;
    for (const FreeListPicture& list : allocator_->picture(reader_, reader_.extent()).lists) {
        members += list.members.size();
    }
    return members;
}

} // namespace fragscope
