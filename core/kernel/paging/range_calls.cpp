#include "fragscope/kernel/paging/range_calls.h"

#include "fragscope/kernel/paging/demand_paging.h"
#include "fragscope/kernel/paging/page_marks.h"
#include "fragscope/kernel/paging/paging_lock.h"

#include <algorithm>
#include <array>

namespace fragscope {

namespace {

// ---- reserve
// -------------------------------------------------------------------------------------------
enum class ReserveLine : std::uint16_t { Lock = 1, Limit, Refuse, Find, Extend, Promise, Done };

constexpr std::array<std::string_view, 7> reserveLines{
    "take the lock of the virtual memory manager",
    "may so much be promised?",
    "no: the request fails",
    "the first run of pages that no area has, or the place that is asked for",
    "it passes the end of the areas: these end later",
    "the entries say allocate on demand; no frame is taken",
    "return to the process",
};

constexpr std::array<std::string_view, 4> reserveNames{"pages", "first", "end", "old_frames"};

struct ReserveLocals {
    std::uint64_t pages;
    std::uint64_t first; ///< page
    std::uint64_t end;   ///< page behind the run
    std::uint64_t oldFrames;
};

// ---- mark
// ----------------------------------------------------------------------------------------------
enum class MarkLine : std::uint16_t { Lock = 1, Mark, Ask, Acked, Done };

constexpr std::array<std::string_view, 5> markLines{
    "take the lock of the virtual memory manager",
    "mark the entry of the next page; it keeps its frame",
    "make all CPUs drop their translations of the run",
    "every CPU has acknowledged",
    "return to the process",
};

constexpr std::array<std::string_view, 3> markNames{"page", "end", "frames"};

struct MarkLocals {
    std::uint64_t page;
    std::uint64_t end;
    std::uint64_t frames; ///< marked
};

bool inNoArea(const Process& process, PageNumber page) {
    const std::uint64_t held = process.tables.leaf(page);
    return isLeaked(held) || DemandPaging::entryOf(process, page).state == PageState::NotUsed;
}

/// First fit: the lowest run of pages that no area has; the last one may pass the end.
std::uint64_t findRange(const Kernel& kernel, const Process& process, std::uint64_t pages) {
    const std::uint64_t end = process.map.areaEnd().value >> pageShift;
    std::uint64_t run = 0;
    std::uint64_t page = process.map.areaStart().value >> pageShift;
    for (; page < end && run < pages; ++page) {
        run = inNoArea(process, PageNumber(page)) ? run + 1 : 0;
        kernel.board().scheduler.spend(kernel.board().cost.kernelStore);
    }
    return page - run;
}

/// The last area of demand ends at `end`, or a first one begins.
void extendAreas(Process& process, VirtAddr end) {
    MemoryMap& map = process.map;
    const VirtAddr start = map.areaEnd();
    std::size_t limit = map.count() - 1;
    if (limit == 0) {
        map.insert(limit,
                   {.start = start.value,
                    .length = (end - start).value,
                    .kind = EntryKind::Demand,
                    .label = 'D'},
                   Rule::Promised);
        ++limit;
    } else {
        map.patch(limit - 1, map_field::length, end.value - map.entry(limit - 1).start,
                  Rule::Promised);
    }
    map.patch(limit, map_field::start, end.value, Rule::Promised);
}

/// One page of the run; false if no frame for a page table is left.
bool promisePage(Kernel& kernel, Process& process, PageNumber page, ReserveLocals& l) {
    const std::uint64_t held = process.tables.leaf(page);
    if (isLeaked(held)) {
        kernel.paging().unmark(process, page, Rule::OldFrameUsed);
        ++l.oldFrames;
        return true;
    }
    return DemandPaging::entryOf(process, page).state != PageState::NotUsed ||
           kernel.paging().change(process, page, {PageState::OnDemand, false, 0}, Rule::Promised);
}

void takeBackPromise(Kernel& kernel, Process& process, std::uint64_t first, std::uint64_t end) {
    for (std::uint64_t page = first; page < end; ++page) {
        if (DemandPaging::entryOf(process, PageNumber(page)).state == PageState::OnDemand) {
            kernel.paging().change(process, PageNumber(page), {}, Rule::Unmapped);
        }
    }
}

bool promiseRun(Kernel& kernel, Process& process, ReserveLocals& l) {
    for (std::uint64_t page = l.first; page < l.end; ++page) {
        if (!promisePage(kernel, process, PageNumber(page), l)) {
            takeBackPromise(kernel, process, l.first, page);
            return false;
        }
    }
    return true;
}

void announceLeaked(const Kernel& kernel, const Process& process, Rule why, std::uint64_t pages) {
    kernel.board().events.emit({.kind = EventKind::LeakedPages,
                                .rule = why,
                                .object = process.number,
                                .value = pages,
                                .a = process.use.leaked});
}

void announceMarks(const Kernel& kernel, const Process& process, MarkMode mode, MarkLocals& l) {
    if (mode == MarkMode::Leak) {
        announceLeaked(kernel, process, Rule::StaysMapped, l.frames);
        return;
    }
    kernel.board().events.emit({.kind = EventKind::PagesMarked,
                                .rule = Rule::MarkedMayGo,
                                .object = process.number,
                                .value = l.frames,
                                .a = kernel.paging().marked()});
}

/// An absent page that leaks is just not used any more.
bool markPage(Kernel& kernel, Process& process, PageNumber page, MarkMode mode) {
    DemandPaging& paging = kernel.paging();
    if (mode == MarkMode::MayGo) {
        return paging.markMayGo(process, page);
    }
    if (paging.leak(process, page)) {
        return true;
    }
    if (DemandPaging::entryOf(process, page).state == PageState::OnDemand) {
        paging.change(process, page, {}, Rule::Unmapped);
    }
    return false;
}

} // namespace

Steps reserveRange(Kernel& kernel, Process& process, RangeRequest& request) {
    Task& self = co_await thisTask();
    auto& l = co_await Follow<ReserveLocals>{reserveRangeListing()};
    const Board& board = kernel.board();
    DemandPaging& paging = kernel.paging();
    l.pages = request.pages.value;
    co_await part(takePagingLock(kernel, self, ReserveLine::Lock));
    co_yield ReserveLine::Limit;
    board.scheduler.spend(board.cost.kernelStep);
    if (!paging.mayPromise(process, request.pages)) {
        co_yield ReserveLine::Refuse;
        paging.unlock();
        co_return;
    }
    co_yield ReserveLine::Find;
    const std::uint64_t asked = request.at.value >> pageShift;
    l.first = asked != 0 ? asked : findRange(kernel, process, l.pages);
    l.end = l.first + l.pages;
    if (startOf(PageNumber(l.end)) > process.map.areaEnd()) {
        co_yield ReserveLine::Extend;
        board.scheduler.spend(board.cost.kernelStore);
        extendAreas(process, startOf(PageNumber(l.end)));
    }
    co_yield ReserveLine::Promise;
    board.scheduler.spend(board.cost.kernelStore * l.pages);
    process.demandPaged = true;
    request.granted = promiseRun(kernel, process, l);
    co_yield ReserveLine::Done;
    paging.unlock();
    if (request.granted) {
        request.at = startOf(PageNumber(l.first));
        paging.announcePromise(process, request.at, request.pages);
    }
    if (l.oldFrames != 0) {
        announceLeaked(kernel, process, Rule::OldFrameUsed, l.oldFrames);
    }
}

Steps markPages(
    Kernel& kernel, Process& process, PageNumber first, PageCount pages, MarkMode mode) {
    Task& self = co_await thisTask();
    auto& l = co_await Follow<MarkLocals>{markPagesListing()};
    const Board& board = kernel.board();
    l.end = (first + pages).value;
    co_await part(takePagingLock(kernel, self, MarkLine::Lock));
    for (l.page = first.value; l.page < l.end; ++l.page) {
        co_yield MarkLine::Mark;
        board.scheduler.spend(board.cost.kernelStore);
        l.frames += markPage(kernel, process, PageNumber(l.page), mode) ? 1U : 0U;
    }
    if (mode == MarkMode::MayGo && l.frames != 0) { // a later write must set D again
        co_yield MarkLine::Ask;
        const std::uint64_t round =
            kernel.shootdowns().send(process, startOf(first), pages, Rule::MarkedMayGo);
        co_await until(conditionOf<&Shootdowns::complete>(kernel.shootdowns(), round));
        co_yield MarkLine::Acked;
        kernel.shootdowns().finished(round, Rule::AllAcked);
    }
    co_yield MarkLine::Done;
    kernel.paging().unlock();
    announceMarks(kernel, process, mode, l);
    kernel.paging().announceUse(process);
}

const Listing& reserveRangeListing() {
    static constexpr Listing listing{ListingId::ReserveRange, "reserve-range",
                                     "Reservation of a run of pages", reserveLines, reserveNames};
    return listing;
}

const Listing& markPagesListing() {
    static constexpr Listing listing{ListingId::MarkPages, "mark-pages",
                                     "Pages given back, frames not", markLines, markNames};
    return listing;
}

} // namespace fragscope
