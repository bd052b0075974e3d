#include "fragscope/hardware/paging/pte.h"
#include "fragscope/kernel/paging/fault_locals.h"

#include <algorithm>

namespace fragscope {

namespace {

/// What the entries of a frame's pages say once they have no frame.
struct Departure {
    PageEntry entry;
    bool save = false;
    bool possible = true;
    Rule why = Rule::EvictedClean;
};

using Owners = std::vector<FrameOwner>;

Process& processOf(const Kernel& kernel, const FrameOwner& owner) {
    return *kernel.processes()[owner.process - 1];
}

bool isDirty(const Kernel& kernel, const Owners& owners) {
    return std::any_of(owners.begin(), owners.end(), [&](const FrameOwner& owner) {
        return Pte{processOf(kernel, owner).tables.leaf(owner.page)}.dirty();
    });
}

/// A slot with a reference for each owner: the one that it was read from, unless another page
/// refers to it, too, after a fork.
std::optional<std::uint64_t>
slotFor(DemandPaging& paging, const Owners& owners, const Backing& backing) {
    const bool has = backing.kind == BackingKind::Slot;
    if (has && paging.swap().references(backing.number) == owners.size()) {
        return backing.number;
    }
    const auto slot = paging.swap().take();
    for (std::size_t i = 1; slot && i < owners.size(); ++i) {
        paging.swap().addReference(*slot);
    }
    for (std::size_t i = 0; slot && has && i < owners.size(); ++i) {
        paging.swap().drop(backing.number);
    }
    return slot;
}

Departure departureOf(const Kernel& kernel, DemandPaging& paging, const Owners& owners) {
    const Process& first = processOf(kernel, owners.front());
    const Backing backing = paging.backingOf(first, owners.front().page);
    if (paging.look(first, owners.front().page).state == PageState::FileBacked) {
        return {.entry = {PageState::FileBacked, false, backing.number}};
    }
    if (!isDirty(kernel, owners)) {
        return backing.kind == BackingKind::Slot
                   ? Departure{.entry = {PageState::SwappedOut, false, backing.number}}
                   : Departure{.entry = {PageState::OnDemand, false, 0}, .why = Rule::EvictedZero};
    }
    const auto slot = slotFor(paging, owners, backing);
    return {.entry = {PageState::SwappedOut, false, slot.value_or(0)},
            .save = true,
            .possible = slot.has_value(),
            .why = Rule::EvictedDirty};
}

void announce(const Kernel& kernel,
              const FrameOwner& owner,
              const Departure& departure,
              bool save,
              FrameNumber frame) {
    kernel.board().events.emit({.kind = EventKind::PageEvicted,
                                .rule = departure.why,
                                .object = owner.process,
                                .vaddr = startOf(owner.page).value,
                                .paddr = startOf(frame).value,
                                .value = departure.entry.number,
                                .a = save ? 1U : 0U,
                                .b = kernel.paging().swap().free()});
}

void hold(const Kernel& kernel, const Owners& owners) {
    for (const FrameOwner& owner : owners) {
        ++processOf(kernel, owner).mappingsOpen; // it may end, but its tables stay until then
    }
}

void letGo(Kernel& kernel, const Owners& owners) {
    for (const FrameOwner& owner : owners) {
        --processOf(kernel, owner).mappingsOpen;
        kernel.reapIfDead(processOf(kernel, owner));
    }
}

/// The entries of all owners, each in a step of its own, and then nobody has a translation.
Steps takeOut(Kernel& kernel, const Owners& owners, const Departure& departure, FaultLocals& l) {
    for (std::size_t i = 0; i < owners.size(); ++i) {
        if (i != 0) {
            co_yield Check::Evict;
        }
        l.victim = owners[i].process;
        l.victimPage = owners[i].page.value;
        kernel.paging().change(processOf(kernel, owners[i]), owners[i].page, departure.entry,
                               departure.why);
        refer(kernel, l, tableLevelsAbove + 2);
    }
    for (const FrameOwner& owner : owners) {
        co_yield Check::Ask;
        const std::uint64_t round = kernel.shootdowns().send(
            processOf(kernel, owner), startOf(owner.page), PageCount(1), Rule::ShootBeforeCopy);
        co_await until(conditionOf<&Shootdowns::complete>(kernel.shootdowns(), round));
        co_yield Check::Acked;
        kernel.shootdowns().finished(round, Rule::AllAcked);
    }
}

Steps freeVictim(Kernel& kernel,
                 const Owners& owners,
                 const Departure& departure,
                 FrameNumber frame,
                 FaultLocals& l) {
    bool save = departure.save;
    for (const FrameOwner& owner : owners) {
        announce(kernel, owner, departure, std::exchange(save, false), frame);
    }
    for (const FrameOwner& owner : owners) {
        co_yield Check::FreeFrame;
        l.references += frameEntryReferences;
        kernel.paging().leaveFrame(processOf(kernel, owner), owner.page, frame, departure.why);
        kernel.paging().announceUse(processOf(kernel, owner));
    }
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
    const FrameNumber frame = paging.chooseVictim(process);
    const Owners owners = paging.frames().ownersOf(frame);
    hold(kernel, owners);
    co_yield Check::Evict;
    refer(kernel, l, owners.size() - 1); // the element names the first one, each node another
    const Departure departure = departureOf(kernel, paging, owners);
    if (!departure.possible) {
        paging.returnVictim(process, frame);
        letGo(kernel, owners);
        l.frame = none;
        co_return;
    }
    l.slot = departure.entry.number;
    co_await part(takeOut(kernel, owners, departure, l));
    if (departure.save) {
        co_yield Check::Save;
        paging.swap().write(l.slot, board.memory.page(frame));
        board.scheduler.spend(board.cost.swapTransfer);
    } else {
        co_yield Check::Discard;
    }
    co_await part(freeVictim(kernel, owners, departure, frame, l));
    letGo(kernel, owners);
}

} // namespace fragscope
