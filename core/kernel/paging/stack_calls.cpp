#include "fragscope/kernel/paging/stack_calls.h"

#include "fragscope/kernel/paging/demand_paging.h"

#include <algorithm>
#include <array>

namespace fragscope {

namespace {

enum class Line : std::uint16_t { Lock = 1, Stack, Page, Ask, Acked, Deeper, Free, Done };

constexpr std::array<std::string_view, 8> lines{
    "take the lock of the virtual memory manager",
    "the next stack: where does RSP of its thread point?",
    "the entry of the next page below the red zone: allocate on demand",
    "it had a frame: make all CPUs drop their translations",
    "every CPU has acknowledged",
    "the thread has gone deeper meanwhile: the page stays, with its frame",
    "the frame or slot is free",
    "return",
};

constexpr std::array<std::string_view, 6> names{"thread", "page",   "rsp",
                                                "pages",  "frames", "slots"};

struct Locals {
    std::uint64_t thread;
    std::uint64_t page;
    std::uint64_t rsp;   ///< as it was when the page was looked at
    std::uint64_t pages; ///< of this stack, reclaimed so far
    std::uint64_t frames;
    std::uint64_t slots;
};

/// The first address of the stack that a function may still use.
VirtAddr liveFrom(const Kernel& kernel, const ThreadStack& stack) {
    const bool keeps = kernel.paging().settings().stackReclaim == StackReclaim::KeepRedZone;
    const std::uint64_t below = keeps ? redZone.value : 0;
    return VirtAddr(std::max(stack.start.value, stack.rsp.value - below));
}

bool isDead(const Kernel& kernel, const ThreadStack& stack, PageNumber page) {
    return startOf(page + PageCount(1)) <= liveFrom(kernel, stack);
}

Rule reasonOf(const Kernel& kernel) {
    return kernel.paging().settings().stackReclaim == StackReclaim::KeepRedZone
               ? Rule::BelowStackPointer
               : Rule::RedZoneIgnored;
}

/// After the shootdown: nobody can write to the frame any more. What a thread that went deeper
/// wrote to it before must not be lost.
Steps releaseOrKeep(Kernel& kernel, Process& process, PageEntry entry, Locals& l) {
    DemandPaging& paging = kernel.paging();
    const PageNumber page(l.page);
    if (!isDead(kernel, process.stacks[l.thread], page)) {
        co_yield Line::Deeper;
        paging.change(process, page, entry, Rule::StackWentDeeper);
        co_return;
    }
    co_yield Line::Free;
    paging.leaveFrame(process, page, FrameNumber(entry.number), reasonOf(kernel));
    ++l.pages;
    ++l.frames;
}

Steps reclaimPage(Kernel& kernel, Process& process, Locals& l) {
    DemandPaging& paging = kernel.paging();
    const Board& board = kernel.board();
    const PageNumber page(l.page);
    co_yield Line::Page;
    board.scheduler.spend(board.cost.kernelStore);
    const ThreadStack& stack = process.stacks[l.thread];
    const PageEntry entry = paging.look(process, page);
    const bool holds = entry.state == PageState::Allocated ||
                       entry.state == PageState::CopyOnWrite ||
                       entry.state == PageState::SwappedOut;
    l.rsp = stack.rsp.value;
    if (!holds || !isDead(kernel, stack, page)) {
        co_return;
    }
    paging.dropBacking(process, page);
    paging.change(process, page, {PageState::OnDemand, false, 0}, reasonOf(kernel));
    if (!entry.present) {
        co_yield Line::Free;
        paging.swap().drop(entry.number);
        ++l.pages;
        ++l.slots;
        co_return;
    }
    co_yield Line::Ask;
    const std::uint64_t round =
        kernel.shootdowns().send(process, startOf(page), PageCount(1), reasonOf(kernel));
    co_await until(conditionOf<&Shootdowns::complete>(kernel.shootdowns(), round));
    co_yield Line::Acked;
    kernel.shootdowns().finished(round, Rule::AllAcked);
    co_await part(releaseOrKeep(kernel, process, entry, l));
}

Steps reclaimStack(Kernel& kernel, Process& process, Locals& l) {
    co_yield Line::Stack;
    kernel.board().scheduler.spend(kernel.board().cost.kernelStep);
    const ThreadStack& stack = process.stacks[l.thread];
    const VirtAddr end = liveFrom(kernel, stack);
    l.rsp = stack.rsp.value;
    l.pages = 0;
    l.frames = 0;
    l.slots = 0;
    for (l.page = pageOf(stack.start).value;
         l.page < pageOf(end).value && process.state == ProcessState::Running; ++l.page) {
        co_await part(reclaimPage(kernel, process, l));
    }
    kernel.board().events.emit({.kind = EventKind::StackReclaimed,
                                .rule = reasonOf(kernel),
                                .object = process.number,
                                .vaddr = end.value,
                                .value = l.pages,
                                .a = l.frames,
                                .b = l.thread});
}

} // namespace

bool makeStack(Kernel& kernel, Process& process, PageCount pages, PageCount guard) {
    DemandPaging& paging = kernel.paging();
    if (!paging.mayPromise(process, pages) ||
        (guard.value != 0 &&
         !paging.addArea(process, guard, AreaKind::Guard, Rule::InitialState))) {
        return false;
    }
    const VirtAddr start = process.map.areaEnd();
    if (!paging.addArea(process, pages, AreaKind::Stack, Rule::InitialState)) {
        return false;
    }
    const VirtAddr top = process.map.areaEnd();
    process.stacks.push_back({.start = start, .top = top, .rsp = top, .guard = guard});
    kernel.board().events.emit({.kind = EventKind::StackMade,
                                .rule = Rule::InitialState,
                                .object = process.number,
                                .vaddr = top.value,
                                .value = pages.value,
                                .a = guard.value,
                                .b = process.stacks.size() - 1});
    return true;
}

void moveStackPointer(Kernel& kernel, Process& process, std::uint32_t thread, VirtAddr to) {
    ThreadStack& stack = process.stacks[thread];
    stack.rsp = std::min(to, stack.top);
    const Board& board = kernel.board();
    board.cpus[board.scheduler.running()->cpu].setStackPointer(stack.rsp);
}

Steps reclaimStacks(Kernel& kernel, Process& process, std::uint32_t thread) {
    Task& self = co_await thisTask();
    auto& l = co_await Follow<Locals>{reclaimStackListing()};
    DemandPaging& paging = kernel.paging();
    ++process.mappingsOpen; // it may end, but its tables stay until this is over
    co_yield Line::Lock;
    while (!paging.unlocked(0)) {
        co_await until(conditionOf<&DemandPaging::unlocked>(paging));
        co_yield Line::Lock;
    }
    paging.lock(self.id);
    kernel.board().mmu.drainStores(kernel.board().cpus[self.cpu]);
    const bool all = thread == allThreads;
    const std::uint64_t end =
        std::min<std::uint64_t>(process.stacks.size(), all ? ~0ULL : thread + 1ULL);
    for (l.thread = all ? 0 : thread; l.thread < end; ++l.thread) {
        co_await part(reclaimStack(kernel, process, l));
    }
    co_yield Line::Done;
    paging.unlock();
    paging.announceUse(process);
    --process.mappingsOpen;
    kernel.reapIfDead(process);
}

const Listing& reclaimStackListing() {
    static constexpr Listing listing{ListingId::ReclaimStack, "reclaim-stack",
                                     "Reclaim of pages below RSP", lines, names};
    return listing;
}

} // namespace fragscope
