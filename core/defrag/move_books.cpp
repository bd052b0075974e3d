#include "fragscope/defrag/move_books.h"

#include <algorithm>

namespace fragscope {

namespace {

/// The part of the destination that does not overlap the source.
std::pair<FrameNumber, PageCount> freshPart(const MoveJob& job) {
    const std::uint64_t source = job.source.value;
    const std::uint64_t destination = job.destination.value;
    const std::uint64_t distance =
        source > destination ? source - destination : destination - source;
    const PageCount count(std::min(distance, job.pages.value));
    const bool overlapsBelow = destination > source && distance < job.pages.value;
    return {overlapsBelow ? job.source + job.pages : job.destination, count};
}

/// The page at which an owner maps the block's frame number `index`.
PageNumber pageInBlock(const BlockOwner& owner, PageCount index) {
    return pageOf(VirtAddr(owner.process->map.entry(owner.entry).start)) + index;
}

/// The first owner is noted with the frames; false if there is no room for the others.
bool noteOtherOwners(FrameTable& frames, const MoveJob& job, FrameNumber first, PageCount count) {
    for (std::size_t n = 1; n < job.owners.size(); ++n) {
        for (std::uint64_t i = 0; i < count.value; ++i) {
            const FrameNumber frame = first + PageCount(i);
            const PageNumber page = pageInBlock(job.owners[n], frame - job.destination);
            if (!frames.addOwner(frame, {job.owners[n].process->number, page})) {
                return false;
            }
        }
    }
    return true;
}

/// Books the frames of the destination; false if they are taken or their owners cannot be noted.
bool takeDestination(FrameTable& frames, const MoveJob& job) {
    const auto [first, count] = freshPart(job);
    if (!frames.isFree(first, count)) {
        return false;
    }
    if (count.value > 0) {
        frames.take(first, count, FrameUse::Data, job.owners.front().process->number,
                    Rule::ScenarioSaysSo, pageInBlock(job.owners.front(), first - job.destination));
    }
    if (!noteOtherOwners(frames, job, first, count)) {
        frames.give(first, count, Rule::OwnerUnknown);
        return false;
    }
    return true;
}

} // namespace

bool stillValid(const MoveJob& job) {
    return std::all_of(job.owners.begin(), job.owners.end(), [&](const BlockOwner& owner) {
        const auto extent = owner.process->map.extentOf(owner.entry);
        return extent && extent->kind == EntryKind::Block &&
               frameOf(PhysAddr(extent->paddr)) == job.source &&
               pagesFor(ByteCount(extent->length)) == job.pages;
    });
}

Process* lockedOwner(const MoveJob& job) {
    const auto found =
        std::find_if(job.owners.begin(), job.owners.end(),
                     [](const BlockOwner& owner) { return !owner.process->unlocked(0); });
    return found == job.owners.end() ? nullptr : found->process;
}

bool beginMove(Kernel& kernel, const MoveJob& job) {
    if (!stillValid(job)) {
        return false;
    }
    if (job.booked && !takeDestination(kernel.frames(), job)) {
        return false;
    }
    const Process& mainOwner = *job.owners.front().process;
    for (const BlockOwner& owner : job.owners) {
        Process& process = *owner.process;
        process.move = {.active = true,
                        .end = job.end,
                        .start = process.map.entry(owner.entry).start,
                        .length = bytesOf(job.pages).value,
                        .transfer = job.transfer.value,
                        .source = job.source,
                        .destination = job.destination,
                        .shared = job.owners.size() > 1,
                        .blocksDone = process.move.blocksDone};
    }
    kernel.board().events.emit({.kind = EventKind::MoveBegun,
                                .rule = Rule::ScenarioSaysSo,
                                .object = mainOwner.number,
                                .vaddr = mainOwner.move.start,
                                .paddr = startOf(job.destination).value,
                                .value = bytesOf(job.pages).value,
                                .a = startOf(job.source).value});
    return true;
}

bool isMapped(Kernel& kernel, FrameNumber frame) {
    const auto& all = kernel.processes();
    return std::any_of(all.begin(), all.end(), [&](const auto& process) {
        return !process->reaped && process->map.leadsTo(frame);
    });
}

namespace {

/// A data frame of one of the processes whose block is moved.
bool belongsTo(const FrameInfo& frame, const MoveJob& job) {
    return frame.use == FrameUse::Data &&
           std::any_of(job.owners.begin(), job.owners.end(), [&](const BlockOwner& owner) {
               return owner.process->number == frame.owner;
           });
}

} // namespace

void giveBackUnmapped(
    Kernel& kernel, const MoveJob& job, FrameNumber first, PageCount count, Rule why) {
    if (!job.booked) {
        return; // the segment heap frees what the segment has left
    }
    std::uint64_t run = 0;
    for (std::uint64_t i = 0; i <= count.value; ++i) {
        const FrameNumber frame = first + PageCount(i);
        const bool give = i < count.value && belongsTo(kernel.frames().info(frame), job) &&
                          !isMapped(kernel, frame);
        if (give) {
            ++run;
        } else if (run > 0) {
            kernel.frames().give(frame - PageCount(run), PageCount(run), why);
            run = 0;
        }
    }
}

void endMove(Kernel& kernel, const MoveJob& job, std::uint64_t busyCycles) {
    const Process& mainOwner = *job.owners.front().process;
    kernel.board().events.emit({.kind = EventKind::MoveDone,
                                .object = mainOwner.number,
                                .vaddr = mainOwner.move.start,
                                .paddr = startOf(job.destination).value,
                                .value = busyCycles,
                                .a = mainOwner.move.bytesCopied,
                                .b = mainOwner.move.mapStores});
    for (const BlockOwner& owner : job.owners) {
        owner.process->move.active = false;
        owner.process->move.phase = MovePhase::Idle;
        if (job.booked) {
            kernel.renoteOwners(*owner.process);
        }
        kernel.reapIfDead(*owner.process);
    }
}

void skipMove(Kernel& kernel, const MoveJob& job, Rule why) {
    const BlockOwner& owner = job.owners.front();
    kernel.board().events.emit({.kind = EventKind::MoveSkipped,
                                .rule = why,
                                .object = owner.process->number,
                                .vaddr = owner.process->map.entry(owner.entry).start,
                                .paddr = startOf(job.source).value});
}

void copyPage(const Board& board, const MoveJob& job, const CopiedPage& page) {
    board.memory.copy(page.to, page.from, ByteCount(pageBytes));
    board.scheduler.spend(board.cost.copyPage);
    job.owners.front().process->move.bytesCopied += pageBytes;
    std::uint64_t counted = pageBytes;
    for (const BlockOwner& owner : job.owners) {
        board.events.emit({.kind = EventKind::PageCopied,
                           .object = owner.process->number,
                           .vaddr = owner.process->move.start + page.index * pageBytes,
                           .paddr = page.to.value,
                           .value = counted,
                           .a = page.from.value,
                           .b = page.block});
        counted = 0;
    }
}

void copyNextPage(const Board& board, const MoveJob& job) {
    const std::uint64_t n = job.owners.front().process->move.bytesCopied / pageBytes;
    const std::uint64_t index = job.end == MoveEnd::High ? n : job.pages.value - 1 - n;
    copyPage(board, job,
             {.index = index,
              .from = startOf(job.source + PageCount(index)),
              .to = startOf(job.destination + PageCount(index))});
}

bool isEmptyEntry(const MemoryMap& map, std::size_t index) {
    return index + 1 < map.count() && map.entry(index).start == map.entry(index + 1).start;
}

bool ownersAlive(const MoveJob& job) {
    return std::all_of(job.owners.begin(), job.owners.end(), [](const BlockOwner& owner) {
        return owner.process->state == ProcessState::Running;
    });
}

} // namespace fragscope
