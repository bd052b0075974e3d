#include "fragscope/kernel/paging/demand_fault.h"

#include "fragscope/base/check.h"
#include "fragscope/kernel/fault_handler.h"
#include "fragscope/kernel/paging/fault_locals.h"

namespace fragscope {

namespace {

constexpr std::array<std::string_view, 30> checkLines{
    "page fault: save CR2 and the error code",
    "take the lock of the virtual memory manager",
    "read the entry of the page: which state?",
    "not used, guard, or not writable: react to the invalid access",
    "the process stops here, to be looked at",
    "mapped and allowed by now: nothing to do",
    "all frames it may have are in use: which page leaves?",
    "its entry says swapped out, or on demand if it was never written",
    "make all CPUs drop their translations of it",
    "every CPU has acknowledged: nobody can write to it",
    "it was written: save it to its slot",
    "its slot or file has the same bytes, or it is all zero: nothing to save",
    "its frame is free",
    "take a free frame",
    "no frame is left: who gives way?",
    "wait until its frames are back, then look again",
    "allocate on demand, a read: map the zero page, copy-on-write",
    "allocate on demand: clear the frame",
    "swapped out: read the slot",
    "file-backed: read the page of the file",
    "copy-on-write: copy the frame",
    "make all CPUs drop the translation of the old frame",
    "every CPU has acknowledged",
    "copy-on-write without another owner: writable again",
    "write the entry: present",
    "return from the fault",
    "repeat the access",
    "no frame is left: ask who can give some back, and wait for the answers",
    "all have answered: were frames given back?",
    "shared, not attached yet: one owner more of the frame of the object",
};

enum class Dumb : std::uint16_t { Fault = 1, Frame, NoFrame, WaitForEnd, Map, Return, Repeat };

constexpr std::array<std::string_view, 7> dumbLines{
    "page fault: save CR2",
    "take a free frame, whatever was accessed",
    "no frame is left: who gives way?",
    "wait until its frames are back",
    "clear it and write the entry: present",
    "return from the fault",
    "repeat the access",
};

bool allowed(const PageEntry& entry, const AccessRequest& request) {
    switch (entry.state) {
    case PageState::NotUsed:
    case PageState::Guard:
        return false;
    case PageState::FileBacked:
        return !isWrite(request.kind);
    default:
        return true;
    }
}

bool needsWork(const PageEntry& entry, const AccessRequest& request) {
    return !entry.present || (entry.state == PageState::CopyOnWrite && isWrite(request.kind));
}

/// A frame for the page in l.frame; `retry` if others had to end first, `none` if this process.
Steps takeFrame(Kernel& kernel, AccessRequest& request, FaultLocals& l) {
    DemandPaging& paging = kernel.paging();
    l.frame = 0;
    while (l.frame != none && paging.mustEvict(*request.process)) {
        co_await part(evictPage(kernel, *request.process, l));
    }
    if (l.frame != none) {
        co_yield Check::Frame;
        l.references += frameEntryReferences;
        const auto found = paging.frames().take(request.process->number);
        l.frame = found ? found->value : none;
    }
    if (l.frame != none) {
        paging.lowMemory().look();
        co_return;
    }
    if (paging.lowMemory().canAsk(kernel.board().scheduler.running()->id)) {
        co_await part(askForFrames(kernel, request, l));
        if (l.frame == retry) {
            co_return;
        }
    }
    co_yield Check::NoFrame;
    Process& victim = paging.chooseSacrifice(*request.process, request.address);
    kernel.kill(victim,
                victim.number == request.process->number ? Rule::VictimFaulting
                                                         : Rule::VictimLargest,
                victim.number == request.process->number ? &request : nullptr);
    paging.unlock(); // the victim may have to take it to find out
    if (victim.number == request.process->number) {
        request.killed = true;
        co_return;
    }
    co_await until(conditionOf<&Process::gone>(victim));
    co_yield Check::WaitForEnd;
    l.frame = retry;
}

Steps fillFrame(Kernel& kernel, AccessRequest& request, PageEntry entry, FaultLocals& l) {
    const Board& board = kernel.board();
    DemandPaging& paging = kernel.paging();
    const FrameNumber frame(l.frame);
    const bool zero = paging.isZeroFrame(FrameNumber(entry.number));
    if (entry.state == PageState::SwappedOut || entry.state == PageState::FileBacked) {
        const bool file = entry.state == PageState::FileBacked;
        co_yield file ? Check::FileRead : Check::SwapIn;
        if (file) {
            paging.loadFilePage(entry.number, frame);
        } else {
            paging.loadSlot(entry.number, frame);
        }
        board.events.emit({.kind = EventKind::PageLoaded,
                           .rule = file ? Rule::FileRead : Rule::SwapIn,
                           .object = request.process->number,
                           .vaddr = l.address & ~pageOffsetMask,
                           .paddr = startOf(frame).value,
                           .value = entry.number,
                           .a = file ? 1U : 0U,
                           .b = paging.swap().free()});
    } else if (entry.state == PageState::CopyOnWrite && !zero) {
        co_yield Check::Copy;
        board.memory.copy(startOf(frame), startOf(FrameNumber(entry.number)), ByteCount(pageBytes));
        board.scheduler.spend(board.cost.copyPage);
    } else {
        co_yield Check::Clear;
        board.memory.fill(startOf(frame), ByteCount(pageBytes), std::byte{0});
        board.scheduler.spend(board.cost.fillPage);
    }
}

Rule reasonOf(PageState state) {
    switch (state) {
    case PageState::SwappedOut:
        return Rule::SwapIn;
    case PageState::FileBacked:
        return Rule::FileRead;
    case PageState::CopyOnWrite:
        return Rule::WriteCopies;
    default:
        return Rule::FirstTouch;
    }
}

/// The slot or page of the file that still holds what was read from it.
Backing backingOf(const PageEntry& entry) {
    if (entry.state == PageState::FileBacked) {
        return {BackingKind::FilePage, entry.number};
    }
    return entry.state == PageState::SwappedOut ? Backing{BackingKind::Slot, entry.number}
                                                : Backing{};
}

/// Notes the process as owner of its new frame. If there is no room for that, it is ended.
bool ownFrame(Kernel& kernel, AccessRequest& request, const FaultLocals& l) {
    const FrameOwner owner{request.process->number, pageOf(request.address)};
    if (kernel.paging().frames().addOwner(FrameNumber(l.frame), owner)) {
        return true;
    }
    kernel.paging().frames().putBack(FrameNumber(l.frame), owner.process);
    request.killed = true;
    kernel.kill(*request.process, Rule::NoRoomForOwner, &request);
    return false;
}

Steps mapFrame(Kernel& kernel, AccessRequest& request, PageEntry entry, FaultLocals& l) {
    DemandPaging& paging = kernel.paging();
    Process& process = *request.process;
    const PageNumber page = pageOf(request.address);
    const PageState state =
        entry.state == PageState::FileBacked ? PageState::FileBacked : PageState::Allocated;
    co_yield Check::Map;
    refer(kernel, l, 1);
    if (!ownFrame(kernel, request, l)) {
        co_return;
    }
    paging.dropBacking(process, page); // of the frame that it leaves, if it has one
    paging.change(process, page, {state, true, l.frame}, reasonOf(entry.state));
    paging.enlist(process, page, FrameNumber(l.frame), backingOf(entry));
    if (!entry.present) {
        co_return; // absent to present needs no flush
    }
    co_yield Check::CopyAsk;
    const std::uint64_t round =
        kernel.shootdowns().send(process, startOf(page), PageCount(1), Rule::WriteCopies);
    co_await until(conditionOf<&Shootdowns::complete>(kernel.shootdowns(), round));
    co_yield Check::CopyAcked;
    kernel.shootdowns().finished(round, Rule::AllAcked);
    const FrameNumber old(entry.number);
    paging.leaveFrame(process, page, old, Rule::WriteCopies);
    if (!paging.isZeroFrame(old)) {
        kernel.board().events.emit({.kind = EventKind::FrameCopied,
                                    .rule = Rule::WriteCopies,
                                    .object = process.number,
                                    .vaddr = startOf(page).value,
                                    .paddr = startOf(FrameNumber(l.frame)).value,
                                    .value = startOf(old).value,
                                    .a = paging.frames().owners(old)});
    }
}

/// The page keeps or shares the frame that exists: nothing is filled.
Steps mapExisting(Kernel& kernel, AccessRequest& request, PageEntry entry, FaultLocals& l) {
    DemandPaging& paging = kernel.paging();
    const PageNumber page = pageOf(request.address);
    l.references += frameEntryReferences;
    refer(kernel, l, 1);
    if (entry.state == PageState::CopyOnWrite) {
        co_yield Check::LastOwner;
        paging.change(*request.process, page, {PageState::Allocated, true, entry.number},
                      Rule::LastOwner);
        paging.enlist(*request.process, page, FrameNumber(entry.number),
                      paging.backingOf(*request.process, page));
        co_return;
    }
    co_yield Check::ZeroPage;
    const FrameNumber zero = *paging.zeroFrame();
    if (!paging.frames().addOwner(zero, {request.process->number, page})) {
        paging.giveUpZeroFrame();
        l.frame = retry;
        co_return;
    }
    paging.change(*request.process, page, {PageState::CopyOnWrite, true, zero.value},
                  Rule::ZeroPageMapped);
}

/// A page of a shared object that the process has attached, at its first touch.
Steps attachPage(Kernel& kernel, AccessRequest& request, PageEntry entry, FaultLocals& l) {
    DemandPaging& paging = kernel.paging();
    const PageNumber page = pageOf(request.address);
    co_yield Check::Attach;
    l.references += frameEntryReferences;
    refer(kernel, l, 1);
    const SharedObject* object = kernel.attachedAt(request.process->number, page);
    FRAGSCOPE_CHECK(object != nullptr && entry.number < object->frames.size(),
                    "the page belongs to no shared object");
    const FrameNumber frame = object->frames[entry.number];
    if (!paging.frames().addOwner(frame, {request.process->number, page})) {
        request.killed = true;
        kernel.kill(*request.process, Rule::NoRoomForOwner, &request);
        co_return;
    }
    paging.change(*request.process, page, {PageState::Shared, true, frame.value},
                  Rule::SharedTouched);
}

/// True if the page needs no frame of its own now.
bool usesExisting(DemandPaging& paging, const AccessRequest& request, const PageEntry& entry) {
    if (entry.state == PageState::CopyOnWrite) {
        const FrameNumber frame(entry.number);
        return paging.frames().owners(frame) == 1 &&
               (paging.isEnlisted(*request.process, frame) || !paging.mustEvict(*request.process));
    }
    return entry.state == PageState::OnDemand && !isWrite(request.kind) &&
           paging.settings().zeroPage && paging.zeroFrame().has_value();
}

/// One look at the page and what follows from it. Sets l.frame to `retry` if it must look again.
Steps resolvePage(Kernel& kernel, AccessRequest& request, FaultLocals& l) {
    DemandPaging& paging = kernel.paging();
    const PageNumber page = pageOf(request.address);
    const PageEntry entry = DemandPaging::entryOf(*request.process, page);
    if (!needsWork(entry, request)) {
        co_yield Check::Spurious;
    } else if (entry.state == PageState::Shared) {
        co_await part(attachPage(kernel, request, entry, l));
    } else if (usesExisting(paging, request, entry)) {
        co_await part(mapExisting(kernel, request, entry, l));
    } else {
        co_await part(takeFrame(kernel, request, l));
        if (request.killed || l.frame == retry) {
            co_return;
        }
        if (DemandPaging::entryOf(*request.process, page) != entry) {
            paging.frames().putBack(FrameNumber(l.frame), request.process->number);
            l.frame = retry; // the frame to be copied has left, too
            paging.unlock();
            co_return;
        }
        co_await part(fillFrame(kernel, request, entry, l));
        co_await part(mapFrame(kernel, request, entry, l));
    }
    l.references += paging.takeSideReferences();
    paging.unlock();
    paging.announceUse(*request.process);
}

/// The page's state forbids the access. l.frame is `retry` if it shall be repeated.
Steps invalidAccess(Kernel& kernel, AccessRequest& request, FaultLocals& l) {
    const PageEntry entry = DemandPaging::entryOf(*request.process, pageOf(request.address));
    co_yield Check::Invalid;
    l.references += kernel.paging().takeSideReferences();
    kernel.paging().unlock();
    l.frame = kernel.paging().react(request, entry) ? retry : none;
    if (request.process->stopped) {
        co_yield Check::Stopped;
        co_await until(conditionOf<&Process::running>(*request.process));
    }
}

/// Pages that have left the working set lose their frames.
Steps trim(Kernel& kernel, Task& self, const Process& process, FaultLocals& l) {
    co_await part(takeFaultLock(kernel, self));
    while (kernel.paging().mustTrim(process)) {
        co_await part(evictPage(kernel, process, l));
    }
    kernel.paging().unlock();
}

Steps handleChecking(Kernel& kernel, AccessRequest& request, bool translateOnly) {
    Task& self = co_await thisTask();
    auto& l = co_await Follow<FaultLocals>{checkingHandlerListing()};
    l.address = request.address.value;
    do {
        co_yield Check::Fault;
        l.references = 0;
        l.faultCycles = kernel.enterFault(request);
        do {
            co_await part(takeFaultLock(kernel, self));
            co_yield Check::Look;
            l.frame = 0;
            (void)kernel.paging().takeSideReferences(); // of others
            const PageEntry entry = kernel.paging().look(*request.process, pageOf(request.address));
            l.state = static_cast<std::uint64_t>(entry.state);
            refer(kernel, l, tableLevelsAbove + 1);
            kernel.board().scheduler.spend(kernel.board().cost.kernelStep);
            if (request.process->state != ProcessState::Running) {
                kernel.paging().unlock();
                break; // the access finds out
            }
            if (allowed(entry, request)) {
                co_await part(resolvePage(kernel, request, l));
            } else {
                co_await part(invalidAccess(kernel, request, l));
            }
        } while (l.frame == retry);
        if (request.killed) {
            co_return;
        }
        co_yield Check::Return;
        kernel.leaveFault(request, l.faultCycles, l.references);
        if (request.skipped) {
            co_return;
        }
        co_yield Check::Repeat;
        while (kernel.paging().mustTrim(*request.process)) {
            co_await part(trim(kernel, self, *request.process, l));
        }
    } while (!kernel.tryAccess(self, request, translateOnly));
}

Steps handleDumb(Kernel& kernel, AccessRequest& request, bool translateOnly) {
    Task& self = co_await thisTask();
    auto& l = co_await Follow<FaultLocals>{dumbHandlerListing()};
    DemandPaging& paging = kernel.paging();
    Process& process = *request.process;
    l.address = request.address.value;
    do {
        co_yield Dumb::Fault;
        l.references = 0;
        l.faultCycles = kernel.enterFault(request);
        co_yield Dumb::Frame;
        auto found = paging.frames().take(process.number);
        while (!found) {
            co_yield Dumb::NoFrame;
            Process& victim = paging.chooseSacrifice(process, request.address);
            request.killed = victim.number == process.number;
            kernel.kill(victim, request.killed ? Rule::VictimFaulting : Rule::VictimLargest,
                        request.killed ? &request : nullptr);
            if (request.killed) {
                co_return;
            }
            co_await until(conditionOf<&Process::gone>(victim));
            co_yield Dumb::WaitForEnd;
            found = paging.frames().take(process.number);
        }
        l.references += frameEntryReferences;
        l.frame = found->value;
        co_yield Dumb::Map;
        kernel.board().memory.fill(startOf(*found), ByteCount(pageBytes), std::byte{0});
        kernel.board().scheduler.spend(kernel.board().cost.fillPage);
        refer(kernel, l, tableLevelsAbove + 1);
        if (!ownFrame(kernel, request, l)) {
            co_return;
        }
        paging.change(process, pageOf(request.address), {PageState::Allocated, true, l.frame},
                      Rule::AnyFaultMaps);
        paging.announceUse(process);
        co_yield Dumb::Return;
        kernel.leaveFault(request, l.faultCycles, l.references);
        co_yield Dumb::Repeat;
    } while (!kernel.tryAccess(self, request, translateOnly));
}

} // namespace

Steps resolveDemandFault(Kernel& kernel, AccessRequest& request, bool translateOnly) {
    return kernel.paging().settings().handler == DemandHandler::Checking
               ? handleChecking(kernel, request, translateOnly)
               : handleDumb(kernel, request, translateOnly);
}

Steps trimWorkingSet(Kernel& kernel, AccessRequest& request, bool translateOnly) {
    Task& self = co_await thisTask();
    auto& l = co_await Follow<FaultLocals>{checkingHandlerListing()};
    l.address = request.address.value;
    while (kernel.paging().mustTrim(*request.process)) {
        co_await part(trim(kernel, self, *request.process, l));
    }
    if (!kernel.tryAccess(self, request, translateOnly)) {
        co_await resolveAccess(kernel, request, translateOnly);
    }
}

const Listing& checkingHandlerListing() {
    static constexpr Listing listing{ListingId::CheckingHandler, "handler-checking",
                                     "Fault handler: looks at the state of the page", checkLines,
                                     faultLocalNames};
    return listing;
}

const Listing& dumbHandlerListing() {
    static constexpr Listing listing{ListingId::DumbHandler, "handler-quick-and-dumb",
                                     "Fault handler: maps a frame at any fault", dumbLines,
                                     faultLocalNames};
    return listing;
}

} // namespace fragscope
