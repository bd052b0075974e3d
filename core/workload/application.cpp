#include "fragscope/workload/application.h"

#include "fragscope/kernel/paging/area_calls.h"
#include "fragscope/kernel/paging/stack_calls.h"
#include "fragscope/workload/heap/heap_operations.h"
#include "fragscope/workload/pattern.h"
#include "fragscope/workload/progress.h"

#include <array>

namespace fragscope {

namespace {

enum class Line : std::uint16_t { Access = 1, Translate, Perform, End, Call, Begin, Rsp };

constexpr std::array<std::string_view, 7> lines{
    "read or write the next address",          "split access: translate the address",
    "split access: read or write there",       "finished",
    "system call, or work without an access",  "wait for the address space, which comes by a fork",
    "a function begins or returns: RSP moves",
};

constexpr std::array<std::string_view, 5> localNames{"done", "address", "value", "is_write", "rsp"};

struct Locals {
    std::uint64_t done;
    std::uint64_t address;
    std::uint64_t value;
    std::uint64_t isWrite;
    std::uint64_t rsp; ///< 0 if the thread has no stack
};

/// A value that no other write of the run uses: process, thread and number of the write.
std::uint64_t freshValue(const ApplicationThread& thread, std::uint64_t n) {
    return std::uint64_t{thread.process.number} << 56 | std::uint64_t{thread.number} << 48 |
           (n + 1);
}

/// Returns the element of the script that is no access, if it is its turn.
const ScriptedAccess* chooseAccess(const ApplicationThread& thread,
                                   AccessChooser& chooser,
                                   AccessRequest& request,
                                   Locals& l) {
    const AccessChooser::Choice choice = chooser.next(l.done);
    if (choice.call != nullptr) {
        return choice.call;
    }
    request.address = choice.address;
    request.kind = choice.write ? AccessKind::Write : AccessKind::Read;
    request.value = choice.write ? freshValue(thread, l.done) : 0;
    l.address = choice.address.value;
    l.isWrite = choice.write ? 1 : 0;
    return nullptr;
}

ThreadStack* stackOf(const ApplicationThread& thread) {
    auto& stacks = thread.process.stacks;
    return thread.number < stacks.size() ? &stacks[thread.number] : nullptr;
}

/// A store of a function to its own frame went beyond the guard, and it was done all the same.
void noteOverrun(const ApplicationThread& thread, const AccessRequest& request) {
    const ThreadStack* stack = stackOf(thread);
    if (stack == nullptr || !isWrite(request.kind) || request.skipped ||
        request.address >= stack->start) {
        return;
    }
    thread.kernel.board().events.emit({.kind = EventKind::StackOverrun,
                                       .rule = Rule::GuardJumped,
                                       .object = thread.process.number,
                                       .vaddr = request.address.value,
                                       .value = request.value,
                                       .a = thread.number,
                                       .b = (stack->start - request.address).value});
}

Steps moveRsp(ApplicationThread& thread, const ScriptedAccess& call, Locals& l) {
    co_yield Line::Rsp;
    if (const ThreadStack* stack = stackOf(thread)) {
        const bool up = call.verb == Verb::Return;
        moveStackPointer(
            thread.kernel, thread.process, thread.number,
            VirtAddr(up ? stack->rsp.value + call.size.value : stack->rsp.value - call.size.value));
        l.rsp = stack->rsp.value;
    }
}

/// Work without an access; interrupts are taken now and then.
Steps work(Kernel& kernel, std::uint64_t cycles) {
    constexpr std::uint64_t most = 1000;
    Scheduler& scheduler = kernel.board().scheduler;
    for (; cycles > most; cycles -= most) {
        scheduler.spend(most);
        co_yield Line::Call;
    }
    scheduler.spend(cycles);
}

Steps performCall(ApplicationThread& thread, const ScriptedAccess& call, Locals& l) {
    Kernel& kernel = thread.kernel;
    Process& process = thread.process;
    if (call.verb == Verb::Call || call.verb == Verb::Return) {
        co_await part(moveRsp(thread, call, l));
        co_return;
    }
    const PageNumber first = pageOf(process.map.areaStart() + ByteCount(call.offset));
    const PageCount pages = pagesFor(call.size);
    co_yield Line::Call;
    switch (call.verb) {
    case Verb::Reserve:
        co_await reservePages(kernel, process, pages);
        break;
    case Verb::Convert:
        co_await giveBackPages(kernel, process, first, pages, GiveBackMode::Convert);
        break;
    case Verb::Unmap:
        co_await giveBackPages(kernel, process, first, pages, GiveBackMode::Unmap);
        break;
    case Verb::Fork:
        co_await forkMemory(kernel, process, *kernel.processNamed(call.other));
        break;
    case Verb::Reclaim:
        co_await reclaimStacks(kernel, process, thread.number);
        break;
    case Verb::Malloc:
    case Verb::Free:
    case Verb::Fill:
    case Verb::Check:
    case Verb::Cycle:
    case Verb::Cache:
    case Verb::Scavenge:
    case Verb::Collect:
        co_await performHeapOperation(*thread.heap, call);
        break;
    case Verb::Exit:
        kernel.end(process, ProcessState::Exited);
        break;
    default:
        co_await part(work(kernel, call.offset));
        break;
    }
}

/// True if the process may run, at once or after the fork that makes it.
Steps awaitBegin(ApplicationThread& thread) {
    co_yield Line::Begin;
    co_await until(conditionOf<&Process::mayBegin>(thread.process));
}

/// The thread runs on its stack from now on.
void enterStack(const ApplicationThread& thread, const Task& self, Locals& l) {
    if (ThreadStack* stack = stackOf(thread)) {
        stack->task = self.id;
        moveStackPointer(thread.kernel, thread.process, thread.number, stack->rsp);
        l.rsp = stack->rsp.value;
    }
}

void endThread(const ApplicationThread& thread) {
    publishProgress(thread);
    if (thread.heap != nullptr) {
        thread.heap->programEnded();
    }
    thread.kernel.threadEnded(thread.process);
}

bool goesOn(const ApplicationThread& thread, const AccessChooser& chooser, std::uint64_t done) {
    return chooser.count() != 0 ? done < chooser.count() : !thread.enough.holds();
}

} // namespace

Steps runApplication(ApplicationThread& thread) {
    Task& self = co_await thisTask();
    auto& l = co_await Follow<Locals>{applicationListing()};
    const Board& board = thread.kernel.board();
    const ProcessSettings& settings = thread.settings;
    const std::uint64_t think =
        settings.thinkCycles != ~0ULL ? settings.thinkCycles : board.cost.think;
    const bool split = settings.atomicity == AccessAtomicity::Split;
    AccessChooser chooser(thread.process, settings, thread.rng, thread.number);
    AccessRequest request{.process = &thread.process};
    const ScriptedAccess* call = nullptr;
    if (thread.process.awaitsFork) {
        co_await part(awaitBegin(thread));
    }
    bool entered = thread.process.stacks.empty();
    while (goesOn(thread, chooser, l.done)) {
        // Chosen inside the step: between two steps the area may shrink.
        co_yield split ? Line::Translate : Line::Access;
        if (!std::exchange(entered, true)) {
            enterStack(thread, self, l);
        }
        call = chooseAccess(thread, chooser, request, l);
        if (call != nullptr) {
            co_await part(performCall(thread, *call, l));
            ++l.done;
            if (thread.process.state != ProcessState::Running) {
                break;
            }
            continue;
        }
        co_await (split ? translate(thread.kernel, request) : access(thread.kernel, request));
        if (request.killed) {
            break;
        }
        if (split && !request.skipped) {
            co_yield Line::Perform;
            thread.kernel.performSecondHalf(self, request);
        }
        l.value = request.value;
        if (chooser.wasOnStack(l.done++)) {
            noteOverrun(thread, request);
        }
        countAccess(thread, request);
        board.scheduler.spend(think);
    }
    co_yield Line::End;
    endThread(thread);
}

const Listing& applicationListing() {
    static constexpr Listing listing{ListingId::Application, "application", "Application", lines,
                                     localNames};
    return listing;
}

} // namespace fragscope
