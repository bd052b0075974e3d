#include "fragscope/kernel/paging/mark_sweeper.h"

#include "fragscope/kernel/paging/demand_paging.h"
#include "fragscope/kernel/paging/page_marks.h"

#include <array>

namespace fragscope {

namespace {

enum class Line : std::uint16_t { Wait = 1, Lock, Look, Keep, Take, Ask, Acked, Free, Done };

constexpr std::array<std::string_view, 9> lines{
    "wait until pages are marked",
    "take the lock of the virtual memory manager",
    "look for the next marked page: was it written since?",
    "written: it is in use, the mark goes",
    "not written: allocate on demand again",
    "make all CPUs drop their translations of it",
    "every CPU has acknowledged",
    "its frame is free",
    "the quantum is over",
};

constexpr std::array<std::string_view, 5> localNames{"process", "page", "pages", "taken", "kept"};

struct Locals {
    std::uint64_t process;
    std::uint64_t page; ///< the search goes on here
    std::uint64_t pages;
    std::uint64_t taken;
    std::uint64_t kept;
};

/// The next marked page from where the search stands, if any.
Process* findMarked(Kernel& kernel, Locals& l) {
    auto& processes = kernel.processes();
    for (; l.process <= processes.size(); ++l.process, l.page = 0) {
        Process& process = *processes[l.process - 1];
        if (process.state != ProcessState::Running || process.use.marked == 0) {
            continue;
        }
        const std::uint64_t end = process.map.areaEnd().value >> pageShift;
        l.page = std::max(l.page, process.map.areaStart().value >> pageShift);
        for (; l.page < end; ++l.page) {
            kernel.board().scheduler.spend(kernel.board().cost.kernelStore);
            if (isMarkedMayGo(process.tables.leaf(PageNumber(l.page)))) {
                return &process;
            }
        }
    }
    return nullptr;
}

/// Between two steps the process may end.
bool isStillMarked(const Process& process, PageNumber page) {
    return process.state == ProcessState::Running && isMarkedMayGo(process.tables.leaf(page));
}

void keepPage(DemandPaging& paging, Process& process, Locals& l) {
    if (isStillMarked(process, PageNumber(l.page))) {
        paging.unmark(process, PageNumber(l.page), Rule::WrittenSinceMark);
        ++l.kept;
    }
}

Steps takePage(Kernel& kernel, Process& process, Locals& l) {
    DemandPaging& paging = kernel.paging();
    const PageNumber page(l.page);
    co_yield Line::Take;
    kernel.board().scheduler.spend(kernel.board().cost.kernelStore);
    if (!isStillMarked(process, page)) {
        co_return;
    }
    // Looked at again in the step that changes it: exchanged, so that a write is never lost.
    const Pte held{process.tables.leaf(page)};
    if (held.dirty()) {
        keepPage(paging, process, l);
        co_return;
    }
    ++process.mappingsOpen; // it may end, but its tables stay until this is over
    paging.dropBacking(process, page);
    paging.change(process, page, {PageState::OnDemand, false, 0}, Rule::MarkTaken);
    co_yield Line::Ask;
    const std::uint64_t round =
        kernel.shootdowns().send(process, startOf(page), PageCount(1), Rule::MarkTaken);
    co_await until(conditionOf<&Shootdowns::complete>(kernel.shootdowns(), round));
    co_yield Line::Acked;
    kernel.shootdowns().finished(round, Rule::AllAcked);
    co_yield Line::Free;
    paging.leaveFrame(process, page, held.frame(), Rule::MarkTaken);
    paging.announceUse(process);
    ++l.taken;
    --process.mappingsOpen;
    kernel.reapIfDead(process);
}

void announce(Kernel& kernel, const Locals& l) {
    kernel.board().events.emit({.kind = EventKind::MarksSwept,
                                .rule = Rule::MarkTaken,
                                .value = l.taken,
                                .a = l.kept,
                                .b = kernel.paging().marked()});
}

} // namespace

Steps sweepMarks(Kernel& kernel, PageCount most) {
    Task& self = co_await thisTask();
    auto& l = co_await Follow<Locals>{markSweeperListing()};
    DemandPaging& paging = kernel.paging();
    l.process = 1;
    co_yield Line::Lock;
    while (!paging.unlocked(0)) {
        co_await until(conditionOf<&DemandPaging::unlocked>(paging));
        co_yield Line::Lock;
    }
    paging.lock(self.id);
    Process* process = nullptr;
    for (; l.pages < most.value; ++l.pages) {
        co_yield Line::Look;
        kernel.board().scheduler.spend(kernel.board().cost.kernelStep);
        process = findMarked(kernel, l);
        if (process == nullptr) {
            break;
        }
        if (Pte{process->tables.leaf(PageNumber(l.page))}.dirty()) {
            co_yield Line::Keep;
            keepPage(paging, *process, l);
        } else {
            co_await part(takePage(kernel, *process, l));
        }
    }
    co_yield Line::Done;
    paging.unlock();
    announce(kernel, l);
}

bool MarkSweeper::wanted(std::uint64_t) const {
    return kernel.paging().marked() != 0 || over.holds();
}

Steps runMarkSweeper(MarkSweeper& sweeper) {
    (void)co_await Follow<Locals>{markSweeperListing()};
    const DemandPaging& paging = sweeper.kernel.paging();
    while (true) {
        co_yield Line::Wait;
        co_await until(conditionOf<&MarkSweeper::wanted>(sweeper));
        co_yield Line::Wait;
        if (paging.marked() == 0) {
            co_return;
        }
        co_await sweepMarks(sweeper.kernel, PageCount(paging.settings().sweepQuantum));
    }
}

const Listing& markSweeperListing() {
    static constexpr Listing listing{ListingId::MarkSweeper, "mark-sweeper",
                                     "Frames of marked pages", lines, localNames};
    return listing;
}

} // namespace fragscope
