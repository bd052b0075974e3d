#include "fragscope/kernel/growth.h"

#include <algorithm>
#include <array>

namespace fragscope {

namespace {

enum class Line : std::uint16_t { Lock = 1, Neighbour, InPlace, Elsewhere, Refuse, Entry, Fill };

constexpr std::array<std::string_view, 7> lines{
    "take the lock of the map; a move under way ends first",
    "are the frames next to the block free?",
    "yes: take them, the block grows in place",
    "no: first fit for a new block somewhere else",
    "none is long enough: refuse",
    "patch the map: the area is larger now",
    "clear each new page and write its table entry",
};

constexpr std::array<std::string_view, 4> localNames{"size_bytes", "frame", "page", "pages"};

struct Locals {
    std::uint64_t size;
    std::uint64_t frame;
    std::uint64_t page;
    std::uint64_t pages;
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

Condition lockable(const Process& process) {
    return conditionOf<&Process::lockableForGrowth>(process);
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

namespace {

constexpr std::uint64_t nowhere = ~0ULL;

/// What is asked, and what was found so far.
struct Request {
    Kernel& kernel;
    Process& process;
    MoveEnd end = MoveEnd::High;
    std::uint64_t size = 0;
    bool inPlace = false;
    std::size_t entry = 0; ///< of the block that grows in place

    [[nodiscard]] Rule rule() const { return inPlace ? Rule::FitsBehind : Rule::DoesNotFitBehind; }

    /// First address of the new part, as long as the map is not patched.
    [[nodiscard]] VirtAddr first() const {
        const std::uint64_t edge = areaEdge(process.map, end);
        return VirtAddr(end == MoveEnd::High ? edge : edge - size);
    }
};

void announceBegin(const Request& request) {
    const bool waits = !request.process.lockableForGrowth(0);
    request.kernel.board().events.emit(
        {.kind = EventKind::GrowBegun,
         .rule = waits ? Rule::GrowWaitsForMove : Rule::ScenarioSaysSo,
         .object = request.process.number,
         .value = request.size,
         .a = static_cast<std::uint64_t>(request.end == MoveEnd::High)});
}

Steps lockMap(const Request& request, std::uint32_t task) {
    co_yield Line::Lock;
    announceBegin(request);
    while (!request.process.lockableForGrowth(0)) {
        co_await until(lockable(request.process));
        co_yield Line::Lock;
    }
    request.process.mapLock = task;
}

/// Takes the frames; l.frame is `nowhere` if there are none.
Steps takeFrames(Request& request, Locals& l) {
    co_yield Line::Neighbour;
    FrameTable& frames = request.kernel.frames();
    const PageCount pages(l.pages);
    const Neighbourhood next = neighbourhood(request.process.map, request.end, pages);
    request.inPlace = next.exists && frames.isFree(next.frame, pages);
    request.entry = next.entry;
    l.frame = next.frame.value;
    if (request.inPlace) {
        co_yield Line::InPlace;
    } else {
        co_yield Line::Elsewhere;
        const auto found = frames.findRun(pages, frames.zoneEnd());
        const bool full = request.process.map.count() >= MemoryMap::capacity - 2;
        l.frame = found && !full ? found->value : nowhere;
        if (l.frame == nowhere) {
            co_yield Line::Refuse;
            refuse(request.kernel, request.process, l.pages,
                   found ? Rule::MapFull : Rule::NoRunLongEnough);
            co_return;
        }
    }
    frames.take(FrameNumber(l.frame), pages, FrameUse::Data, request.process.number,
                request.rule());
}

Steps fillPages(const Request& request, Locals& l) {
    const Board& board = request.kernel.board();
    const PageNumber first = pageOf(request.first());
    for (l.page = 0; l.page < l.pages; ++l.page) {
        co_yield Line::Fill;
        const FrameNumber frame(l.frame + l.page);
        board.memory.fill(startOf(frame), ByteCount(pageBytes), std::byte{0});
        board.scheduler.spend(board.cost.fillPage);
        const Leaf leaf{.frame = frame, .writable = true};
        if (!request.kernel.mapPage(request.process, first + PageCount(l.page), leaf,
                                    request.rule())) {
            break; // no frame for a table: the handler installs what is missing later
        }
    }
}

Steps patchMap(const Request& request, const Locals& l) {
    co_yield Line::Entry;
    const VirtAddr first = request.first();
    if (request.inPlace) {
        extendEntry(request.process.map, request.end, request.entry, request.size);
    } else {
        addEntry(request.process.map, request.end, FrameNumber(l.frame), request.size);
    }
    request.kernel.board().events.emit({.kind = EventKind::GrowDone,
                                        .rule = request.rule(),
                                        .object = request.process.number,
                                        .vaddr = first.value,
                                        .paddr = startOf(FrameNumber(l.frame)).value,
                                        .value = request.size,
                                        .a = static_cast<std::uint64_t>(request.inPlace),
                                        .b = request.process.map.blocks()});
}

} // namespace

Steps growArea(
    Kernel& kernel, Process& process, MoveEnd end, ByteCount size, GrowthOutcome& outcome) {
    Task& self = co_await thisTask();
    auto& l = co_await Follow<Locals>{growListing()};
    Request request{.kernel = kernel, .process = process, .end = end, .size = size.value};
    outcome = GrowthOutcome::Refused;
    l.size = size.value;
    l.pages = pagesFor(size).value;
    co_await part(lockMap(request, self.id));
    co_await part(takeFrames(request, l));
    if (l.frame != nowhere) {
        co_await part(fillPages(request, l));
        co_await part(patchMap(request, l));
        outcome = request.inPlace ? GrowthOutcome::InPlace : GrowthOutcome::NewBlock;
    }
    process.mapLock = 0;
}

const Listing& growListing() {
    static constexpr Listing listing{ListingId::Grow, "grow", "Growth of a process", lines,
                                     localNames};
    return listing;
}

} // namespace fragscope
