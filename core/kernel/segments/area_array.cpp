#include "fragscope/kernel/segments/area_array.h"

#include "fragscope/base/check.h"

#include <algorithm>

namespace fragscope {

namespace {

constexpr std::uint64_t headBytes = (AreaArray::lists + 1) * wordBytes;
constexpr std::size_t entriesForHeads = (headBytes + mapEntryBytes - 1) / mapEntryBytes;
constexpr std::size_t entriesForMove = 4; ///< a mover adds entries while it moves an area
constexpr std::uint64_t nextField = map_field::place;
constexpr std::uint64_t previousField = map_field::length;

/// Where the heads begin in a map of so many frames.
PhysAddr headsOf(PhysAddr map, std::uint64_t frames) {
    return map + ByteCount(frames * pageBytes - headBytes);
}

std::uint64_t alignedUp(std::uint64_t address, PageCount alignment) {
    const std::uint64_t bytes = bytesOf(alignment).value;
    return (address + bytes - 1) & ~(bytes - 1);
}

constexpr MapEntry freeEntry(std::uint64_t start) {
    return {.start = start, .kind = EntryKind::Free, .writable = false, .label = '.'};
}

} // namespace

void AreaArray::initialise() {
    for (std::uint32_t list = 0; list <= lists; ++list) {
        memory_.store(headPlace(list), 0);
    }
}

// ---- entries
// -------------------------------------------------------------------------------------------

std::size_t AreaArray::capacity() const {
    return map_.capacity() - entriesForHeads - entriesForMove;
}

PhysAddr AreaArray::headPlace(std::uint32_t list) const {
    return headsOf(startOf(map_.frame()), map_.frames().value) + ByteCount(list * wordBytes);
}

std::uint64_t AreaArray::head(std::uint32_t list) const {
    return memory_.load(headPlace(list));
}

AreaArray::Area AreaArray::area(std::size_t index) const {
    return {.index = index, .start = map_.entry(index).start, .end = map_.entry(index + 1).start};
}

PageCount AreaArray::pagesOf(std::size_t index) const {
    const Area found = area(index);
    return pagesFor(ByteCount(found.end - found.start));
}

bool AreaArray::isFree(std::size_t index) const {
    return map_.entry(index).kind == EntryKind::Free;
}

std::optional<std::size_t> AreaArray::indexOf(VirtAddr start) {
    ++work_.searches;
    const auto found = map_.find(start, work_.compared);
    return found && map_.entry(*found).start == start.value ? found : std::nullopt;
}

void AreaArray::insert(std::size_t index, const MapEntry& entry, Rule why) {
    work_.moved += map_.count() - index;
    map_.insert(index, entry, why);
}

void AreaArray::remove(std::size_t index, Rule why) {
    work_.moved += map_.count() - index - 1;
    map_.remove(index, why);
}

// ---- lists
// ---------------------------------------------------------------------------------------------

/// A link of the free area at `start`; of a list's head if there is none.
void AreaArray::link(std::uint64_t start, std::uint64_t field, std::uint64_t value) {
    const auto index = indexOf(VirtAddr(start));
    FRAGSCOPE_CHECK(index && isFree(*index), "a link leads to no free area");
    const PhysAddr place = startOf(map_.frame()) + ByteCount(*index * mapEntryBytes + field);
    memory_.store(place, value);
}

void AreaArray::enlist(std::size_t index) {
    const std::uint32_t list = listFor(pagesOf(index));
    const std::uint64_t start = map_.entry(index).start;
    const std::uint64_t old = head(list);
    const PhysAddr entry = startOf(map_.frame()) + ByteCount(index * mapEntryBytes);
    memory_.store(entry + ByteCount(nextField), old);
    memory_.store(entry + ByteCount(previousField), 0);
    if (old != 0) {
        link(old, previousField, start);
    }
    memory_.store(headPlace(list), start);
}

void AreaArray::delist(std::size_t index) {
    const MapEntry entry = map_.entry(index);
    const std::uint64_t next = entry.place;
    const std::uint64_t previous = entry.length;
    if (previous == 0) {
        memory_.store(headPlace(listFor(pagesOf(index))), next);
    } else {
        link(previous, nextField, next);
    }
    if (next != 0) {
        link(next, previousField, previous);
    }
}

// ---- allocate
// ------------------------------------------------------------------------------------------

std::optional<std::uint64_t> AreaArray::bestInLarge(PageCount pages, PageCount alignment) {
    std::optional<std::uint64_t> best;
    std::uint64_t bestBytes = ~0ULL;
    for (std::uint64_t start = head(0); start != 0;) {
        const auto index = indexOf(VirtAddr(start));
        FRAGSCOPE_CHECK(index, "a list leads to no area");
        const Area found = area(*index);
        const std::uint64_t at = alignedUp(found.start, alignment);
        if (at + bytesOf(pages).value <= found.end && found.end - found.start < bestBytes) {
            best = at;
            bestBytes = found.end - found.start;
        }
        start = map_.entry(*index).place;
    }
    return best;
}

std::optional<AreaArray::Found> AreaArray::look(PageCount pages, PageCount alignment) {
    const std::uint32_t own = listFor(pages);
    const bool small = own != 0 && alignment.value == 1;
    if (small && head(own) != 0) {
        return Found{VirtAddr(head(own)), Rule::SegmentHit};
    }
    if (const auto best = bestInLarge(pages, alignment)) {
        return Found{VirtAddr(*best), Rule::SegmentBestFit};
    }
    for (std::uint32_t list = own + 1; small && list <= lists; ++list) {
        if (head(list) != 0) {
            return Found{VirtAddr(head(list)), Rule::SegmentLargerList};
        }
    }
    return std::nullopt;
}

/// New addresses at the end of the address space, one free area with what is free before them.
std::optional<AreaArray::Found> AreaArray::extend(PageCount pages, PageCount alignment, Rule why) {
    std::size_t limit = map_.count() - 1;
    std::size_t last = limit;
    if (join_ == AreaJoin::AtFree && limit > 0 && isFree(limit - 1)) {
        delist(--last);
    } else {
        insert(limit, freeEntry(map_.entry(limit).start), why);
        ++limit;
    }
    const std::uint64_t at = alignedUp(map_.entry(last).start, alignment);
    map_.patch(limit, map_field::start, at + bytesOf(pages).value, why);
    enlist(last);
    return Found{VirtAddr(at), Rule::AreaAtEnd};
}

/// The free area around the place becomes up to three: rest, block, rest.
void AreaArray::occupy(const Found& found, PageCount pages, const Target& target, Rule why) {
    const std::size_t index = map_.find(found.start, work_.compared).value();
    const Area whole = area(index);
    const std::uint64_t start = found.start.value;
    const std::uint64_t end = start + bytesOf(pages).value;
    delist(index);
    std::size_t block = index;
    if (whole.start < start) {
        insert(++block, freeEntry(start), why);
    }
    if (end < whole.end) {
        insert(block + 1, freeEntry(end), why);
        enlist(block + 1);
    }
    if (block != index) {
        enlist(index);
    }
    const MapEntry entry{.start = start,
                         .place = map_.placeFor(start, target.place.value),
                         .length = end - start,
                         .kind = target.kind,
                         .label = 'S',
                         .segment = target.segment};
    map_.patch(block, map_field::place, entry.place, why);
    map_.patch(block, map_field::length, entry.length, why);
    map_.patch(block, map_field::rights, encodeRights(entry), why);
}

std::optional<AreaArray::Found>
AreaArray::allocate(PageCount pages, PageCount alignment, const Target& target, Rule why) {
    if (map_.count() + 3 > capacity()) {
        return std::nullopt;
    }
    auto found = look(pages, alignment);
    if (!found && join_ == AreaJoin::OnFailure && joinAll(why) > 0) {
        found = look(pages, alignment);
    }
    if (!found) {
        found = extend(pages, alignment, why);
    }
    occupy(*found, pages, target, why);
    return found;
}

void AreaArray::cut(VirtAddr start, PageCount pages, const Target& rest, Rule why) {
    const std::size_t index = indexOf(start).value();
    const Area whole = area(index);
    const std::uint64_t seam = whole.start + bytesOf(pages).value;
    FRAGSCOPE_CHECK(seam < whole.end, "a block is cut inside its bounds");
    insert(index + 1,
           {.start = seam,
            .place = map_.placeFor(seam, rest.place.value),
            .length = whole.end - seam,
            .kind = rest.kind,
            .label = 'S',
            .segment = rest.segment},
           why);
    map_.patch(index, map_field::length, seam - whole.start, why);
}

// ---- release
// -------------------------------------------------------------------------------------------

void AreaArray::joinWithNext(std::size_t index, Rule why) {
    delist(index);
    delist(index + 1);
    remove(index + 1, why);
    enlist(index);
}

bool AreaArray::release(VirtAddr start, Rule why) {
    const auto index = indexOf(start);
    const EntryKind kind = index ? map_.entry(*index).kind : EntryKind::Free;
    if (kind != EntryKind::Block && kind != EntryKind::Demand) {
        return false;
    }
    map_.patch(*index, map_field::rights, encodeRights(freeEntry(start.value)), why);
    enlist(*index);
    if (join_ == AreaJoin::AtFree) {
        if (*index + 2 < map_.count() && isFree(*index + 1)) {
            joinWithNext(*index, why);
        }
        if (*index > 0 && isFree(*index - 1)) {
            joinWithNext(*index - 1, why);
        }
    }
    return true;
}

std::uint64_t AreaArray::joinAll(Rule why) {
    std::uint64_t joined = 0;
    for (std::size_t i = 0; i + 2 < map_.count();) {
        if (isFree(i) && isFree(i + 1)) {
            joinWithNext(i, why);
            ++joined;
        } else {
            ++i;
        }
    }
    return joined;
}

std::vector<std::uint64_t> decodeAreaList(const MemoryReader& memory,
                                          const ProcessInfo& process,
                                          const std::vector<MapEntry>& entries,
                                          std::uint32_t list) {
    std::vector<std::uint64_t> starts;
    std::uint64_t start =
        memory.read(headsOf(process.map, process.mapFrames) + ByteCount(list * wordBytes));
    while (start != 0 && starts.size() < entries.size()) {
        auto found = std::lower_bound(
            entries.begin(), entries.end(), start,
            [](const MapEntry& entry, std::uint64_t wanted) { return entry.start < wanted; });
        while (found != entries.end() && found->start == start && found->kind != EntryKind::Free) {
            ++found; // an empty entry of a mover may begin there, too
        }
        if (found == entries.end() || found->start != start) {
            break;
        }
        starts.push_back(start);
        start = found->place;
    }
    return starts;
}

std::vector<std::uint64_t>
decodeAreaList(const MemoryReader& memory, const ProcessInfo& process, std::uint32_t list) {
    return decodeAreaList(memory, process, decodeMap(memory, process), list);
}

} // namespace fragscope
