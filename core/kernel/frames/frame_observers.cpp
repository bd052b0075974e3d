// What only reads the frame table: straight from the bytes, with the decoders that the view uses.
#include "fragscope/kernel/frames/frame_table.h"
#include "fragscope/kernel/memory_bytes.h"

#include <algorithm>

namespace fragscope {

FrameInfo FrameTable::info(FrameNumber frame) const {
    return decodeFrameInfo(MachineBytes(board_.memory), plan_.root, frame);
}

std::vector<FrameOwner> FrameTable::owners(FrameNumber frame) const {
    return decodeOwners(MachineBytes(board_.memory), plan_.root, frame);
}

bool FrameTable::isFree(FrameNumber first, PageCount count) const {
    if (first.value + count.value > plan_.root.frameCount) {
        return false;
    }
    for (std::uint64_t i = 0; i < count.value; ++i) {
        if (info(first + PageCount(i)).use != FrameUse::Free) {
            return false;
        }
    }
    return true;
}

std::optional<FrameNumber> FrameTable::findRun(PageCount count, FrameNumber from) const {
    std::uint64_t run = 0;
    for (FrameNumber frame = from; frame.value < plan_.root.frameCount; ++frame) {
        run = info(frame).use == FrameUse::Free ? run + 1 : 0;
        if (run == count.value) {
            return frame - PageCount(count.value - 1);
        }
    }
    return std::nullopt;
}

bool FrameTable::anyPinned(FrameNumber first, PageCount count) const {
    for (std::uint64_t i = 0; i < count.value; ++i) {
        if (info(first + PageCount(i)).pins != 0) {
            return true;
        }
    }
    return false;
}

FrameTable::FreeSpace FrameTable::freeSpace() const {
    FreeSpace space;
    PageCount run;
    for (FrameNumber frame{0}; frame.value < plan_.root.frameCount; ++frame) {
        const bool isFree = info(frame).use == FrameUse::Free;
        run = isFree ? run + PageCount(1) : PageCount(0);
        space.frames += PageCount(isFree ? 1 : 0);
        space.largestRun = std::max(space.largestRun, run);
    }
    return space;
}

FrameNumber FrameTable::sideTableOf(FrameNumber table) const {
    return decodeSideTable(MachineBytes(board_.memory), plan_.root, table);
}

} // namespace fragscope
