#include "fragscope/view/replica.h"

#include "fragscope/base/check.h"
#include "fragscope/event/event_kind.h"

#include <string>

namespace fragscope {

Replica::Replica(const MachineShape& shape, std::size_t undoBytes) : ring_(undoBytes) {
    state_.memory = PageMap(shape.frames);
    state_.cpus.resize(shape.cpus);
    for (CpuView& cpu : state_.cpus) {
        cpu.tlb.resize(shape.tlbSlots);
    }
}

void Replica::apply(const Event& event) {
    FRAGSCOPE_CHECK(event.seq == state_.nextSeq, "event " + std::to_string(event.seq) +
                                                     " instead of " +
                                                     std::to_string(state_.nextSeq));
    ring_.beginEvent();
    if (event.timeCycles != state_.timeCycles) {
        set(Cell::of(CellKind::Time), event.timeCycles);
    }
    fold(event);
    ring_.endEvent();
    ++state_.nextSeq;
}

void Replica::applyPageImage(const Event& event, const PageRef& page) {
    FRAGSCOPE_CHECK(event.seq == state_.nextSeq, "page image out of order");
    state_.memory.setPage(frameOf(PhysAddr(event.paddr)), page);
    state_.timeCycles = event.timeCycles;
    ++state_.nextSeq;
    ring_.clear();
}

void Replica::skipTo(std::uint64_t seq) {
    FRAGSCOPE_CHECK(seq >= state_.nextSeq, "skipping backwards");
    if (seq != state_.nextSeq) {
        state_.nextSeq = seq;
        ring_.clear();
    }
}

bool Replica::undo() {
    if (!ring_.undoInto(state_)) {
        return false;
    }
    --state_.nextSeq;
    return true;
}

void Replica::restore(const ViewState& keyframe) {
    state_ = keyframe;
    ring_.clear();
}

void Replica::set(Cell cell, std::uint64_t value) {
    const std::uint64_t old = exchange(state_, cell, value);
    if (old != value) {
        ring_.note(cell, old);
    }
}

void Replica::fold(const Event& event) {
    const PhysAddr paddr(event.paddr);
    switch (event.kind) {
    case EventKind::PhysStore:
    case EventKind::Store:
    case EventKind::StoreDrained:
        return store(paddr, event.value, event.size);
    case EventKind::PhysFill:
        return fill(paddr, ByteCount(event.a), static_cast<std::byte>(event.value));
    case EventKind::PhysCopy:
        return copy(paddr, PhysAddr(event.a), ByteCount(event.b));
    case EventKind::TlbFill:
        return fillTlb(event);
    case EventKind::TlbDrop:
        return dropTlb(event);
    case EventKind::RegisterWrite:
        checkCpu(event.cpu);
        FRAGSCOPE_CHECK(event.object < state_.cpus[event.cpu].registers.size(), "no such register");
        return set(Cell::of(CellKind::Register, event.cpu, event.object), event.value);
    case EventKind::StoresPending:
        checkCpu(event.object);
        return set(Cell::of(CellKind::Stores, event.object, 0), event.value);
    case EventKind::InterruptPending:
        checkCpu(event.object);
        return set(Cell::of(CellKind::Pending, event.object, 0), event.value);
    case EventKind::TaskStarted:
    case EventKind::TaskStep:
    case EventKind::LocalWrite:
    case EventKind::TaskStatusChange:
        return foldTask(event);
    case EventKind::PageImage:
        FRAGSCOPE_CHECK(false, "a page image comes with its page");
    case EventKind::MoveBegun:
    case EventKind::BlockBegun:
    case EventKind::PageCopied:
    case EventKind::BlockDone:
    case EventKind::MoveDone:
    case EventKind::MoveRolledBack:
        return foldMove(event);
    default:
        return; // says what something was for, changes nothing
    }
}

void Replica::checkCpu(std::uint64_t cpu) const {
    FRAGSCOPE_CHECK(cpu < state_.cpus.size(), "no such CPU: " + std::to_string(cpu));
}

// ---- translation caches ----

void Replica::fillTlb(const Event& event) {
    checkCpu(event.cpu);
    FRAGSCOPE_CHECK(event.object < state_.cpus[event.cpu].tlb.size(),
                    "no such TLB slot: " + std::to_string(event.object));
    const std::uint64_t words[] = {1, event.vaddr, event.paddr, event.value, event.a, event.b};
    std::uint64_t field = std::uint64_t{event.object} * 8;
    for (const std::uint64_t word : words) {
        set(Cell::of(CellKind::Tlb, event.cpu, field++), word);
    }
}

void Replica::dropTlb(const Event& event) {
    checkCpu(event.cpu);
    FRAGSCOPE_CHECK(event.object < state_.cpus[event.cpu].tlb.size(),
                    "no such TLB slot: " + std::to_string(event.object));
    for (std::uint64_t word = 0; word < 6; ++word) { // an empty slot is all zeros
        set(Cell::of(CellKind::Tlb, event.cpu, std::uint64_t{event.object} * 8 + word), 0);
    }
}

} // namespace fragscope
