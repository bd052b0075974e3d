#include "fragscope/kernel/paging/area_calls.h"

#include "fragscope/hardware/paging/pte.h"
#include "fragscope/kernel/frames/shared_objects.h"
#include "fragscope/kernel/paging/demand_paging.h"
#include "fragscope/kernel/paging/paging_lock.h"

#include <array>

namespace fragscope {

namespace {

// ---- reserve
// -------------------------------------------------------------------------------------------
enum class ReserveLine : std::uint16_t { Limit = 1, Refuse, Promise };

constexpr std::array<std::string_view, 3> reserveLines{
    "may so much be promised?",
    "no: the request fails",
    "yes: the entries say allocate on demand; no frame is taken",
};

constexpr std::array<std::string_view, 1> reserveNames{"pages"};

struct ReserveLocals {
    std::uint64_t pages;
};

// ---- give back
// -----------------------------------------------------------------------------------------
enum class BackLine : std::uint16_t { Lock = 1, Entry, Ask, Acked, Free, Done };

constexpr std::array<std::string_view, 6> backLines{
    "take the lock of the virtual memory manager",
    "the entry of the next page: allocate on demand, or not used",
    "it had a frame: make all CPUs drop their translations",
    "every CPU has acknowledged",
    "the frame or slot is free",
    "return to the process",
};

constexpr std::array<std::string_view, 5> backNames{"page", "end", "pages", "frames", "slots"};

struct BackLocals {
    std::uint64_t page;
    std::uint64_t end;
    std::uint64_t pages; ///< changed
    std::uint64_t frames;
    std::uint64_t slots;
};

// ---- fork
// ----------------------------------------------------------------------------------------------
enum class ForkLine : std::uint16_t { Lock = 1, Refuse, Area, Page, Ask, Acked, Begin, Shared };

constexpr std::array<std::string_view, 8> forkLines{
    "take the lock of the virtual memory manager",
    "so much more may not be promised: there is no child",
    "the child gets the same area",
    "the next page: both entries copy-on-write, one owner more",
    "the parent may no longer write: make all CPUs drop its translations",
    "every CPU has acknowledged",
    "the child may begin",
    "the child has attached the shared objects of its parent, too",
};

constexpr std::array<std::string_view, 4> forkNames{"area", "page", "pages", "frames"};

struct ForkLocals {
    std::uint64_t area;
    std::uint64_t page;
    std::uint64_t pages;
    std::uint64_t frames;
};

bool staysAsItIs(PageState state, GiveBackMode mode) {
    if (mode == GiveBackMode::Unmap) {
        return state == PageState::NotUsed;
    }
    return state == PageState::NotUsed || state == PageState::OnDemand ||
           state == PageState::FileBacked || state == PageState::Guard ||
           state == PageState::Shared;
}

Rule reasonOf(GiveBackMode mode) {
    return mode == GiveBackMode::Convert ? Rule::ConvertedBack : Rule::Unmapped;
}

/// The page at l.page changes, and what it had is free.
Steps giveBackPage(Kernel& kernel, Process& process, GiveBackMode mode, BackLocals& l) {
    DemandPaging& paging = kernel.paging();
    const Board& board = kernel.board();
    const PageNumber page(l.page);
    co_yield BackLine::Entry;
    board.scheduler.spend(board.cost.kernelStore);
    const PageEntry entry = paging.look(process, page);
    if (staysAsItIs(entry.state, mode)) {
        co_return;
    }
    ++l.pages;
    paging.dropBacking(process, page);
    paging.change(
        process, page,
        {mode == GiveBackMode::Convert ? PageState::OnDemand : PageState::NotUsed, false, 0},
        reasonOf(mode));
    if (entry.present) {
        co_yield BackLine::Ask;
        const std::uint64_t round =
            kernel.shootdowns().send(process, startOf(page), PageCount(1), reasonOf(mode));
        co_await until(conditionOf<&Shootdowns::complete>(kernel.shootdowns(), round));
        co_yield BackLine::Acked;
        kernel.shootdowns().finished(round, Rule::AllAcked);
        co_yield BackLine::Free;
        paging.leaveFrame(process, page, FrameNumber(entry.number), reasonOf(mode));
        ++l.frames;
    } else if (entry.state == PageState::SwappedOut) {
        co_yield BackLine::Free;
        paging.swap().drop(entry.number);
        ++l.slots;
    }
}

/// Both entries of a page, in one step. False if there is no room to note the second owner.
bool forkPage(Kernel& kernel, Process& parent, Process& child, PageNumber page, ForkLocals& l) {
    DemandPaging& paging = kernel.paging();
    const PageEntry entry = paging.look(parent, page);
    PageEntry inherited = entry;
    std::uint64_t written = 0;
    if (entry.state == PageState::NotUsed) {
        return true;
    }
    ++l.pages;
    if (entry.state == PageState::FileBacked && entry.present) {
        const std::uint64_t area = child.map.entry(l.area).start >> pageShift;
        inherited = {PageState::FileBacked, false, page.value - area}; // it reads its own copy
    } else if (entry.present) {
        inherited.state = PageState::CopyOnWrite;
        if (!paging.frames().addOwner(FrameNumber(entry.number), {child.number, page})) {
            return false;
        }
        paging.change(parent, page, inherited, Rule::ForkShares);
        written = parent.tables.leaf(page) & pte::dirty; // the parent may leave the frame first
        ++l.frames;
    } else if (entry.state == PageState::SwappedOut) {
        paging.swap().addReference(entry.number);
    }
    paging.change(child, page, inherited, Rule::ForkShares, written);
    if (inherited.present) {
        paging.inheritBacking(parent, child, page);
    }
    return true;
}

Steps forkAreas(Kernel& kernel, Process& parent, Process& child, ForkLocals& l) {
    const Board& board = kernel.board();
    const std::size_t areas = parent.map.count() - 1;
    for (l.area = 0; l.area < areas && child.state == ProcessState::Running; ++l.area) {
        co_yield ForkLine::Area;
        const MapEntry area = parent.map.entry(l.area);
        const std::uint64_t end = parent.map.entry(l.area + 1).start;
        child.map.insert(l.area, area, Rule::ForkShares);
        child.map.patch(l.area + 1, map_field::start, end, Rule::ForkShares);
        for (l.page = area.start >> pageShift; l.page < end >> pageShift; ++l.page) {
            co_yield ForkLine::Page;
            board.scheduler.spend(2 * board.cost.kernelStore);
            if (!forkPage(kernel, parent, child, PageNumber(l.page), l)) {
                kernel.end(child, ProcessState::Exited); // and gives back what it has got so far
                break;
            }
        }
    }
}

/// Where they are and where RSP points; whose they are the threads say when they begin.
void inheritStacks(const Process& parent, Process& child) {
    child.stacks = parent.stacks;
    for (ThreadStack& stack : child.stacks) {
        stack.task = 0;
    }
}

} // namespace

Steps reservePages(Kernel& kernel, Process& process, PageCount pages) {
    auto& l = co_await Follow<ReserveLocals>{reserveListing()};
    const Board& board = kernel.board();
    l.pages = pages.value;
    co_yield ReserveLine::Limit;
    board.scheduler.spend(board.cost.kernelStep);
    if (!kernel.paging().mayPromise(process, pages)) {
        co_yield ReserveLine::Refuse;
        co_return;
    }
    co_yield ReserveLine::Promise;
    board.scheduler.spend(board.cost.kernelStore * pages.value);
    (void)kernel.paging().addArea(process, pages, AreaKind::OnDemand, Rule::Promised);
}

Steps giveBackPages(
    Kernel& kernel, Process& process, PageNumber first, PageCount pages, GiveBackMode mode) {
    Task& self = co_await thisTask();
    auto& l = co_await Follow<BackLocals>{giveBackListing()};
    l.end = (first + pages).value;
    co_await part(takePagingLock(kernel, self, BackLine::Lock));
    for (l.page = first.value; l.page < l.end; ++l.page) {
        co_await part(giveBackPage(kernel, process, mode, l));
    }
    co_yield BackLine::Done;
    kernel.paging().unlock();
    kernel.board().events.emit({.kind = EventKind::PagesGivenBack,
                                .rule = reasonOf(mode),
                                .object = process.number,
                                .vaddr = startOf(first).value,
                                .value = l.pages,
                                .a = l.frames,
                                .b = l.slots});
    kernel.paging().announceUse(process);
}

Steps forkMemory(Kernel& kernel, Process& parent, Process& child) {
    Task& self = co_await thisTask();
    auto& l = co_await Follow<ForkLocals>{forkListing()};
    const Board& board = kernel.board();
    co_await part(takePagingLock(kernel, self, ForkLine::Lock));
    if (!kernel.paging().mayPromise(child, PageCount(parent.use.committed))) {
        co_yield ForkLine::Refuse;
        kernel.paging().unlock();
        kernel.end(child, ProcessState::Exited);
        co_return;
    }
    child.demandPaged = true;
    co_await part(forkAreas(kernel, parent, child, l));
    if (!kernel.attachedBy(parent.number).empty() && child.state == ProcessState::Running) {
        co_yield ForkLine::Shared;
        if (!inheritShared(kernel, parent, child)) {
            kernel.end(child, ProcessState::Exited);
        }
    }
    co_yield ForkLine::Ask;
    const VirtAddr start = parent.map.areaStart();
    const std::uint64_t round = kernel.shootdowns().send(
        parent, start, pagesFor(parent.map.areaEnd() - start), Rule::ForkShares);
    co_await until(conditionOf<&Shootdowns::complete>(kernel.shootdowns(), round));
    co_yield ForkLine::Acked;
    kernel.shootdowns().finished(round, Rule::AllAcked);
    co_yield ForkLine::Begin;
    kernel.paging().unlock();
    inheritStacks(parent, child);
    child.awaitsFork = false;
    board.events.emit({.kind = EventKind::ForkDone,
                       .rule = Rule::ForkShares,
                       .object = child.number,
                       .value = parent.number,
                       .a = l.pages,
                       .b = l.frames});
    kernel.paging().announceUse(parent);
    kernel.paging().announceUse(child);
}

const Listing& reserveListing() {
    static constexpr Listing listing{ListingId::Reserve, "reserve", "Reservation of pages",
                                     reserveLines, reserveNames};
    return listing;
}

const Listing& giveBackListing() {
    static constexpr Listing listing{ListingId::GiveBack, "give-back", "Pages given back",
                                     backLines, backNames};
    return listing;
}

const Listing& forkListing() {
    static constexpr Listing listing{ListingId::Fork, "fork", "Fork: copy-on-write", forkLines,
                                     forkNames};
    return listing;
}

} // namespace fragscope
