#include "fragscope/defrag/entry_e.h"

#include "fragscope/defrag/entry_e_lines.h"
#include "fragscope/defrag/entry_e_locals.h"
#include "fragscope/defrag/map_patch.h"
#include "fragscope/defrag/move_books.h"

#include <algorithm>

namespace fragscope {

using Line = EntryELine;

namespace {

/// Bytes of A that have not moved; an owner may have given some back meanwhile.
std::uint64_t unmovedBytes(const MoveJob& job) {
    const BlockOwner& owner = job.owners.front();
    const MemoryMap& map = owner.process->map;
    const std::size_t a = entriesOf(owner, job.end).a;
    return a + 1 < map.count() ? map.entry(a + 1).start - map.entry(a).start : 0;
}

void setPhase(const MoveJob& job, MovePhase phase) {
    for (const BlockOwner& owner : job.owners) {
        owner.process->move.phase = phase;
    }
}

void setLock(const MoveJob& job, std::uint32_t task) {
    for (const BlockOwner& owner : job.owners) {
        owner.process->mapLock = task;
    }
}

void addEntryE(const BlockOwner& owner, MoveEnd end) {
    MemoryMap& map = owner.process->map;
    const std::size_t index = entriesOf(owner, end).e;
    map.insert(index,
               {.start = map.entry(index).start,
                .kind = EntryKind::NoAccess,
                .writable = false,
                .label = 'E'},
               Rule::CoverBlock);
    owner.process->move.usesE = true;
}

} // namespace

std::vector<BlockOwner> EntryE::covered(const MoveJob& job) const {
    return settings_.ownersCovered == OwnersCovered::All
               ? job.owners
               : std::vector<BlockOwner>{job.owners.front()};
}

Steps EntryE::move(const MoveJob& job) {
    Task& self = co_await thisTask();
    auto& l = co_await Follow<Locals>{entryEListing(job.end)};
    const std::uint64_t busyBefore = self.busyCycles;
    co_yield Line::Allocate;
    for (Process* locked = lockedOwner(job); locked != nullptr; locked = lockedOwner(job)) {
        co_await until(conditionOf<&Process::unlocked>(*locked));
        co_yield Line::Allocate;
    }
    if (!beginMove(kernel_, job)) {
        skipMove(kernel_, job, Rule::CandidateTaken);
        co_return;
    }
    co_await part(prepare(job));
    l.left = bytesOf(job.pages).value;
    while (l.left > 0) {
        co_await part(nextBlock(job, l));
        if (!ownersAlive(job)) {
            break;
        }
        setLock(job, self.id);
        beginBlock(job, l);
        self.preemptible = settings_.preemptInWindow == PreemptInWindow::Yes;
        co_await part(moveBlock(job, l));
        self.preemptible = true;
        setLock(job, 0);
        ++l.block;
        l.left = unmovedBytes(job);
    }
    co_await part(finish(job));
    endMove(kernel_, job, self.busyCycles - busyBefore);
}

Steps EntryE::prepare(const MoveJob& job) {
    co_yield Line::TransferBlock;
    for (const BlockOwner owner : covered(job)) {
        co_yield Line::InstallHandler;
        kernel_.setCustomHandler(*owner.process, true);
    }
    for (const BlockOwner owner : covered(job)) {
        co_yield Line::AddE;
        addEntryE(owner, job.end);
        kernel_.board().scheduler.spend(kernel_.board().cost.kernelStore);
    }
}

Steps EntryE::nextBlock(const MoveJob& job, Locals& l) {
    co_yield Line::NextBlock;
    for (Process* locked = lockedOwner(job); locked != nullptr; locked = lockedOwner(job)) {
        co_await until(conditionOf<&Process::unlocked>(*locked));
        co_yield Line::NextBlock;
    }
    l.left = unmovedBytes(job);
    held_.clear();
}

void EntryE::beginBlock(const MoveJob& job, Locals& l) {
    const BlockOwner& owner = job.owners.front();
    const MoveState& state = owner.process->move;
    const std::size_t a = entriesOf(owner, job.end).a;
    l.length = std::min(job.transfer.value, l.left);
    const std::uint64_t aStart = owner.process->map.entry(a).start;
    l.start = job.end == MoveEnd::High ? aStart : aStart + l.left - l.length;
    const std::uint64_t offset = l.start - state.start;
    l.source = job.source.value + offset / pageBytes;
    l.destination = job.destination.value + offset / pageBytes;
    for (const BlockOwner& each : job.owners) {
        each.process->move.blockStart = each.process->move.start + offset;
        each.process->move.blockLength = l.length;
    }
    kernel_.board().events.emit({.kind = EventKind::BlockBegun,
                                 .rule = Rule::CoverBlock,
                                 .object = owner.process->number,
                                 .vaddr = l.start,
                                 .paddr = startOf(FrameNumber(l.destination)).value,
                                 .value = l.length,
                                 .a = startOf(FrameNumber(l.source)).value,
                                 .b = l.block});
}

Steps EntryE::moveBlock(const MoveJob& job, Locals& l) {
    const std::uint64_t begunAt = kernel_.board().scheduler.now();
    const bool copyFirst = settings_.order == MoveOrder::CopyThenRemap;
    const bool shootLast = settings_.shootdown == ShootdownMode::AfterCopy;
    if (copyFirst) {
        co_await part(copy(job, l));
    }
    co_await part(cover(job, l));
    co_await part(takeEntries(job, l));
    if (!shootLast) {
        co_await part(shootDown(job, l));
    }
    if (!copyFirst) {
        setPhase(job, MovePhase::Copying);
        co_await part(copy(job, l));
    }
    setPhase(job, MovePhase::Copied);
    if (shootLast) {
        co_await part(shootDown(job, l));
    }
    co_await part(reopen(job, l));
    co_await part(writeEntries(job, l));
    endBlock(job, l, begunAt);
}

void EntryE::endBlock(const MoveJob& job, const Locals& l, std::uint64_t begunAt) {
    for (const BlockOwner& owner : job.owners) {
        ++owner.process->move.blocksDone;
    }
    setPhase(job, MovePhase::Idle);
    kernel_.board().events.emit({.kind = EventKind::BlockDone,
                                 .rule = Rule::ReopenBlock,
                                 .object = job.owners.front().process->number,
                                 .vaddr = l.start,
                                 .paddr = startOf(FrameNumber(l.destination)).value,
                                 .value = kernel_.board().scheduler.now() - begunAt,
                                 .a = l.block});
    if (settings_.oldFrames == OldFrames::PerBlock) {
        giveBackUnmapped(kernel_, job, FrameNumber(l.source), pagesFor(ByteCount(l.length)),
                         Rule::OldBlockReturned);
    }
}

} // namespace fragscope
