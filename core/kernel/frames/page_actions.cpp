#include "fragscope/kernel/frames/page_actions.h"

#include "fragscope/hardware/paging/pte.h"
#include "fragscope/kernel/frames/frame_steps.h"

#include <array>

namespace fragscope {

namespace {

enum class Allocate : std::uint16_t { Next = 1, Map, NoTable };

constexpr std::array<std::string_view, 3> allocateLines{
    "next page: allocate a frame",
    "write its table entry",
    "no frame for a page table: give the frame back",
};

enum class Release : std::uint16_t { Entry = 1, Shootdown, Wait, Frame };

constexpr std::array<std::string_view, 4> releaseLines{
    "take the table entry out",
    "make all CPUs drop their translations",
    "wait for every acknowledgement",
    "release the frame",
};

enum class Overrun : std::uint16_t { Object = 1, Store };

constexpr std::array<std::string_view, 2> overrunLines{
    "an object of the kernel heap",
    "deliberate mistake: store behind its end",
};

constexpr std::array<std::string_view, 3> pageNames{"page", "end_page", "frame"};
constexpr std::array<std::string_view, 2> overrunNames{"address", "end"};

struct PageLocals {
    std::uint64_t page;
    std::uint64_t end;
    std::uint64_t frame;
};

struct OverrunLocals {
    std::uint64_t address;
    std::uint64_t end;
};

/// What the overrun writes: text that somebody took for shorter; as an address it leads nowhere.
constexpr std::uint64_t strayWord = 0x0000'4141'4141'4141;

} // namespace

Steps allocatePages(Kernel& kernel, Process& process, ByteCount size) {
    auto& l = co_await Follow<PageLocals>{allocatePagesListing()};
    const Board& board = kernel.board();
    FrameRequest request;
    request.process = &process;
    l.page = pageOf(pagedAreaStart).value + process.pagedPages;
    l.end = l.page + pagesFor(size).value;
    for (; l.page < l.end && process.state == ProcessState::Running; ++l.page) {
        co_yield Allocate::Next;
        request.page = PageNumber(l.page);
        ++process.mappingsOpen;
        co_await allocateFrame(kernel, request);
        if (!request.done) {
            --process.mappingsOpen;
            break;
        }
        l.frame = request.frame.value;
        co_yield Allocate::Map;
        ++process.pagedPages;
        board.scheduler.spend(board.cost.kernelStore);
        const bool mapped =
            kernel.mapPage(process, request.page, {.frame = request.frame}, Rule::ScenarioSaysSo);
        if (!mapped) {
            co_yield Allocate::NoTable;
            kernel.dropMapping(request.frame, {process.number, request.page}, Rule::LastOwnerGone);
        }
        --process.mappingsOpen;
    }
    kernel.reapIfDead(process);
}

Steps releasePages(Kernel& kernel, Process& process, ByteCount offset, ByteCount size) {
    auto& l = co_await Follow<PageLocals>{releasePagesListing()};
    const Board& board = kernel.board();
    FrameRequest request;
    request.process = &process;
    l.page = pageOf(pagedAreaStart + offset).value;
    l.end = l.page + pagesFor(size).value;
    for (; l.page < l.end && process.state == ProcessState::Running; ++l.page) {
        request.page = PageNumber(l.page);
        co_yield Release::Entry;
        board.scheduler.spend(board.cost.kernelStore);
        const Pte entry{process.tables.leaf(request.page)};
        if (!entry.present() || kernel.memory().faulted()) {
            continue;
        }
        ++process.mappingsOpen;
        process.tables.exchange(request.page, Rule::ScenarioSaysSo);
        request.frame = entry.frame();
        l.frame = request.frame.value;
        co_yield Release::Shootdown;
        const std::uint64_t round = kernel.shootdowns().send(process, startOf(request.page),
                                                             PageCount(1), Rule::ShootBeforeCopy);
        co_await until(conditionOf<&Shootdowns::complete>(kernel.shootdowns(), round));
        co_yield Release::Wait;
        kernel.shootdowns().finished(round, Rule::AllAcked);
        co_yield Release::Frame;
        co_await releaseFrame(kernel, request);
        --process.mappingsOpen;
    }
    kernel.reapIfDead(process);
}

Steps makeKernelObject(Kernel& kernel, ByteCount size) {
    auto& l = co_await Follow<OverrunLocals>{overrunListing()};
    co_yield Overrun::Object;
    const auto object = kernel.frames().heap().allocate(size);
    if (object) {
        l.address = object->value;
        l.end = l.address + size.value;
        kernel.lastObjectEnd = VirtAddr(l.end);
        kernel.board().events.emit({.kind = EventKind::KernelAllocated,
                                    .rule = Rule::ScenarioSaysSo,
                                    .vaddr = object->value,
                                    .value = size.value});
    }
}

Steps overrunKernelObject(Kernel& kernel, ByteCount size) {
    auto& l = co_await Follow<OverrunLocals>{overrunListing()};
    l.address = kernel.lastObjectEnd.value;
    l.end = l.address + size.value;
    bool first = true;
    for (; l.address < l.end && !kernel.memory().faulted(); l.address += wordBytes) {
        co_yield Overrun::Store;
        if (first) {
            kernel.memory().noteCulprit();
            first = false;
        }
        kernel.board().events.emit({.kind = EventKind::StrayStore,
                                    .rule = Rule::OverrunsObject,
                                    .vaddr = l.address,
                                    .value = strayWord});
        kernel.memory().store(VirtAddr(l.address), strayWord);
    }
}

const Listing& allocatePagesListing() {
    static constexpr Listing listing{ListingId::AllocatePages, "allocate-pages",
                                     "A process gets pages", allocateLines, pageNames};
    return listing;
}

const Listing& releasePagesListing() {
    static constexpr Listing listing{ListingId::ReleasePages, "release-pages",
                                     "A process gives pages back", releaseLines, pageNames};
    return listing;
}

const Listing& overrunListing() {
    static constexpr Listing listing{ListingId::Overrun, "overrun", "An overrun in the kernel heap",
                                     overrunLines, overrunNames};
    return listing;
}

} // namespace fragscope
