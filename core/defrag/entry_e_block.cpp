// Entry E: the pieces that handle one transfer block, and the end of the move.
#include "fragscope/defrag/entry_e.h"
#include "fragscope/defrag/entry_e_lines.h"
#include "fragscope/defrag/entry_e_locals.h"
#include "fragscope/defrag/map_patch.h"
#include "fragscope/defrag/move_books.h"
#include "fragscope/hardware/paging/pte.h"

namespace fragscope {

using Line = EntryELine;

namespace {

Rule shootdownRule(ShootdownMode mode) {
    switch (mode) {
    case ShootdownMode::Unacknowledged:
        return Rule::ShootNotAwaited;
    case ShootdownMode::AfterCopy:
        return Rule::ShootAfterCopy;
    default:
        return Rule::ShootBeforeCopy;
    }
}

} // namespace

Steps EntryE::cover(const MoveJob& job, const Locals& l) {
    for (const BlockOwner owner : covered(job)) {
        Process& process = *owner.process;
        const std::vector<MapPatch> patches =
            coverPatches(process.map, entriesOf(owner, job.end), job.end, l.length);
        for (const MapPatch patch : patches) {
            co_yield Line::Cover;
            process.map.patch(patch.entry, patch.field, patch.value, Rule::CoverBlock);
            kernel_.board().scheduler.spend(kernel_.board().cost.kernelStore);
            ++process.move.mapStores;
            process.move.phase = MovePhase::Covered;
        }
    }
}

Steps EntryE::takeEntries(const MoveJob& job, Locals& l) {
    if (kernel_.settings().translation == TranslationMode::Ranges) {
        co_return;
    }
    const std::uint64_t pages = l.length / pageBytes;
    for (const BlockOwner owner : covered(job)) {
        PageTables& tables = owner.process->tables;
        for (l.page = 0; l.page < pages; ++l.page) {
            const PageNumber page = pageOf(blockIn(owner)) + PageCount(l.page);
            co_yield Line::TakeEntries;
            kernel_.board().scheduler.spend(kernel_.board().cost.kernelStore);
            if (tables.splitLarge(page)) {
                co_yield Line::TakeEntries;
            }
            if (settings_.pteClear == PteClear::Exchange) {
                held_.push_back(tables.exchange(page, Rule::ExchangeClearsPte));
                continue;
            }
            held_.push_back(tables.leaf(page));
            co_yield Line::TakeEntries; // bits that a processor sets here are lost
            (void)tables.exchange(page, Rule::CoverBlock);
        }
    }
}

Steps EntryE::shootDown(const MoveJob& job, Locals& l) {
    if (settings_.shootdown == ShootdownMode::None) {
        co_return;
    }
    Shootdowns& shootdowns = kernel_.shootdowns();
    for (const BlockOwner owner : covered(job)) {
        co_yield Line::Shootdown;
        l.round = shootdowns.send(*owner.process, blockIn(owner), pagesFor(ByteCount(l.length)),
                                  shootdownRule(settings_.shootdown));
        if (settings_.shootdown == ShootdownMode::Unacknowledged) {
            continue;
        }
        co_await until(conditionOf<&Shootdowns::complete>(shootdowns, l.round));
        co_yield Line::AwaitAcks;
        shootdowns.finished(l.round, Rule::AllAcked);
    }
}

Steps EntryE::copy(const MoveJob& job, Locals& l) {
    const std::uint64_t pages = l.length / pageBytes;
    for (l.page = 0; l.page < pages; ++l.page) {
        // Next to O first: right with overlap in both directions (DEFRAG 1.4).
        const std::uint64_t index = job.end == MoveEnd::High ? l.page : pages - 1 - l.page;
        co_yield Line::Copy;
        copyPage(kernel_.board(), job,
                 {.index = l.source - job.source.value + index,
                  .from = startOf(FrameNumber(l.source + index)),
                  .to = startOf(FrameNumber(l.destination + index)),
                  .block = l.block});
    }
}

Steps EntryE::reopen(const MoveJob& job, const Locals& l) {
    for (const BlockOwner owner : covered(job)) {
        Process& process = *owner.process;
        const std::vector<MapPatch> patches =
            reopenPatches(process.map, entriesOf(owner, job.end), job.end, l.length);
        for (const MapPatch patch : patches) {
            co_yield Line::Reopen;
            process.map.patch(patch.entry, patch.field, patch.value, Rule::ReopenBlock);
            kernel_.board().scheduler.spend(kernel_.board().cost.kernelStore);
            ++process.move.mapStores;
        }
    }
}

Steps EntryE::writeEntries(const MoveJob& job, Locals& l) {
    if (kernel_.settings().translation == TranslationMode::Ranges) {
        co_return;
    }
    const std::uint64_t pages = l.length / pageBytes;
    std::size_t next = 0;
    for (const BlockOwner owner : covered(job)) {
        for (l.page = 0; l.page < pages; ++l.page) {
            co_yield Line::WriteEntries;
            const PageNumber page = pageOf(blockIn(owner)) + PageCount(l.page);
            const Pte old{held_[next++]};
            // A handler may have installed it meanwhile; its A and D bits must not be lost.
            const std::uint64_t now = owner.process->tables.leaf(page);
            const Leaf leaf{.frame = FrameNumber(l.destination + l.page),
                            .writable = !old.present() || old.writable(),
                            .old = old.bits | now};
            const bool mapped = owner.process->tables.map(page, leaf, Rule::AbsentToPresent);
            kernel_.board().scheduler.spend(mapped ? kernel_.board().cost.kernelStore : 0);
        }
    }
}

Steps EntryE::finish(const MoveJob& job) {
    for (const BlockOwner owner : covered(job)) {
        const MoveEntries entries = entriesOf(owner, job.end);
        for (const std::size_t index :
             {std::max(entries.e, entries.a), std::min(entries.e, entries.a)}) {
            co_yield Line::Delete;
            if (isEmptyEntry(owner.process->map, index)) {
                owner.process->map.remove(index, Rule::ReopenBlock);
            }
        }
        owner.process->move.usesE = false;
    }
    co_yield Line::GiveBack;
    giveBackUnmapped(kernel_, job, job.source, job.pages, Rule::OldFramesReturned);
    giveBackUnmapped(kernel_, job, job.destination, job.pages, Rule::ShrunkInMove);
    for (const BlockOwner owner : covered(job)) {
        co_yield Line::ResetHandler;
        kernel_.setCustomHandler(*owner.process, false);
    }
}

} // namespace fragscope
