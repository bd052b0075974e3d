#include "fragscope/kernel/segments/call_steps.h"

namespace fragscope {

void unlockHeap(Kernel& kernel, Process& process) {
    process.mapLock = 0;
    kernel.segments()->heap().unlock();
    kernel.reapIfDead(process);
}

void chargeAreas(Kernel& kernel, const AreaArray::Work& before, const AreaArray::Work& now) {
    const Board& board = kernel.board();
    board.scheduler.spend((now.compared - before.compared) * board.cost.kernelStore +
                          (now.moved - before.moved) * board.cost.kernelStore);
}

void announceAreas(
    Kernel& kernel, const Process& process, VirtAddr at, const AreaArray::Work& before, Rule why) {
    const AreaArray::Work& now = kernel.segments()->areasOf(process).work();
    kernel.board().events.emit({.kind = EventKind::AreasChanged,
                                .rule = why,
                                .object = process.number,
                                .vaddr = at.value,
                                .value = process.map.count() - 1,
                                .a = now.compared - before.compared,
                                .b = now.moved - before.moved});
}

void announceCall(const Kernel& kernel,
                  const Process& process,
                  std::uint64_t begun,
                  std::uint64_t frames,
                  Rule rule) {
    const Board& board = kernel.board();
    board.events.emit({.kind = EventKind::SegmentCallDone,
                       .rule = rule,
                       .object = process.number,
                       .value = board.scheduler.now() - begun,
                       .a = frames});
}

} // namespace fragscope
