#include "fragscope/kernel/frames/frame_checker.h"

#include "fragscope/kernel/memory_bytes.h"
#include "fragscope/kernel/paging/demand_paging.h"
#include "fragscope/kernel/paging/slot_check.h"

namespace fragscope {

KindSet FrameChecker::kinds() {
    KindSet set;
    for (const EventKind kind : {EventKind::FrameBooks, EventKind::FramesFreed,
                                 EventKind::ProcessExited, EventKind::StrayStore}) {
        set.set(static_cast<std::size_t>(kind));
    }
    return set;
}

void FrameChecker::stepEnded(const Task&) {
    const bool affordable = kernel_.plan().root.frameCount <= mostFrames && checks_ < mostChecks;
    if (changed_ && affordable) {
        ++checks_;
        check();
    }
}

/// While somebody changes pages the slots may be a step ahead of the entries.
void FrameChecker::checkSlotBooks() {
    constexpr unsigned number = 15;
    const bool changing = !kernel_.paging().unlocked(0);
    if (!changing && checkSlots(MachineBytes(kernel_.board().memory)) &&
        reported_.insert(number).second) {
        kernel_.board().events.emit(
            {.kind = EventKind::InvariantBroken, .rule = Rule::SlotReferences, .value = number});
    }
}

void FrameChecker::check() {
    changed_ = false;
    FrameCheckContext context{
        .changing = {}, .usesTables = kernel_.settings().translation == TranslationMode::Paging};
    for (const auto& process : kernel_.processes()) {
        if (process->move.active || process->mapLock != 0 || process->mappingsOpen != 0 ||
            process->state != ProcessState::Running) {
            context.changing.insert(process->number);
        }
    }
    checkSlotBooks();
    const auto issue = checkFrames(MachineBytes(kernel_.board().memory), context);
    if (issue && reported_.insert(issue->number).second) {
        kernel_.board().events.emit({.kind = EventKind::InvariantBroken,
                                     .rule = issue->rule,
                                     .object = issue->process,
                                     .paddr = startOf(issue->frame).value,
                                     .value = issue->number});
    }
}

} // namespace fragscope
