#include "fragscope/workload/progress.h"

namespace fragscope {

namespace {

constexpr std::uint64_t reportEvery = 1024;

} // namespace

void publishProgress(const ApplicationThread& thread) {
    const Board& board = thread.kernel.board();
    board.events.emit({.kind = EventKind::AccessesDone,
                       .object = thread.process.number,
                       .value = thread.progress.accesses,
                       .a = thread.progress.reads,
                       .b = board.scheduler.now()});
    board.events.emit({.kind = EventKind::TranslationsDone,
                       .object = thread.process.number,
                       .value = thread.progress.tlbMisses,
                       .a = thread.progress.walkReferences});
}

void countAccess(ApplicationThread& thread, const AccessRequest& request) {
    const Board& board = thread.kernel.board();
    const std::uint64_t cycles = board.scheduler.now() - request.startedAt;
    if (thread.settings.deadlineCycles != 0 && cycles > thread.settings.deadlineCycles) {
        board.events.emit({.kind = EventKind::DeadlineMissed,
                           .object = thread.process.number,
                           .vaddr = request.address.value,
                           .value = cycles,
                           .a = thread.settings.deadlineCycles});
    }
    thread.progress.tlbMisses += request.translation.walkReferences != 0 ? 1 : 0;
    thread.progress.walkReferences += request.translation.walkReferences;
    thread.progress.reads += request.kind == AccessKind::Read ? 1 : 0;
    if (++thread.progress.accesses % reportEvery == 0) {
        publishProgress(thread);
    }
}

} // namespace fragscope
