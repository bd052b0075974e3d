#include "fragscope/view/segments/area_view.h"

#include "fragscope/kernel/segments/area_array.h"

#include <algorithm>
#include <map>

namespace fragscope {

namespace {

/// Which list each free area is in, as the lists themselves say.
void findInLists(std::vector<AreaView>& areas,
                 const MemoryReader& memory,
                 const ProcessInfo& process,
                 const std::vector<MapEntry>& entries) {
    std::map<std::pair<std::uint32_t, std::uint64_t>, std::size_t> places; // by list and start
    std::map<std::uint32_t, std::size_t> lengths;
    for (AreaView& area : areas) {
        if (area.kind != EntryKind::Free) {
            continue;
        }
        area.list = AreaArray::listFor(area.pages);
        if (!lengths.contains(area.list)) {
            const auto starts = decodeAreaList(memory, process, entries, area.list);
            for (std::size_t i = 0; i < starts.size(); ++i) {
                places[{area.list, starts[i]}] = i + 1;
            }
            lengths[area.list] = starts.size();
        }
        const auto found = places.find({area.list, area.start.value});
        area.inList = found == places.end() ? 0 : found->second;
        area.listLength = lengths[area.list];
    }
}

} // namespace

std::vector<AreaView> decodeAreas(const MemoryReader& memory, const ProcessInfo& process) {
    std::vector<AreaView> areas;
    if (process.mapFrames * pageBytes < (AreaArray::lists + 1) * wordBytes) {
        return areas;
    }
    const std::vector<MapEntry> entries = decodeMap(memory, process);
    for (std::size_t i = 0; i + 1 < entries.size(); ++i) {
        const MapEntry& entry = entries[i];
        const std::uint64_t end = std::max(entry.start, entries[i + 1].start);
        areas.push_back({.index = i,
                         .start = VirtAddr(entry.start),
                         .pages = pagesFor(ByteCount(end - entry.start)),
                         .kind = entry.kind,
                         .segment = entry.kind == EntryKind::Block ? entry.segment : 0});
    }
    findInLists(areas, memory, process, entries);
    return areas;
}

} // namespace fragscope
