#include "fragscope/kernel/growth.h"

#include <algorithm>
#include <array>

namespace fragscope {

namespace {

enum class Line : std::uint16_t { Lock = 1, Neighbour, InPlace, Elsewhere, Refuse, Fill, Entry };

constexpr std::array<std::string_view, 7> lines{
    "take the lock of the map; a move under way ends first",
    "are the frames next to the block free?",
    "yes: take them, the block grows in place",
    "no: first fit for a new block somewhere else",
    "none is long enough: refuse",
    "clear each new page and write its table entry",
    "patch the map: the area is larger now",
};

constexpr std::array<std::string_view, 6> localNames{"size_bytes", "frame",    "page",
                                                     "pages",      "in_place", "entry"};

struct Locals {
    std::uint64_t size;
    std::uint64_t frame;
    std::uint64_t page;
    std::uint64_t pages;
    std::uint64_t inPlace;
    std::uint64_t entry; ///< of the block that grows in place
};

/// Where a request may continue an existing block.
struct Neighbourhood {
    std::size_t entry = 0; ///< index of the block at that end
    FrameNumber frame;     ///< first frame that would be taken
    bool exists = false;
};

Neighbourhood neighbourhood(const MemoryMap& map, MoveEnd end, PageCount pages) {
    const auto extents = map.extents();
    if (extents.empty()) {
        return {};
    }
    const Extent& block = end == MoveEnd::High ? extents.back() : extents.front();
    if (block.kind != EntryKind::Block) {
        return {};
    }
    const PhysAddr after(block.paddr + block.length);
    if (end == MoveEnd::High) {
        return {block.index, frameOf(after), true};
    }
    const FrameNumber first = frameOf(PhysAddr(block.paddr));
    const bool room = first.value >= pages.value;
    return {block.index, room ? first - pages : FrameNumber(0), room};
}

std::uint64_t areaEdge(const MemoryMap& map, MoveEnd end) {
    return end == MoveEnd::High ? map.entry(map.count() - 1).start : map.entry(0).start;
}

/// Where the new part of the area begins.
VirtAddr firstAddress(const MemoryMap& map, MoveEnd end, std::uint64_t size) {
    const std::uint64_t edge = areaEdge(map, end);
    return VirtAddr(end == MoveEnd::High ? edge : edge - size);
}

/// Extends the block at `index` by `size` at an end: one store where the representation allows.
void extendEntry(MemoryMap& map, MoveEnd end, std::size_t index, std::uint64_t size) {
    const MapEntry block = map.entry(index);
    if (map.representation() == MapRepresentation::StartLength) {
        map.patch(index, map_field::length, block.length + size, Rule::FitsBehind);
    }
    if (end == MoveEnd::High) {
        const std::size_t limit = map.count() - 1;
        map.patch(limit, map_field::start, map.entry(limit).start + size, Rule::FitsBehind);
        return;
    }
    if (map.representation() == MapRepresentation::StartBase) {
        map.patch(index, map_field::place, block.place - size, Rule::FitsBehind);
    }
    map.patch(index, map_field::start, block.start - size, Rule::FitsBehind);
}

void addEntry(MemoryMap& map, MoveEnd end, FrameNumber frame, std::uint64_t size) {
    const std::uint64_t edge = areaEdge(map, end);
    const std::uint64_t start = end == MoveEnd::High ? edge : edge - size;
    const MapEntry block{.start = start,
                         .place = map.placeFor(start, startOf(frame).value),
                         .length = size,
                         .kind = EntryKind::Block,
                         .label = nextLabel(map)};
    const std::size_t limit = map.count() - 1;
    map.insert(end == MoveEnd::High ? limit : 0, block, Rule::DoesNotFitBehind);
    if (end == MoveEnd::High) {
        map.patch(limit + 1, map_field::start, edge + size, Rule::DoesNotFitBehind);
    }
}

void refuse(Kernel& kernel, const Process& process, std::uint64_t pages, Rule why) {
    const auto space = kernel.frames().freeSpace();
    kernel.board().events.emit({.kind = EventKind::RequestRefused,
                                .rule = why,
                                .object = process.number,
                                .value = pages,
                                .a = space.frames.value,
                                .b = space.largestRun.value});
}

constexpr std::uint64_t none = ~0ULL;

Rule whyOf(const Locals& l) {
    return l.inPlace != 0 ? Rule::FitsBehind : Rule::DoesNotFitBehind;
}

Condition lockable(const Process& process) {
    return conditionOf<&Process::lockableForGrowth>(process);
}

Steps takeLock(Kernel& kernel, Process& process, MoveEnd end, std::uint64_t size) {
    Task& self = co_await thisTask();
    co_yield Line::Lock;
    const bool waits = !process.lockableForGrowth(0);
    kernel.board().events.emit({.kind = EventKind::GrowBegun,
                                .rule = waits ? Rule::GrowWaitsForMove : Rule::ScenarioSaysSo,
                                .object = process.number,
                                .value = size,
                                .a = static_cast<std::uint64_t>(end == MoveEnd::High)});
    while (!process.lockableForGrowth(0)) {
        co_await until(lockable(process));
        co_yield Line::Lock;
    }
    process.mapLock = self.id;
}

/// Sets l.frame to the first of the frames taken, or to `none` if the request is refused.
Steps takeFrames(Kernel& kernel, Process& process, MoveEnd end, Locals& l) {
    FrameTable& frames = kernel.frames();
    co_yield Line::Neighbour;
    const Neighbourhood next = neighbourhood(process.map, end, PageCount(l.pages));
    l.inPlace = next.exists && frames.isFree(next.frame, PageCount(l.pages)) ? 1 : 0;
    l.entry = next.entry;
    l.frame = next.frame.value;
    if (l.inPlace != 0) {
        co_yield Line::InPlace;
    } else {
        co_yield Line::Elsewhere;
        const auto found = frames.findRun(PageCount(l.pages), frames.zoneEnd());
        if (!found || process.map.count() >= process.map.capacity() - 2) {
            co_yield Line::Refuse;
            refuse(kernel, process, l.pages, found ? Rule::MapFull : Rule::NoRunLongEnough);
            l.frame = none;
            co_return;
        }
        l.frame = found->value;
    }
    frames.take(FrameNumber(l.frame), PageCount(l.pages), FrameUse::Data, process.number, whyOf(l),
                pageOf(firstAddress(process.map, end, l.size)));
}

Steps fillPages(Kernel& kernel, Process& process, VirtAddr first, Locals& l) {
    const Board& board = kernel.board();
    for (l.page = 0; l.page < l.pages; ++l.page) {
        co_yield Line::Fill;
        const FrameNumber frame(l.frame + l.page);
        board.memory.fill(startOf(frame), ByteCount(pageBytes), std::byte{0});
        board.scheduler.spend(board.cost.fillPage);
        if (!kernel.mapPage(process, pageOf(first) + PageCount(l.page), {.frame = frame},
                            whyOf(l))) {
            break; // no frame for a table: the handler installs what is missing later
        }
    }
}

void announceDone(Kernel& kernel, const Process& process, VirtAddr first, const Locals& l) {
    kernel.board().events.emit({.kind = EventKind::GrowDone,
                                .rule = whyOf(l),
                                .object = process.number,
                                .vaddr = first.value,
                                .paddr = startOf(FrameNumber(l.frame)).value,
                                .value = l.size,
                                .a = l.inPlace,
                                .b = process.map.blocks()});
}

void releaseLock(Kernel& kernel, Process& process) {
    process.mapLock = 0;
    kernel.reapIfDead(process);
}

} // namespace

std::uint8_t nextLabel(const MemoryMap& map) {
    constexpr std::string_view letters = "ABCDFGHIJKLMNPQRSTUVWXYZ";
    const auto entries = map.entries();
    if (entries.size() <= 1) {
        return 'O';
    }
    for (const char letter : letters) {
        const auto used = std::any_of(entries.begin(), entries.end(), [&](const MapEntry& entry) {
            return entry.label == static_cast<std::uint8_t>(letter);
        });
        if (!used) {
            return static_cast<std::uint8_t>(letter);
        }
    }
    return '*';
}

Steps growArea(
    Kernel& kernel, Process& process, MoveEnd end, ByteCount size, GrowthOutcome& outcome) {
    auto& l = co_await Follow<Locals>{growListing()};
    outcome = GrowthOutcome::Refused;
    l.size = size.value;
    l.pages = pagesFor(size).value;
    co_await part(takeLock(kernel, process, end, l.size));
    if (process.state == ProcessState::Running) {
        co_await part(takeFrames(kernel, process, end, l));
    } else {
        l.frame = none;
    }
    if (l.frame != none) {
        const VirtAddr first = firstAddress(process.map, end, l.size);
        co_await part(fillPages(kernel, process, first, l));
        co_yield Line::Entry;
        if (l.inPlace != 0) {
            extendEntry(process.map, end, l.entry, l.size);
        } else {
            addEntry(process.map, end, FrameNumber(l.frame), l.size);
        }
        outcome = l.inPlace != 0 ? GrowthOutcome::InPlace : GrowthOutcome::NewBlock;
        announceDone(kernel, process, first, l);
    }
    releaseLock(kernel, process);
}

const Listing& growListing() {
    static constexpr Listing listing{ListingId::Grow, "grow", "Growth of a process", lines,
                                     localNames};
    return listing;
}

} // namespace fragscope
