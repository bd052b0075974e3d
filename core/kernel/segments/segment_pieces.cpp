#include "fragscope/kernel/segments/segment_pieces.h"

namespace fragscope {

SegmentId segmentAt(Kernel& kernel, Process& process, VirtAddr at) {
    const auto index = kernel.segments()->areasOf(process).indexOf(at);
    const MapEntry entry = index ? process.map.entry(*index) : MapEntry{};
    return index && entry.kind == EntryKind::Block ? entry.segment : 0;
}

void noteAreas(
    Kernel& kernel, const Process& process, VirtAddr at, const AreaArray::Work& before, Rule why) {
    const AreaArray::Work now = kernel.segments()->areasOf(process).work();
    const Board& board = kernel.board();
    const std::uint64_t compared = now.compared - before.compared;
    const std::uint64_t moved = now.moved - before.moved;
    board.scheduler.spend((compared + moved) * board.cost.kernelStore);
    board.events.emit({.kind = EventKind::AreasChanged,
                       .rule = why,
                       .object = process.number,
                       .vaddr = at.value,
                       .value = process.map.count() - 1,
                       .a = compared,
                       .b = moved});
}

void releaseArea(
    Kernel& kernel, Process& process, VirtAddr at, const AreaArray::Work& before, Rule why) {
    (void)kernel.segments()->areasOf(process).release(at, why);
    noteAreas(kernel, process, at, before, why);
}

} // namespace fragscope
