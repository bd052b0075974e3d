#include "fragscope/kernel/memory_map.h"

#include "fragscope/base/check.h"
#include "fragscope/kernel/memory_bytes.h"

#include <algorithm>

namespace fragscope {

MemoryMap::MemoryMap(EventBus& events,
                     PhysicalMemory& memory,
                     std::uint32_t process,
                     FrameNumber frame,
                     PageCount frames,
                     PhysAddr countPlace,
                     MapRepresentation representation)
    : events_(events), memory_(memory), process_(process), frame_(frame), frames_(frames),
      countPlace_(countPlace), representation_(representation) {}

PhysAddr MemoryMap::placeOf(std::size_t index) const {
    return startOf(frame_) + ByteCount(index * mapEntryBytes);
}

std::size_t MemoryMap::count() const {
    return memory_.load(countPlace_);
}

void MemoryMap::setCount(std::size_t count) {
    memory_.store(countPlace_, count);
}

MapEntry MemoryMap::entry(std::size_t index) const {
    return decodeMapEntry(MachineBytes(memory_), placeOf(index));
}

std::vector<MapEntry> MemoryMap::entries() const {
    std::vector<MapEntry> list;
    const std::size_t n = count();
    list.reserve(n);
    for (std::size_t i = 0; i < n; ++i) {
        list.push_back(entry(i));
    }
    return list;
}

std::vector<Extent> MemoryMap::extents() const {
    return extentsOf(entries(), representation_);
}

std::optional<std::size_t> MemoryMap::find(VirtAddr address, std::uint64_t& compared) const {
    std::size_t low = 0;
    std::size_t high = count();
    while (low < high) { // entries below `low` start at or below the address, from `high` on above
        const std::size_t middle = low + (high - low) / 2;
        ++compared;
        if (memory_.load(placeOf(middle) + ByteCount(map_field::start)) <= address.value) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low == 0 || low == count() ? std::nullopt : std::optional(low - 1);
}

std::optional<Extent> MemoryMap::extentOf(std::size_t index) const {
    if (index + 1 >= count()) {
        return std::nullopt;
    }
    std::vector<Extent> found = extentsOf({entry(index), entry(index + 1)}, representation_);
    if (found.empty()) {
        return std::nullopt;
    }
    found[0].index = index;
    return found[0];
}

std::optional<Extent> MemoryMap::lookUp(VirtAddr address) const {
    std::uint64_t compared = 0;
    const auto index = find(address, compared);
    const auto found = index ? extentOf(*index) : std::nullopt;
    return found && address.value - found->start < found->length ? found : std::nullopt;
}

bool MemoryMap::isNoAccess(VirtAddr address) const {
    const auto extent = lookUp(address);
    return extent && extent->kind == EntryKind::NoAccess;
}

bool MemoryMap::leadsTo(FrameNumber frame) const {
    const std::uint64_t place = startOf(frame).value;
    const auto covering = extents();
    return std::any_of(covering.begin(), covering.end(), [&](const Extent& extent) {
        return extent.kind == EntryKind::Block && place >= extent.paddr &&
               place - extent.paddr < extent.length;
    });
}

void MemoryMap::write(std::size_t index, const MapEntry& entry) {
    const PhysAddr place = placeOf(index);
    memory_.store(place + ByteCount(map_field::start), entry.start);
    memory_.store(place + ByteCount(map_field::place), entry.place);
    memory_.store(place + ByteCount(map_field::length), entry.length);
    memory_.store(place + ByteCount(map_field::rights), encodeRights(entry));
}

void MemoryMap::announce(EventKind kind, std::size_t index, const MapEntry& entry, Rule why) {
    events_.emit({.kind = kind,
                  .rule = why,
                  .object = process_,
                  .vaddr = entry.start,
                  .paddr = entry.kind == EntryKind::Block ? paddrOf(entry) : 0,
                  .value = static_cast<std::uint64_t>(entry.kind),
                  .a = index,
                  .b = count()});
}

void MemoryMap::insert(std::size_t index, const MapEntry& added, Rule why) {
    const std::size_t n = count();
    FRAGSCOPE_CHECK(n < capacity() && index <= n, "memory map full or index past its end");
    if (n > index) {
        memory_.copy(placeOf(index + 1), placeOf(index), ByteCount((n - index) * mapEntryBytes));
    }
    write(index, added);
    ++edits_;
    setCount(n + 1);
    announce(EventKind::MapEntryAdded, index, added, why);
}

void MemoryMap::remove(std::size_t index, Rule why) {
    const std::size_t n = count();
    FRAGSCOPE_CHECK(index < n, "no such map entry");
    const MapEntry removed = entry(index);
    if (index + 1 < n) {
        memory_.copy(placeOf(index), placeOf(index + 1),
                     ByteCount((n - index - 1) * mapEntryBytes));
    }
    setCount(n - 1);
    ++edits_;
    announce(EventKind::MapEntryRemoved, index, removed, why);
}

void MemoryMap::patch(std::size_t index, std::uint64_t field, std::uint64_t value, Rule why) {
    const PhysAddr place = placeOf(index) + ByteCount(field);
    const std::uint64_t old = memory_.load(place);
    memory_.store(place, value);
    ++edits_;
    events_.emit({.kind = EventKind::MapStore,
                  .rule = why,
                  .object = process_,
                  .vaddr = entry(index).start,
                  .paddr = place.value,
                  .value = value,
                  .a = old,
                  .b = index});
}

std::uint64_t MemoryMap::placeFor(std::uint64_t start, std::uint64_t paddr) const {
    return representation_ == MapRepresentation::StartBase ? paddr : paddr - start;
}

std::uint64_t MemoryMap::paddrOf(const MapEntry& entry) const {
    return representation_ == MapRepresentation::StartBase ? entry.place
                                                           : entry.place + entry.start;
}

std::size_t MemoryMap::blocks() const {
    std::size_t n = 0;
    for (const MapEntry& entry : entries()) {
        n += entry.kind == EntryKind::Block ? 1 : 0;
    }
    return n;
}

} // namespace fragscope
