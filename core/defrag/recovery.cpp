#include "fragscope/defrag/recovery.h"

#include "fragscope/defrag/move_books.h"
#include "fragscope/hardware/paging/pte.h"

#include <algorithm>
#include <array>
#include <optional>

namespace fragscope {

namespace {

enum class Line : std::uint16_t { RollBack = 1, Entries, Delete, Frames, Handler };

constexpr std::array<std::string_view, 5> lines{
    "A.start := E.start: the open block is taken back",
    "write the table entries that the map asks for",
    "delete E",
    "give frames back that no map leads to",
    "unlock the map, reset the violation handler",
};

constexpr std::array<std::string_view, 2> localNames{"process", "page"};

struct Locals {
    std::uint64_t process;
    std::uint64_t page;
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

Steps recoverProcess(Kernel& kernel, Process& process, Locals& l) {
    const MoveJob job{.owners = {{&process, 0}},
                      .end = process.move.end,
                      .source = process.move.source,
                      .destination = process.move.destination,
                      .pages = pagesFor(ByteCount(process.move.length)),
                      .transfer = {}};
    if (const auto e = indexOfE(process.map)) {
        co_yield Line::RollBack;
        rollBack(process, *e);
        kernel.board().events.emit({.kind = EventKind::MoveRolledBack,
                                    .rule = Rule::JournalRollback,
                                    .object = process.number,
                                    .vaddr = process.map.entry(*e).start});
    }
    for (l.page = 0; l.page < job.pages.value; ++l.page) {
        co_yield Line::Entries;
        repairPage(kernel, process, VirtAddr(process.move.start) + bytesOf(PageCount(l.page)));
    }
    if (const auto e = indexOfE(process.map)) {
        co_yield Line::Delete;
        process.map.remove(*e, Rule::JournalRollback);
    }
    co_yield Line::Frames;
    giveBackUnmapped(kernel, job, job.source, job.pages, Rule::JournalRollback);
    giveBackUnmapped(kernel, job, job.destination, job.pages, Rule::JournalRollback);
    co_yield Line::Handler;
    process.mapLock = 0;
    process.stopped = false;
    process.move.active = false;
    process.move.usesE = false;
    process.move.phase = MovePhase::Idle;
    kernel.setCustomHandler(process, false);
    kernel.reapIfDead(process);
}

} // namespace

Steps recoverMoves(Kernel& kernel) {
    auto& l = co_await Follow<Locals>{recoveryListing()};
    for (std::size_t i = 0; i < kernel.processes().size(); ++i) {
        Process& process = *kernel.processes()[i];
        if (process.move.active) {
            l.process = process.number;
            co_await part(recoverProcess(kernel, process, l));
        }
    }
}

const Listing& recoveryListing() {
    static constexpr Listing listing{ListingId::Recovery, "recovery",
                                     "Recovery after the mover died", lines, localNames};
    return listing;
}

} // namespace fragscope
