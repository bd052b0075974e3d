#include "fragscope/kernel/paging/page_reader.h"

#include "fragscope/kernel/frames/frame_layout.h"
#include "fragscope/kernel/paging/settings.h"

#include <algorithm>

namespace fragscope {

EntryLayout decodeLayout(const KernelRoot& root) {
    return {static_cast<unsigned>(osBits - std::min(root.spilledBits, osBits)), !root.absentSpill};
}

PageFacts decodePageAt(const MemoryReader& memory, const KernelRoot& root, PhysAddr place) {
    const std::uint64_t entry = memory.read(place);
    const EntryLayout layout = decodeLayout(root);
    SideWord side;
    if (root.sideTables) {
        const FrameNumber table = decodeSideTable(memory, root, frameOf(place));
        if (table.value != 0 && table.value < root.frameCount) {
            side = decodeSide(memory.read(startOf(table) + ByteCount(offsetInPage(place))));
        }
    }
    return {decodePage(entry, side, layout), side.backing, isSpilled(entry, layout)};
}

} // namespace fragscope
