// How the free list is built.
#include "fragscope/kernel/frames/frame_table.h"
#include "fragscope/kernel/frames/owner_pool.h"

namespace fragscope {

bool FrameTable::isReserved(FrameNumber frame) const {
    return frame.value < plan_.root.reservedFrames || !board_.memory.isRam(frame);
}

/// The nearest frame of the same zone that may be free; frame 0 = none. The border check: neither
/// the kernel's books nor holes nor what lies behind the last element.
FrameNumber FrameTable::neighbour(FrameNumber frame, bool next) const {
    const bool kernelZone = frame < plan_.zoneEnd;
    const std::uint64_t low = kernelZone ? plan_.root.reservedFrames
                                         : std::max(plan_.zoneEnd.value, plan_.root.reservedFrames);
    const std::uint64_t high =
        kernelZone ? std::min(plan_.zoneEnd.value, plan_.root.frameCount) : plan_.root.frameCount;
    for (std::uint64_t at = frame.value; next ? ++at < high : at-- > low;) {
        if (!isReserved(FrameNumber(at))) {
            return FrameNumber(at);
        }
    }
    return FrameNumber(0);
}

bool FrameTable::initialiseElement(FrameNumber frame) {
    if (isReserved(frame)) {
        const bool hole = !board_.memory.isRam(frame);
        store(frame, {.use = hole ? FrameUse::Hole : FrameUse::Kernel});
        return false;
    }
    FrameLinks links{neighbour(frame, true), neighbour(frame, false)};
    const bool last = frame.value + 1 == plan_.root.frameCount;
    if (last && settings_.init == FrameInit::OffByOne) {
        links.next = frame + PageCount(1); // element[x].next = element[x + 1], also for the last
    }
    memory_.store(FrameLists::place(frame, frame_field::links), encodeLinks(links));
    if (links.previous.value == 0) {
        memory_.setVariable(headVariable(lists_.freeListOf(frame)), frame.value);
    }
    return true;
}

void FrameTable::initialise() {
    for (FrameNumber frame{0}; frame.value < plan_.root.frameCount; ++frame) {
        (void)initialiseElement(frame);
    }
    finishInitialising();
}

void FrameTable::finishInitialising() {
    memory_.setVariable(kernel_variable::available, freeSpace().frames.value);
    heap_.initialise();
    if (auto* pool = dynamic_cast<OwnerPool*>(owners_.get())) {
        pool->initialise();
    }
    board_.events.emit({.kind = EventKind::FrameTableMade,
                        .rule = Rule::KernelOwn,
                        .object = static_cast<std::uint32_t>(frameEntryBytes),
                        .vaddr = kernel_space::table.value,
                        .paddr = plan_.root.frameTable.value,
                        .value = bytesOf(plan_.regions[2].pages).value,
                        .a = plan_.booksCost().value,
                        .b = board_.memory.size().value});
    emitRun(EventKind::FramesAllocated, FrameNumber(0), plan_.books, FrameUse::Kernel, 0,
            Rule::KernelOwn);
}

} // namespace fragscope
