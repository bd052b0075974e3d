#include "fragscope/defrag/recovery.h"

#include "fragscope/defrag/map_patch.h"
#include "fragscope/defrag/move_books.h"
#include "fragscope/hardware/paging/pte.h"

#include <algorithm>
#include <array>
#include <optional>

namespace fragscope {

namespace {

enum class Line : std::uint16_t {
    Lock = 1,
    RollBack,
    RollForward,
    Copy,
    Entries,
    Shootdown,
    AwaitAcks,
    Delete,
    Frames,
    Handler,
};

constexpr std::array<std::string_view, 10> lines{
    "take the lock of the map over from the dead mover",
    "A.start := E.start: the open block is taken back",
    "or it is whole at its new place: take it forward",
    "it has overwritten itself: copy the rest",
    "write the table entries that the map asks for",
    "make all CPUs drop their translations",
    "wait for every acknowledgement",
    "delete E",
    "give frames back that no map leads to",
    "unlock the map, reset the violation handler",
};

constexpr std::array<std::string_view, 3> localNames{"process", "page", "round"};

struct Locals {
    std::uint64_t process;
    std::uint64_t page;
    std::uint64_t round;
};

std::optional<std::size_t> indexOfE(const MemoryMap& map) {
    const auto entries = map.entries();
    const auto found = std::find_if(entries.begin(), entries.end(), [](const MapEntry& entry) {
        return entry.kind == EntryKind::NoAccess;
    });
    return found == entries.end()
               ? std::nullopt
               : std::optional(static_cast<std::size_t>(found - entries.begin()));
}

/// Gives E's addresses back to A, in any representation.
void rollBack(Process& process, std::size_t e) {
    MemoryMap& map = process.map;
    const bool high = process.move.end == MoveEnd::High;
    const std::size_t a = high ? e + 1 : e - 1;
    const std::uint64_t open = map.entry(e + 1).start - map.entry(e).start;
    const MapEntry block = map.entry(a);
    if (high) {
        if (map.representation() == MapRepresentation::StartBase) {
            map.patch(a, map_field::place, map.paddrOf(block) - open, Rule::JournalRollback);
        }
        map.patch(a, map_field::start, map.entry(e).start, Rule::JournalRollback);
    } else {
        map.patch(e, map_field::start, map.entry(e + 1).start, Rule::JournalRollback);
    }
    if (map.representation() == MapRepresentation::StartLength) {
        map.patch(a, map_field::length, block.length + open, Rule::JournalRollback);
    }
}

/// True if the process's own map leads the byte of the moved block at `offset` to its new frame.
bool hasMoved(const Process& process, std::uint64_t offset) {
    const std::uint64_t address = process.move.start + offset;
    const auto extent = process.map.lookUp(VirtAddr(address));
    return extent && extent->kind == EntryKind::Block &&
           extent->paddr + (address - extent->start) ==
               startOf(process.move.destination).value + offset;
}

/// True if another owner of the same block has that byte at its new place.
bool movedElsewhere(const Kernel& kernel, const Process& process, std::uint64_t offset) {
    const auto& all = kernel.processes();
    return process.move.shared && std::any_of(all.begin(), all.end(), [&](const auto& other) {
               return other.get() != &process && !other->reaped && other->move.shared &&
                      other->move.source == process.move.source &&
                      other->move.destination == process.move.destination &&
                      hasMoved(*other, offset);
           });
}

/// Stores that give the open transfer block to O, as the mover would have done next.
std::vector<MapPatch> forwardPatches(const Process& process, std::size_t e) {
    const MemoryMap& map = process.map;
    const bool high = process.move.end == MoveEnd::High;
    const MoveEntries entries{.o = high ? e - 1 : e + 1, .e = e, .a = high ? e + 1 : e - 1};
    const std::uint64_t open = map.entry(e + 1).start - map.entry(e).start;
    return reopenPatches(map, entries, process.move.end, open);
}

/// The same for a stop-the-world move: O takes the whole block over.
void takeWholeBlock(Process& process) {
    const auto extent = process.map.lookUp(VirtAddr(process.move.start));
    const std::size_t a = extent->index;
    const std::size_t o = process.move.end == MoveEnd::High ? a - 1 : a + 1;
    for (const MapPatch patch :
         takeOverPatches(process.map, o, process.move.end, process.move.length)) {
        process.map.patch(patch.entry, patch.field, patch.value, Rule::JournalRollback);
    }
    process.map.remove(a, Rule::JournalRollback);
}

/// One page of the moved block: its table entry must be what the map says. True if it was changed.
bool repairPage(Kernel& kernel, Process& process, VirtAddr address) {
    const auto extent = process.map.lookUp(address);
    if (!extent || extent->kind != EntryKind::Block ||
        kernel.settings().translation == TranslationMode::Ranges) {
        return false;
    }
    const FrameNumber frame = frameOf(PhysAddr(extent->paddr + (address.value - extent->start)));
    const Pte leaf{process.tables.leaf(pageOf(address))};
    if (leaf.large() || (leaf.present() && leaf.frame() == frame)) {
        return false;
    }
    return process.tables.map(pageOf(address), {.frame = frame, .old = leaf.bits},
                              Rule::JournalRollback);
}

/// True if a copy without entry E has begun to overwrite its own source.
bool overwroteItself(const MoveJob& job) {
    const MoveState& move = job.owners.front().process->move;
    const std::uint64_t gap = job.source > job.destination ? (job.source - job.destination).value
                                                           : (job.destination - job.source).value;
    return move.bytesCopied != 0 && gap < job.pages.value;
}

/// Decides a move without entry E: nothing was reachable at the new place yet, or all is.
Steps settleWhole(Kernel& kernel, const MoveJob& job) {
    Process& process = *job.owners.front().process;
    if (hasMoved(process, 0)) {
        co_return;
    }
    if (!movedElsewhere(kernel, process, 0)) {
        if (!overwroteItself(job)) {
            co_return;
        }
        while (process.move.bytesCopied < process.move.length) {
            co_yield Line::Copy;
            copyNextPage(kernel.board(), job);
        }
    }
    co_yield Line::RollForward;
    takeWholeBlock(process);
}

/// Decides the transfer block that was open, the same way for all owners.
Steps settleBlock(Kernel& kernel, Process& process, std::size_t e) {
    const std::uint64_t offset = process.map.entry(e).start - process.move.start;
    if (movedElsewhere(kernel, process, offset)) {
        const std::vector<MapPatch> patches = forwardPatches(process, e);
        for (const MapPatch patch : patches) {
            co_yield Line::RollForward;
            process.map.patch(patch.entry, patch.field, patch.value, Rule::ReopenBlock);
        }
        co_return;
    }
    co_yield Line::RollBack;
    rollBack(process, e);
    kernel.board().events.emit({.kind = EventKind::MoveRolledBack,
                                .rule = Rule::JournalRollback,
                                .object = process.number,
                                .vaddr = process.map.entry(e).start});
}

/// A mover without entry E may have died before it flushed the old translations.
Steps dropTranslations(Kernel& kernel, const Process& process, PageCount pages, Locals& l) {
    if (process.move.usesE) {
        co_return;
    }
    co_yield Line::Shootdown;
    l.round = kernel.shootdowns().send(process, VirtAddr(process.move.start), pages,
                                       Rule::JournalRollback);
    co_await until(conditionOf<&Shootdowns::complete>(kernel.shootdowns(), l.round));
    co_yield Line::AwaitAcks;
    kernel.shootdowns().finished(l.round, Rule::AllAcked);
}

void resumeProcess(Kernel& kernel, Process& process) {
    process.mapLock = 0;
    process.stopped = false;
    process.move.active = false;
    kernel.renoteOwners(process);
    process.move.usesE = false;
    process.move.phase = MovePhase::Idle;
    kernel.setCustomHandler(process, false);
    kernel.reapIfDead(process);
}

/// The process, then all others that map the same block: its frames are booked for one of them.
std::vector<BlockOwner> ownersOf(const Kernel& kernel, Process& process) {
    std::vector<BlockOwner> owners{{&process, 0}};
    for (const auto& other : kernel.processes()) {
        if (process.move.shared && other.get() != &process && other->move.shared &&
            other->move.source == process.move.source &&
            other->move.destination == process.move.destination) {
            owners.push_back({other.get(), 0});
        }
    }
    return owners;
}

Steps recoverProcess(Kernel& kernel, Process& process, Locals& l) {
    const MoveJob job{.owners = ownersOf(kernel, process),
                      .end = process.move.end,
                      .source = process.move.source,
                      .destination = process.move.destination,
                      .pages = pagesFor(ByteCount(process.move.length)),
                      .transfer = {}};
    if (const auto e = indexOfE(process.map)) {
        co_await part(settleBlock(kernel, process, *e));
    } else {
        co_await part(settleWhole(kernel, job));
    }
    for (l.page = 0; l.page < job.pages.value; ++l.page) {
        co_yield Line::Entries;
        repairPage(kernel, process, VirtAddr(process.move.start) + bytesOf(PageCount(l.page)));
    }
    co_await part(dropTranslations(kernel, process, job.pages, l));
    if (const auto e = indexOfE(process.map)) {
        co_yield Line::Delete;
        process.map.remove(*e, Rule::JournalRollback);
    }
    co_yield Line::Frames;
    giveBackUnmapped(kernel, job, job.source, job.pages, Rule::JournalRollback);
    giveBackUnmapped(kernel, job, job.destination, job.pages, Rule::JournalRollback);
    co_yield Line::Handler;
    resumeProcess(kernel, process);
}

} // namespace

Steps recoverMoves(Kernel& kernel, std::uint32_t mover) {
    Task& self = co_await thisTask();
    auto& l = co_await Follow<Locals>{recoveryListing()};
    for (std::size_t i = 0; i < kernel.processes().size(); ++i) {
        Process& process = *kernel.processes()[i];
        if (!process.move.active) {
            continue;
        }
        l.process = process.number;
        co_yield Line::Lock;
        while (!process.unlockedBut(mover)) {
            co_await until(conditionOf<&Process::unlockedBut>(process, mover));
            co_yield Line::Lock;
        }
        process.mapLock = self.id;
        process.move.phase = MovePhase::Covered; // nothing is being copied any more
        co_await part(recoverProcess(kernel, process, l));
    }
}

const Listing& recoveryListing() {
    static constexpr Listing listing{ListingId::Recovery, "recovery",
                                     "Recovery after the mover died", lines, localNames};
    return listing;
}

} // namespace fragscope
