#include "fragscope/view/segments/area_view.h"

#include "fragscope/kernel/segments/area_array.h"

#include <algorithm>
#include <map>

namespace fragscope {

namespace {

using Lists = std::map<std::uint32_t, std::vector<std::uint64_t>>;

void findInList(AreaView& area,
                const MemoryReader& memory,
                const ProcessInfo& process,
                Lists& read) {
    area.list = AreaArray::listFor(area.pages);
    if (!read.contains(area.list)) {
        read[area.list] = decodeAreaList(memory, process, area.list);
    }
    const std::vector<std::uint64_t>& starts = read[area.list];
    const auto found = std::find(starts.begin(), starts.end(), area.start.value);
    area.listLength = starts.size();
    area.inList = found == starts.end() ? 0 : static_cast<std::size_t>(found - starts.begin()) + 1;
}

} // namespace

std::vector<AreaView> decodeAreas(const MemoryReader& memory, const ProcessInfo& process) {
    std::vector<AreaView> areas;
    if (process.mapFrames * pageBytes < (AreaArray::lists + 1) * wordBytes) {
        return areas;
    }
    const std::vector<MapEntry> entries = decodeMap(memory, process);
    Lists read;
    for (std::size_t i = 0; i + 1 < entries.size(); ++i) {
        const MapEntry& entry = entries[i];
        const std::uint64_t end = std::max(entry.start, entries[i + 1].start);
        AreaView area{.index = i,
                      .start = VirtAddr(entry.start),
                      .pages = pagesFor(ByteCount(end - entry.start)),
                      .kind = entry.kind,
                      .segment = entry.kind == EntryKind::Block ? entry.segment : 0};
        if (entry.kind == EntryKind::Free) {
            findInList(area, memory, process, read);
        }
        areas.push_back(area);
    }
    return areas;
}

} // namespace fragscope
