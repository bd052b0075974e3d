#include "fragscope/kernel/memory_map.h"

#include "fragscope/base/check.h"
#include "fragscope/kernel/memory_bytes.h"

#include <algorithm>

namespace fragscope {

MemoryMap::MemoryMap(EventBus& events,
                     PhysicalMemory& memory,
                     std::uint32_t process,
                     FrameNumber frame,
                     PhysAddr countPlace,
                     MapRepresentation representation)
    : events_(events), memory_(memory), process_(process), frame_(frame), countPlace_(countPlace),
      representation_(representation) {}

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

std::optional<Extent> MemoryMap::lookUp(VirtAddr address) const {
    for (const Extent& extent : extents()) {
        if (address.value >= extent.start && address.value - extent.start < extent.length) {
            return extent;
        }
    }
    return std::nullopt;
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
    FRAGSCOPE_CHECK(n < capacity && index <= n, "memory map full or index past its end");
    for (std::size_t i = n; i > index; --i) {
        write(i, entry(i - 1));
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
    for (std::size_t i = index; i + 1 < n; ++i) {
        write(i, entry(i + 1));
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
