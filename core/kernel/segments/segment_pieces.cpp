#include "fragscope/kernel/segments/segment_pieces.h"

namespace fragscope {

SegmentId segmentAt(Kernel& kernel, Process& process, VirtAddr at) {
    const auto index = kernel.segments()->areasOf(process).indexOf(at);
    const MapEntry entry = index ? process.map.entry(*index) : MapEntry{};
    return index && entry.kind == EntryKind::Block ? entry.segment : 0;
}

void undoMapping(Kernel& kernel, Process& process, VirtAddr at, PageCount mapped) {
    for (PageCount done; done < mapped;) {
        done += unmapPiece(kernel, process, pageOf(at) + done, Rule::NoRoomForArea);
    }
    if (at != VirtAddr(0)) {
        (void)kernel.segments()->areasOf(process).release(at, Rule::NoRoomForArea);
    }
}

} // namespace fragscope
