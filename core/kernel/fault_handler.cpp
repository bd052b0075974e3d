#include "fragscope/kernel/fault_handler.h"

#include "fragscope/kernel/frames/page_actions.h"
#include "fragscope/kernel/kernel.h"
#include "fragscope/kernel/paging/demand_fault.h"
#include "fragscope/kernel/paging/demand_paging.h"

#include <array>

namespace fragscope {

namespace {

constexpr std::array<std::string_view, 4> localNames{"address", "waits", "signal_seen",
                                                     "fault_cycles"};

struct HandlerLocals {
    std::uint64_t address;
    std::uint64_t waits;
    std::uint64_t signalSeen;
    std::uint64_t faultCycles;
};

// ---- the handler that looks at the map again
// ----------------------------------------------------------
enum class Rewalk : std::uint16_t { Fault = 1, Look, Mapped, Wait, Violation, Return, Repeat };

constexpr std::array<std::string_view, 7> rewalkLines{
    "page fault: save CR2 and the error code",
    "look at the memory map again",
    "mapped now: install the table entry if it is absent",
    "in entry E: wait until its transfer block is done",
    "else: standard violation handler",
    "return from the fault",
    "repeat the access",
};

// ---- the handler as the seed wrote it
// -----------------------------------------------------------------
enum class AsWritten : std::uint16_t { Fault = 1, InRange, Arm, Violation, Return, Repeat };

constexpr std::array<std::string_view, 6> asWrittenLines{
    "access violation: the custom handler is called",
    "is the address in the range of entry E?",
    "yes: wait until the current transfer block is finished",
    "no: the standard violation handler is called",
    "let the process resume execution",
    "repeat the access",
};

// ---- a thread of a stopped process
// --------------------------------------------------------------------
enum class Stopped : std::uint16_t { Wait = 1, Repeat };

constexpr std::array<std::string_view, 2> stoppedLines{
    "the process is stopped: wait",
    "the process goes on: do the access",
};

/// Waits as the settings say; `l.signalSeen` was read in an earlier step.
Until waitForBlock(const Kernel& kernel, const Process& process, const HandlerLocals& l) {
    return until(kernel.settings().wait == WaitMode::Predicate
                     ? conditionOf<&Process::notInE>(process, l.address)
                     : conditionOf<&Process::blockDoneSince>(process, l.signalSeen));
}

Steps handleRewalk(Kernel& kernel, AccessRequest& request, bool translateOnly) {
    Task& self = co_await thisTask();
    Process& process = *request.process;
    auto& l = co_await Follow<HandlerLocals>{handlerRewalkListing()};
    l.address = request.address.value;
    do {
        co_yield Rewalk::Fault;
        l.faultCycles = kernel.enterFault(request);
        for (;;) {
            co_yield Rewalk::Look;
            const FaultVerdict verdict = kernel.judge(request);
            if (verdict == FaultVerdict::Mapped) {
                co_yield Rewalk::Mapped;
                kernel.installIfAbsent(process, request.address);
                break;
            }
            if (verdict != FaultVerdict::InE) {
                co_yield Rewalk::Violation;
                kernel.violate(request, verdict);
                co_return;
            }
            l.signalSeen = process.move.blocksDone;
            co_yield Rewalk::Wait;
            ++l.waits;
            kernel.beginWait(self, request, Rule::InEntryE);
            co_await waitForBlock(kernel, process, l);
            self.interruptsOff = false;
            if (process.state != ProcessState::Running) {
                break; // the access finds out
            }
        }
        co_yield Rewalk::Return;
        kernel.leaveFault(request, l.faultCycles);
        co_yield Rewalk::Repeat;
    } while (!kernel.tryAccess(self, request, translateOnly));
}

Steps handleAsWritten(Kernel& kernel, AccessRequest& request, bool translateOnly) {
    Task& self = co_await thisTask();
    Process& process = *request.process;
    auto& l = co_await Follow<HandlerLocals>{handlerAsWrittenListing()};
    l.address = request.address.value;
    do {
        co_yield AsWritten::Fault;
        l.faultCycles = kernel.enterFault(request);
        co_yield AsWritten::InRange;
        const FaultVerdict verdict = kernel.judge(request);
        if (verdict != FaultVerdict::InE) {
            co_yield AsWritten::Violation;
            kernel.violate(request, verdict);
            co_return;
        }
        co_yield AsWritten::Arm; // the check is over: a signal between it and here is missed
        l.signalSeen = process.move.blocksDone;
        ++l.waits;
        kernel.beginWait(self, request, Rule::InEntryE);
        co_await waitForBlock(kernel, process, l);
        self.interruptsOff = false;
        co_yield AsWritten::Return;
        kernel.leaveFault(request, l.faultCycles);
        co_yield AsWritten::Repeat;
    } while (!kernel.tryAccess(self, request, translateOnly));
}

Steps waitWhileStopped(Kernel& kernel, AccessRequest& request, bool translateOnly) {
    Task& self = co_await thisTask();
    auto& l = co_await Follow<HandlerLocals>{stoppedThreadListing()};
    l.address = request.address.value;
    do {
        co_yield Stopped::Wait;
        ++l.waits;
        kernel.beginWait(self, request, Rule::ProcessStopped);
        co_await until(conditionOf<&Process::running>(*request.process));
        co_yield Stopped::Repeat;
        if (kernel.tryAccess(self, request, translateOnly)) {
            co_return;
        }
    } while (request.process->stopped);
    co_await resolveAccess(kernel, request, translateOnly);
}

} // namespace

Steps resolveAccess(Kernel& kernel, AccessRequest& request, bool translateOnly) {
    if (request.process->stopped) {
        return waitWhileStopped(kernel, request, translateOnly);
    }
    if (request.process->demandPaged && kernel.paging().mustTrim(*request.process)) {
        return trimWorkingSet(kernel, request, translateOnly);
    }
    const bool paged =
        request.address >= pagedAreaStart &&
        request.address - pagedAreaStart < bytesOf(PageCount(request.process->pagedPages));
    if (request.process->demandPaged || paged) {
        return resolveDemandFault(kernel, request, translateOnly);
    }
    return kernel.settings().handler == HandlerMode::Rewalk
               ? handleRewalk(kernel, request, translateOnly)
               : handleAsWritten(kernel, request, translateOnly);
}

const Listing& handlerRewalkListing() {
    static constexpr Listing listing{ListingId::HandlerRewalk, "handler-rewalk",
                                     "Fault handler: looks at the map again", rewalkLines,
                                     localNames};
    return listing;
}

const Listing& handlerAsWrittenListing() {
    static constexpr Listing listing{ListingId::HandlerAsWritten, "handler-as-written",
                                     "Fault handler: as seed 000 wrote it", asWrittenLines,
                                     localNames};
    return listing;
}

const Listing& stoppedThreadListing() {
    static constexpr Listing listing{ListingId::StoppedThread, "stopped-thread",
                                     "Thread of a stopped process", stoppedLines, localNames};
    return listing;
}

} // namespace fragscope
