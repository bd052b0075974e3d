#include "fragscope/kernel/segments/paged_calls.h"

#include "fragscope/hardware/paging/pte.h"
#include "fragscope/kernel/segments/call_steps.h"
#include "fragscope/kernel/segments/segment_mapping.h"

#include <array>

namespace fragscope {

namespace {

enum class Line : std::uint16_t { Lock = 1, Area, Frame, Map, Refused, Return };

constexpr std::array<std::string_view, 6> lines{
    "take the lock of the address spaces",
    "a free area of the address space, by its lists",
    "next page: any free frame will do",
    "clear it and write its table entry",
    "no frame, or no room for the area: what was got goes back, the call fails",
    "return the address",
};

constexpr std::array<std::string_view, 6> localNames{"pages", "address", "done",
                                                     "frame", "last",    "runs"};

struct Locals {
    std::uint64_t pages;
    std::uint64_t address;
    std::uint64_t done;
    std::uint64_t frame;
    std::uint64_t last; ///< frame of the page before
    std::uint64_t runs;
};

enum class FreeLine : std::uint16_t { Lock = 1, Find, Unmap, Ask, Acked, Frames, Area };

constexpr std::array<std::string_view, 7> freeLines{
    "take the lock of the address spaces",
    "find the area by binary search; if none begins there, the call fails",
    "take the next table entry out",
    "make all CPUs drop their translations",
    "every CPU has acknowledged",
    "the frames are free",
    "the area is free; with a free neighbour the array shrinks",
};

constexpr std::array<std::string_view, 4> freeNames{"address", "pages", "done", "round"};

struct FreeLocals {
    std::uint64_t address;
    std::uint64_t pages;
    std::uint64_t done;
    std::uint64_t round;
};

PageNumber pageNumber(std::uint64_t address, std::uint64_t done) {
    return pageOf(VirtAddr(address)) + PageCount(done);
}

Steps findArea(Kernel& kernel, Process& process, Locals& l) {
    co_yield Line::Area;
    AreaArray& areas = kernel.segments()->areasOf(process);
    const AreaArray::Work before = areas.work();
    const PageCount alignment = alignmentOf(PageCount(l.pages), kernel.segments()->settings().heap);
    const AreaArray::Target target{.kind = EntryKind::Demand};
    const auto found = areas.allocate(PageCount(l.pages), alignment, target, Rule::AnyFrames);
    chargeAreas(kernel, before, areas.work());
    l.address = found ? found->start.value : 0;
    if (found) {
        announceAreas(kernel, process, found->start, before, found->why);
    }
}

/// A frame for the page, noted in the books; false if memory or the owners' pool is full.
bool takeFrame(Kernel& kernel, Process& process, PageNumber page, Locals& l) {
    FrameTable& frames = kernel.frames();
    const auto frame = frames.allocate(FrameUse::Data, process.number, Rule::AnyFrames);
    if (!frame) {
        return false;
    }
    if (!frames.addOwner(*frame, {process.number, page}, Rule::BookAllocate)) {
        (void)frames.release(*frame, process.number, Rule::NoRoomForOwner);
        return false;
    }
    l.frame = frame->value;
    return true;
}

/// Gives each page a frame; l.done < l.pages afterwards if one was refused.
Steps fillArea(Kernel& kernel, Process& process, Locals& l) {
    const Board& board = kernel.board();
    for (l.done = 0; l.done < l.pages; ++l.done) {
        const PageNumber page = pageNumber(l.address, l.done);
        co_yield Line::Frame;
        if (!takeFrame(kernel, process, page, l)) {
            co_return;
        }
        co_yield Line::Map;
        const FrameNumber frame(l.frame);
        board.memory.fill(startOf(frame), ByteCount(pageBytes), std::byte{0});
        board.scheduler.spend(board.cost.fillPage);
        const MappedPiece piece{.page = page, .frame = frame};
        if (!mapPiece(kernel, process, piece, Rule::AnyFrames)) {
            kernel.dropMapping(frame, {process.number, page}, Rule::NoRoomForArea);
            co_return;
        }
        l.runs += l.runs == 0 || l.frame != l.last + 1 ? 1U : 0U;
        l.last = l.frame;
    }
}

using Frames = std::vector<FrameNumber>;

/// Takes one entry out of the tables and notes the frames behind it; returns how many pages it
/// mapped.
PageCount takeEntry(Kernel& kernel, Process& process, PageNumber page, Rule why, Frames& frames) {
    const auto frame = frameOfPage(process, page);
    const PageCount mapped = unmapPiece(kernel, process, page, why);
    for (std::uint64_t i = 0; frame && i < mapped.value; ++i) {
        frames.push_back(*frame + PageCount(i));
    }
    return mapped;
}

/// Takes `pages` pages from `page` on out; returns their frames.
Frames takeOut(Kernel& kernel, Process& process, PageNumber page, PageCount pages, Rule why) {
    Frames frames;
    for (PageCount done; done < pages;) {
        done += takeEntry(kernel, process, page + done, why, frames);
    }
    return frames;
}

void dropFrames(
    Kernel& kernel, const Process& process, PageNumber page, const Frames& frames, Rule why) {
    for (std::size_t i = 0; i < frames.size(); ++i) {
        kernel.dropMapping(frames[i], {process.number, page + PageCount(i)}, why);
    }
}

void refuse(Kernel& kernel, const Process& process, const Locals& l) {
    const auto space = kernel.frames().freeSpace();
    const bool area = l.address == 0;
    kernel.board().events.emit({.kind = EventKind::SegmentRefused,
                                .rule = area ? Rule::NoRoomForArea : Rule::SegmentsOutOfMemory,
                                .object = process.number,
                                .value = l.pages,
                                .a = space.frames.value,
                                .b = space.largestRun.value});
}

/// The call fails: nobody has reached the pages yet.
void giveUp(Kernel& kernel, Process& process, const Locals& l) {
    refuse(kernel, process, l);
    if (l.address == 0) {
        return;
    }
    const PageNumber page = pageNumber(l.address, 0);
    const auto frames = takeOut(kernel, process, page, PageCount(l.done), Rule::NoRoomForArea);
    dropFrames(kernel, process, page, frames, Rule::NoRoomForArea);
    (void)kernel.segments()->areasOf(process).release(VirtAddr(l.address), Rule::NoRoomForArea);
}

/// Length of the area of pages that begins at `at`; 0 if none does.
PageCount pagesAt(Kernel& kernel, Process& process, VirtAddr at) {
    AreaArray& areas = kernel.segments()->areasOf(process);
    const AreaArray::Work before = areas.work();
    const auto index = areas.indexOf(at);
    chargeAreas(kernel, before, areas.work());
    if (!index || process.map.entry(*index).kind != EntryKind::Demand) {
        return PageCount(0);
    }
    return pagesFor(VirtAddr(process.map.entry(*index + 1).start) - at);
}

/// Takes the pages of the area out of the tables, makes all CPUs forget them, frees the frames.
Steps emptyArea(Kernel& kernel, Process& process, FreeLocals& l) {
    const PageNumber page = pageNumber(l.address, 0);
    Frames frames;
    while (l.done < l.pages) {
        co_yield FreeLine::Unmap;
        const PageNumber next = page + PageCount(l.done);
        l.done += takeEntry(kernel, process, next, Rule::SegmentUnmapped, frames).value;
    }
    co_yield FreeLine::Ask;
    l.round =
        kernel.shootdowns().send(process, startOf(page), PageCount(l.pages), Rule::SegmentUnmapped);
    co_await until(conditionOf<&Shootdowns::complete>(kernel.shootdowns(), l.round));
    co_yield FreeLine::Acked;
    kernel.shootdowns().finished(l.round, Rule::AllAcked);
    co_yield FreeLine::Frames;
    dropFrames(kernel, process, page, frames, Rule::SegmentUnmapped);
}

} // namespace

std::optional<FrameNumber> frameOfPage(const Process& process, PageNumber page) {
    const Pte entry{process.tables.leaf(page)};
    if (!entry.present()) {
        return std::nullopt;
    }
    return entry.large() ? entry.frame() + PageCount(page.value % wordsPerPage) : entry.frame();
}

std::uint64_t releasePagedAreas(Kernel& kernel, Process& process) {
    std::uint64_t released = 0;
    for (const Extent& extent : process.map.extents()) {
        if (extent.kind == EntryKind::Demand) {
            const PageNumber page = pageOf(VirtAddr(extent.start));
            const auto frames = takeOut(kernel, process, page, pagesFor(ByteCount(extent.length)),
                                        Rule::EndOfProcess);
            dropFrames(kernel, process, page, frames, Rule::EndOfProcess);
            released += frames.size();
        }
    }
    return released;
}

Steps allocatePaged(Kernel& kernel, Process& process, SegmentCall& call) {
    Task& self = co_await thisTask();
    auto& l = co_await Follow<Locals>{allocatePagedListing()};
    const std::uint64_t begun = kernel.board().scheduler.now();
    l.pages = call.frames.value;
    co_await part(lockHeap(kernel, process, self, Line::Lock));
    process.mapLock = self.id;
    co_await part(findArea(kernel, process, l));
    if (l.address != 0) {
        co_await part(fillArea(kernel, process, l));
    }
    if (l.address == 0 || l.done < l.pages) {
        co_yield Line::Refused;
        giveUp(kernel, process, l);
    } else {
        co_yield Line::Return;
        call.at = VirtAddr(l.address);
        call.given = call.frames;
        kernel.board().events.emit({.kind = EventKind::PagesGiven,
                                    .rule = Rule::AnyFrames,
                                    .object = process.number,
                                    .vaddr = l.address,
                                    .value = l.pages,
                                    .a = l.runs});
    }
    announceCall(kernel, process, begun, l.pages,
                 call.refused() ? Rule::NoRoomForArea : Rule::SegmentMapped);
    unlockHeap(kernel, process);
}

Steps freePaged(Kernel& kernel, Process& process, VirtAddr at) {
    Task& self = co_await thisTask();
    auto& l = co_await Follow<FreeLocals>{freePagedListing()};
    const std::uint64_t begun = kernel.board().scheduler.now();
    l.address = at.value;
    co_await part(lockHeap(kernel, process, self, FreeLine::Lock));
    co_yield FreeLine::Find;
    process.mapLock = self.id;
    l.pages = pagesAt(kernel, process, at).value;
    if (l.pages == 0) {
        kernel.segments()->heap().refuseRelease(0, Rule::NoSegment);
    } else {
        co_await part(emptyArea(kernel, process, l));
        co_yield FreeLine::Area;
        AreaArray& areas = kernel.segments()->areasOf(process);
        const AreaArray::Work before = areas.work();
        (void)areas.release(at, Rule::SegmentUnmapped);
        chargeAreas(kernel, before, areas.work());
        announceAreas(kernel, process, at, before, Rule::SegmentUnmapped);
    }
    announceCall(kernel, process, begun, l.pages,
                 l.pages == 0 ? Rule::NoSegment : Rule::SegmentUnmapped);
    unlockHeap(kernel, process);
}

const Listing& allocatePagedListing() {
    static constexpr Listing listing{ListingId::AllocatePaged, "allocate-paged",
                                     "Plain paging: a process gets pages", lines, localNames};
    return listing;
}

const Listing& freePagedListing() {
    static constexpr Listing listing{ListingId::FreePaged, "free-paged",
                                     "Plain paging: a process gives pages back", freeLines,
                                     freeNames};
    return listing;
}

} // namespace fragscope
