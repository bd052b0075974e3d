// The part of demand paging that chooses: which page leaves, and which process.
#include "fragscope/base/check.h"
#include "fragscope/hardware/paging/pte.h"
#include "fragscope/kernel/frames/page_actions.h"
#include "fragscope/kernel/paging/demand_paging.h"

#include <algorithm>

namespace fragscope {

namespace {

Rule reasonOf(const PageEntry& entry) {
    switch (entry.state) {
    case PageState::NotUsed:
        return Rule::PageNotUsed;
    case PageState::Guard:
        return Rule::PageIsGuard;
    default:
        return Rule::PageReadOnly;
    }
}

} // namespace

// ---- replacement
// ---------------------------------------------------------------------------------------

ResidentSet* DemandPaging::setOf(const Process& process) {
    if (settings_.replacement == PageReplacement::None) {
        return nullptr;
    }
    const std::size_t index = settings_.scope == ReplacementScope::Process ? process.number - 1 : 0;
    if (sets_.size() <= index) {
        sets_.resize(index + 1);
    }
    if (!sets_[index]) {
        const std::uint64_t frames = settings_.frames != 0 ? settings_.frames : dataFrames();
        sets_[index] = std::make_unique<ResidentSet>(settings_, std::max<std::uint64_t>(1, frames),
                                                     kernel_.settings().future);
    }
    return sets_[index].get();
}

void DemandPaging::enlist(Process& process,
                          PageNumber page,
                          FrameNumber frame,
                          const Backing& backing) {
    if (process.tables.hasSideTables()) {
        writeSide(process, page, {.state = process.tables.side(page).state, .backing = backing});
    }
    ResidentSet* set = setOf(process);
    if (set != nullptr && !set->contains(frame)) {
        set->add(frame);
    }
    if (backing.kind == BackingKind::Slot && !process.tables.hasSideTables()) {
        swap_.drop(backing.number); // nobody will ask what it holds
    }
}

/// After an owner has left a frame. With sets of processes it counts for another owner then, if
/// there is room in its set that no fault under way counts on; else the frame stays until it has
/// one owner.
void DemandPaging::settle(const Process& left, FrameNumber frame, unsigned owners) {
    ResidentSet* set = setOf(left);
    if (set == nullptr || !set->contains(frame)) {
        return;
    }
    if (owners == 0) {
        set->remove(frame);
    } else if (settings_.scope == ReplacementScope::Process) {
        set->remove(frame);
        const FrameOwner heir = supply_.ownersOf(frame).front();
        ResidentSet* next = setOf(*kernel_.processes()[heir.process - 1]);
        const Task* task = kernel_.board().scheduler.running();
        const bool mine = lockedBy_ == 0 || (task != nullptr && task->id == lockedBy_);
        if (mine && !next->full() && !next->contains(frame)) {
            next->add(frame);
        }
    }
}

void DemandPaging::used(const Process& process, PageNumber page) {
    ResidentSet* set = setOf(process);
    const PageEntry entry = set != nullptr ? entryOf(process, page) : PageEntry{};
    if (!entry.present) {
        return;
    }
    if (settings_.scope == ReplacementScope::Process) {
        for (const auto& each : sets_) { // another owner's set may hold the frame
            set = each && each->contains(FrameNumber(entry.number)) ? each.get() : set;
        }
    }
    set->used(FrameNumber(entry.number));
}

bool DemandPaging::mustEvict(const Process& process) {
    const ResidentSet* set = setOf(process);
    return set != nullptr && (set->full() || set->mustTrim());
}

bool DemandPaging::mustTrim(const Process& process) {
    const ResidentSet* set = setOf(process);
    return set != nullptr && set->mustTrim();
}

bool DemandPaging::isEnlisted(const Process& process, FrameNumber frame) {
    const ResidentSet* set = setOf(process);
    return set != nullptr && set->contains(frame);
}

/// Simplified: only the own CPU drops its translation with the bit; another one that still has the
/// translation sets no bit again, and the page looks unused (as Linux does on x86).
void DemandPaging::noteAccessedBit(ResidentSet& set, FrameNumber frame, const FrameOwner& owner) {
    const Board& board = kernel_.board();
    Process& process = *kernel_.processes()[owner.process - 1];
    const Pte entry{process.tables.leaf(owner.page)};
    if (!entry.accessed()) {
        return;
    }
    (void)process.tables.write(owner.page, entry.bits & ~pte::accessed, Rule::AccessedCleared);
    Cpu& cpu = board.cpus[board.scheduler.running()->cpu];
    if (cpu.process == process.number) {
        board.mmu.invalidatePage(cpu, startOf(owner.page));
    }
    board.scheduler.spend(board.cost.kernelStore);
    set.used(frame);
}

void DemandPaging::noteAccessedBits(ResidentSet& set) {
    const std::vector<FrameNumber> frames = set.frames();
    for (const FrameNumber frame : frames) {
        if (frame.value == 0) {
            continue;
        }
        for (const FrameOwner& owner : supply_.ownersOf(frame)) {
            noteAccessedBit(set, frame, owner);
        }
    }
}

FrameNumber DemandPaging::chooseVictim(const Process& process) {
    ResidentSet& set = *setOf(process);
    if (settings_.use == UseSource::AccessedBits) {
        noteAccessedBits(set);
    }
    return set.takeVictim();
}

void DemandPaging::returnVictim(const Process& process, FrameNumber frame) {
    setOf(process)->putBack(frame);
}

// ---- contents
// ------------------------------------------------------------------------------------------

void DemandPaging::loadSlot(std::uint64_t slot, FrameNumber frame) {
    const Board& board = kernel_.board();
    const std::byte* bytes = swap_.read(slot).bytes();
    board.memory.fill(startOf(frame), ByteCount(pageBytes), std::byte{0});
    for (std::uint64_t at = 0; bytes != nullptr && at < pageBytes; at += wordBytes) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes + at, wordBytes);
        if (word != 0) {
            board.memory.store(startOf(frame) + ByteCount(at), word);
        }
    }
    board.scheduler.spend(board.cost.swapTransfer);
}

void DemandPaging::loadFilePage(std::uint64_t page, FrameNumber frame) {
    constexpr std::uint64_t mark = 0xf11e'0000'0000'0000; // no program writes such words
    const Board& board = kernel_.board();
    for (std::uint64_t word = 0; word < wordsPerPage; ++word) {
        board.memory.store(startOf(frame) + ByteCount(word * wordBytes), mark | page << 16U | word);
    }
    board.scheduler.spend(board.cost.swapTransfer);
}

// ---- the end
// -------------------------------------------------------------------------------------------

Process& DemandPaging::chooseSacrifice(Process& process, VirtAddr address) {
    Process* victim = &process;
    Rule why = Rule::VictimFaulting;
    if (settings_.outOfMemory == OutOfMemoryMode::KillLargest) {
        why = Rule::VictimLargest;
        for (const auto& each : kernel_.processes()) {
            if (each->state == ProcessState::Running && each->use.resident > victim->use.resident) {
                victim = each.get();
            }
        }
    }
    kernel_.board().events.emit({.kind = EventKind::OutOfMemory,
                                 .rule = why,
                                 .object = process.number,
                                 .vaddr = address.value,
                                 .value = victim->number,
                                 .a = victim->use.resident,
                                 .b = swap_.free()});
    return *victim;
}

bool DemandPaging::react(AccessRequest& request, const PageEntry& entry) {
    Process& process = *request.process;
    if (process.state != ProcessState::Running) {
        request.killed = true;
        return false;
    }
    kernel_.board().events.emit({.kind = EventKind::InvalidAccess,
                                 .rule = reasonOf(entry),
                                 .object = process.number,
                                 .vaddr = request.address.value,
                                 .value = request.fault.errorCode,
                                 .a = static_cast<std::uint64_t>(entry.state)});
    if (settings_.invalidAccess == InvalidReaction::Signal) {
        return signal(request, entry);
    }
    if (settings_.invalidAccess == InvalidReaction::Stop) {
        process.stopped = true; // for ever: who wants to go on lets the access be repeated
        return true;
    }
    request.killed = true;
    kernel_.kill(process, reasonOf(entry), &request);
    return false;
}

bool DemandPaging::signal(AccessRequest& request, const PageEntry& entry) {
    Process& process = *request.process;
    const Board& board = kernel_.board();
    const bool reserves =
        process.onSignal == OnSignal::Reserve && mayBecome(entry.state, PageState::OnDemand) &&
        request.address < pagedAreaStart; // what lies there is the kernel's to give
    const bool skips = process.onSignal == OnSignal::Skip;
    const Rule why =
        reserves ? Rule::SignalReserves : (skips ? Rule::SignalSkips : Rule::SignalEnds);
    board.events.emit({.kind = EventKind::SignalDelivered,
                       .rule = why,
                       .object = process.number,
                       .vaddr = request.address.value,
                       .value = ++process.signalsSent});
    board.scheduler.spend(board.cost.faultExit + board.cost.faultEntry); // out to it and back
    if (reserves &&
        change(process, pageOf(request.address), {PageState::OnDemand, false, 0}, Rule::Promised)) {
        return true;
    }
    if (skips) {
        request.skipped = true;
        return false;
    }
    request.killed = true;
    kernel_.kill(process, Rule::SignalEnds, &request);
    return false;
}

} // namespace fragscope
