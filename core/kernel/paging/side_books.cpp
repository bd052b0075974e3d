// The part of demand paging that keeps what the entries have no room for: the side table.
#include "fragscope/kernel/paging/demand_paging.h"

namespace fragscope {

namespace {

/// One to the element of the page table, which says where its side table is, and one to the word.
constexpr std::uint64_t referencesEach = 2;

} // namespace

void DemandPaging::countSide(bool write) {
    const Board& board = kernel_.board();
    if (board.scheduler.running() == nullptr) {
        return; // part of the machine's initial state
    }
    ++(write ? sideStores_ : sideLooks_);
    sideReferences_ += referencesEach;
    board.scheduler.spend(referencesEach * board.cost.kernelStore);
}

void DemandPaging::writeSide(Process& process, PageNumber page, const SideWord& word) {
    if (process.tables.side(page) != word) {
        countSide(true);
        process.tables.writeSide(page, word);
    }
}

void DemandPaging::reportSideTable(const Process& process) {
    if (sideLooks_ + sideStores_ == 0) {
        return;
    }
    kernel_.board().events.emit({.kind = EventKind::SideTableUsed,
                                 .rule = Rule::EntryHasNoRoom,
                                 .object = process.number,
                                 .value = std::exchange(sideLooks_, 0),
                                 .a = std::exchange(sideStores_, 0),
                                 .b = process.tables.sideTableBytes()});
}

Backing DemandPaging::backingOf(const Process& process, PageNumber page) {
    if (!process.tables.hasSideTables()) {
        return {};
    }
    countSide(false);
    return process.tables.side(page).backing;
}

void DemandPaging::dropBacking(Process& process, PageNumber page) {
    const Backing backing = entryOf(process, page).present ? backingOf(process, page) : Backing{};
    if (backing.kind == BackingKind::None) {
        return;
    }
    writeSide(process, page, {.state = process.tables.side(page).state, .backing = {}});
    if (backing.kind == BackingKind::Slot) {
        swap_.drop(backing.number);
    }
}

void DemandPaging::inheritBacking(const Process& parent, Process& child, PageNumber page) {
    const Backing backing = backingOf(parent, page);
    if (backing.kind == BackingKind::None) {
        return;
    }
    writeSide(child, page, {.state = child.tables.side(page).state, .backing = backing});
    if (backing.kind == BackingKind::Slot) {
        swap_.addReference(backing.number);
    }
}

} // namespace fragscope
