#include "fragscope/defrag/stop_the_world.h"

#include "fragscope/defrag/map_patch.h"
#include "fragscope/defrag/move_books.h"

#include <array>

namespace fragscope {

namespace {

enum class Line : std::uint16_t {
    Allocate = 1,
    Stop,
    AwaitStopped,
    Copy,
    Patch,
    Delete,
    Rewrite,
    Flush,
    AwaitFlushed,
    Resume,
    GiveBack,
};

constexpr std::array<std::string_view, 11> lines{
    "allocate the needed space next to O",
    "stop the process: interrupt its CPUs",
    "wait until all its threads have stopped",
    "copy block A, page by page",
    "patch the map: O covers A's addresses",
    "delete the entry of A",
    "write the new table entry of each page",
    "shoot the TLBs down",
    "wait for every acknowledgement",
    "let the process go on",
    "give the old frames back",
};

constexpr std::array<std::string_view, 4> localNames{"page", "pages", "round", "stopped_cycles"};

/// Entry O beside A's entry.
std::size_t neighbourOf(const BlockOwner& owner, MoveEnd end) {
    return end == MoveEnd::High ? owner.entry - 1 : owner.entry + 1;
}

} // namespace

struct StopTheWorld::Locals {
    std::uint64_t page;
    std::uint64_t pages;
    std::uint64_t round;
    std::uint64_t stoppedAt;
};

Steps StopTheWorld::move(const MoveJob& job) {
    Task& self = co_await thisTask();
    auto& l = co_await Follow<Locals>{stopTheWorldListing()};
    const std::uint64_t busyBefore = self.busyCycles;
    l.pages = job.pages.value;
    co_yield Line::Allocate;
    for (Process* locked = lockedOwner(job); locked != nullptr; locked = lockedOwner(job)) {
        co_await until(conditionOf<&Process::unlocked>(*locked));
        co_yield Line::Allocate;
    }
    if (!beginMove(kernel_, job)) {
        skipMove(kernel_, job, Rule::CandidateTaken);
        co_return;
    }
    co_await part(stopOwners(job, l));
    co_await part(copyAll(job, l));
    co_await part(patchMaps(job));
    co_await part(rewriteEntries(job, l));
    co_await part(flush(job, l));
    for (const BlockOwner owner : job.owners) {
        co_yield Line::Resume;
        owner.process->stopped = false;
        owner.process->mapLock = 0;
    }
    co_yield Line::GiveBack;
    giveBackUnmapped(kernel_, job, job.source, job.pages, Rule::OldFramesReturned);
    endMove(kernel_, job, self.busyCycles - busyBefore);
}

Steps StopTheWorld::stopOwners(const MoveJob& job, Locals& l) {
    Task& self = co_await thisTask();
    for (const BlockOwner owner : job.owners) {
        co_yield Line::Stop;
        while (owner.process->mapLock != 0) {
            co_await until(conditionOf<&Process::unlocked>(*owner.process));
            co_yield Line::Stop;
        }
        owner.process->mapLock = self.id;
        owner.process->stopped = true;
        // An interrupt without a range: its acknowledgement says that no access is in flight.
        l.round = kernel_.shootdowns().send(*owner.process, VirtAddr(owner.process->move.start),
                                            PageCount(0), Rule::ProcessStopped);
        co_await until(conditionOf<&Shootdowns::complete>(kernel_.shootdowns(), l.round));
        co_yield Line::AwaitStopped;
        kernel_.shootdowns().finished(l.round, Rule::ProcessStopped);
    }
    l.stoppedAt = kernel_.board().scheduler.now();
}

Steps StopTheWorld::copyAll(const MoveJob& job, Locals& l) {
    for (l.page = 0; l.page < l.pages; ++l.page) {
        co_yield Line::Copy;
        copyNextPage(kernel_.board(), job);
    }
}

Steps StopTheWorld::patchMaps(const MoveJob& job) {
    for (const BlockOwner owner : job.owners) {
        Process& process = *owner.process;
        const std::vector<MapPatch> patches = takeOverPatches(
            process.map, neighbourOf(owner, job.end), job.end, bytesOf(job.pages).value);
        for (const MapPatch patch : patches) {
            co_yield Line::Patch;
            process.map.patch(patch.entry, patch.field, patch.value, Rule::ReopenBlock);
            kernel_.board().scheduler.spend(kernel_.board().cost.kernelStore);
            ++process.move.mapStores;
        }
        co_yield Line::Delete;
        process.map.remove(owner.entry, Rule::ReopenBlock);
    }
}

Steps StopTheWorld::rewriteEntries(const MoveJob& job, Locals& l) {
    if (kernel_.settings().translation == TranslationMode::Ranges) {
        co_return;
    }
    for (const BlockOwner owner : job.owners) {
        PageTables& tables = owner.process->tables;
        for (l.page = 0; l.page < l.pages; ++l.page) {
            co_yield Line::Rewrite;
            const PageNumber page = pageOf(VirtAddr(owner.process->move.start)) + PageCount(l.page);
            (void)tables.splitLarge(page);
            const Leaf leaf{.frame = job.destination + PageCount(l.page), .old = tables.leaf(page)};
            const bool mapped = tables.map(page, leaf, Rule::ReopenBlock);
            kernel_.board().scheduler.spend(mapped ? kernel_.board().cost.kernelStore : 0);
        }
    }
}

Steps StopTheWorld::flush(const MoveJob& job, Locals& l) {
    for (const BlockOwner owner : job.owners) {
        co_yield Line::Flush;
        l.round = kernel_.shootdowns().send(*owner.process, VirtAddr(owner.process->move.start),
                                            job.pages, Rule::ProcessStopped);
        co_await until(conditionOf<&Shootdowns::complete>(kernel_.shootdowns(), l.round));
        co_yield Line::AwaitFlushed;
        kernel_.shootdowns().finished(l.round, Rule::AllAcked);
    }
}

const Listing& stopTheWorldListing() {
    static constexpr Listing listing{ListingId::StopTheWorld, "stop-the-world",
                                     "Mover: stop the world", lines, localNames};
    return listing;
}

} // namespace fragscope
