#include "fragscope/hardware/paging/pte.h"
#include "fragscope/kernel/paging/fault_locals.h"

namespace fragscope {

namespace {

/// What the victim's entry says once it has no frame.
struct Departure {
    PageEntry entry;
    bool save = false;
    bool possible = true;
    Rule why = Rule::EvictedClean;
};

Departure departureOf(DemandPaging& paging, const ResidentSet::Resident& victim, Pte held) {
    const PageEntry entry = decodeEntry(held.bits);
    if (entry.state == PageState::FileBacked) {
        return {.entry = {PageState::FileBacked, false, victim.filePage}};
    }
    const bool hasSlot = victim.swapSlot != ResidentSet::noSlot;
    if (!held.dirty()) {
        return hasSlot
                   ? Departure{.entry = {PageState::SwappedOut, false, victim.swapSlot}}
                   : Departure{.entry = {PageState::OnDemand, false, 0}, .why = Rule::EvictedZero};
    }
    // A slot that another process refers to, after a fork, keeps what it holds.
    const bool own = hasSlot && paging.swap().references(victim.swapSlot) == 1;
    const auto slot = own ? std::optional(victim.swapSlot) : paging.swap().take();
    if (slot && hasSlot && !own) {
        paging.swap().drop(victim.swapSlot);
    }
    return {.entry = {PageState::SwappedOut, false, slot.value_or(0)},
            .save = true,
            .possible = slot.has_value(),
            .why = Rule::EvictedDirty};
}

void announce(const Kernel& kernel,
              const FaultLocals& l,
              const Departure& departure,
              FrameNumber frame) {
    kernel.board().events.emit({.kind = EventKind::PageEvicted,
                                .rule = departure.why,
                                .object = static_cast<std::uint32_t>(l.victim),
                                .vaddr = startOf(PageNumber(l.victimPage)).value,
                                .paddr = startOf(frame).value,
                                .value = departure.entry.number,
                                .a = departure.save ? 1U : 0U,
                                .b = kernel.paging().swap().free()});
}

void close(Kernel& kernel, Process& owner) {
    --owner.mappingsOpen;
    kernel.reapIfDead(owner);
}

} // namespace

Steps evictPage(Kernel& kernel, const Process& process, FaultLocals& l) {
    const Board& board = kernel.board();
    DemandPaging& paging = kernel.paging();
    co_yield Check::Victim;
    board.scheduler.spend(board.cost.kernelStep);
    if (!paging.mustEvict(process)) {
        co_return; // another process has ended meanwhile
    }
    const ResidentSet::Resident victim = paging.chooseVictim(process);
    Process& owner = *kernel.processes()[victim.process - 1];
    l.victim = victim.process;
    l.victimPage = victim.page.value;
    ++owner.mappingsOpen; // it may end, but its tables stay until this is over
    co_yield Check::Evict;
    const Pte held{owner.tables.leaf(victim.page)};
    const FrameNumber frame = held.frame();
    const Departure departure = departureOf(paging, victim, held);
    if (!departure.possible) {
        paging.enlist(victim);
        close(kernel, owner);
        l.frame = none;
        co_return;
    }
    l.slot = departure.entry.number;
    paging.change(owner, victim.page, departure.entry, departure.why);
    refer(kernel, l, tableLevelsAbove + 2);
    co_yield Check::Ask;
    const std::uint64_t round =
        kernel.shootdowns().send(owner, startOf(victim.page), PageCount(1), Rule::ShootBeforeCopy);
    co_await until(conditionOf<&Shootdowns::complete>(kernel.shootdowns(), round));
    co_yield Check::Acked;
    kernel.shootdowns().finished(round, Rule::AllAcked);
    if (departure.save) {
        co_yield Check::Save;
        paging.swap().write(l.slot, board.memory.page(frame));
        board.scheduler.spend(board.cost.swapTransfer);
    } else {
        co_yield Check::Discard;
    }
    announce(kernel, l, departure, frame);
    co_yield Check::FreeFrame;
    l.references += frameEntryReferences;
    paging.leaveFrame(owner, victim.page, frame, departure.why);
    paging.announceUse(owner);
    close(kernel, owner);
}

} // namespace fragscope
