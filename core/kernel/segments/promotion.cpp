#include "fragscope/kernel/segments/promotion.h"

#include "fragscope/base/check.h"
#include "fragscope/kernel/segments/call_steps.h"
#include "fragscope/kernel/segments/paged_calls.h"
#include "fragscope/kernel/segments/segment_mapping.h"

#include <algorithm>
#include <array>

namespace fragscope {

namespace {

enum class Line : std::uint16_t {
    Lock = 1,
    Look,
    Refused,
    Take,
    Unmap,
    Ask,
    Acked,
    Copy,
    Map,
    Free
};

constexpr std::array<std::string_view, 10> lines{
    "take the lock of the address spaces",
    "512 small pages in one table, and 512 free frames next to each other, aligned?",
    "no: the pages stay as they are",
    "take the run of frames",
    "take the next table entry out, then the empty table",
    "make all CPUs drop their translations",
    "every CPU has acknowledged: nobody can write the pages",
    "copy the next page",
    "write one large entry",
    "the scattered frames are free",
};

constexpr std::array<std::string_view, 6> localNames{"page", "run",   "done",
                                                     "runs", "round", "table"};

struct Locals {
    std::uint64_t page;
    std::uint64_t run; ///< first frame of it
    std::uint64_t done;
    std::uint64_t runs; ///< that the frames lie in before
    std::uint64_t round;
    std::uint64_t table;
};

/// The frames of 512 small pages; empty if they are not all there, or a large page maps them.
std::vector<FrameNumber> scatteredFrames(const Process& process, PageNumber page) {
    std::vector<FrameNumber> frames;
    for (std::uint64_t i = 0; i < wordsPerPage; ++i) {
        const Pte entry{process.tables.leaf(page + PageCount(i))};
        if (!entry.present() || entry.large()) {
            return {};
        }
        frames.push_back(entry.frame());
    }
    return frames;
}

std::uint64_t runsOf(const std::vector<FrameNumber>& frames) {
    std::uint64_t runs = 1;
    for (std::size_t i = 1; i < frames.size(); ++i) {
        runs += frames[i] == frames[i - 1] + PageCount(1) ? 0U : 1U;
    }
    return runs;
}

/// The lowest free run of 512 frames at a multiple of 512; 0 if there is none.
FrameNumber alignedRun(Kernel& kernel) {
    const FrameTable& frames = kernel.frames();
    const std::uint64_t end = frames.plan().root.frameCount;
    const std::uint64_t first = frames.zoneEnd().value + wordsPerPage - 1;
    for (std::uint64_t at = first / wordsPerPage * wordsPerPage; at + wordsPerPage <= end;
         at += wordsPerPage) {
        if (frames.isFree(FrameNumber(at), PageCount(wordsPerPage))) {
            return FrameNumber(at);
        }
    }
    return FrameNumber(0);
}

void refuse(Kernel& kernel, const Process& process, VirtAddr at, Rule why) {
    const auto space = kernel.frames().freeSpace();
    kernel.board().events.emit({.kind = EventKind::SegmentRefused,
                                .rule = why,
                                .object = process.number,
                                .vaddr = at.value,
                                .value = wordsPerPage,
                                .a = space.frames.value,
                                .b = space.largestRun.value});
}

/// From the first entry to the acknowledgements: afterwards no CPU can reach the pages.
Steps unmap(Kernel& kernel, Process& process, Locals& l) {
    for (l.done = 0; l.done < wordsPerPage; ++l.done) {
        co_yield Line::Unmap;
        (void)unmapPiece(kernel, process, PageNumber(l.page + l.done), Rule::HugePromotion);
    }
    const auto table = process.tables.takeEmptyTable(PageNumber(l.page), Rule::HugePromotion);
    FRAGSCOPE_CHECK(table.has_value(), "512 pages have a table");
    l.table = table->value;
    co_yield Line::Ask;
    l.round = kernel.shootdowns().send(process, startOf(PageNumber(l.page)),
                                       PageCount(wordsPerPage), Rule::HugePromotion);
    co_await until(conditionOf<&Shootdowns::complete>(kernel.shootdowns(), l.round));
    co_yield Line::Acked;
    kernel.shootdowns().finished(l.round, Rule::AllAcked);
    process.tables.giveTable(*table);
}

void copyPage(Kernel& kernel, const Process& process, FrameNumber to, FrameNumber from) {
    const Board& board = kernel.board();
    board.memory.copy(startOf(to), startOf(from), ByteCount(pageBytes));
    board.scheduler.spend(board.cost.copyPage);
    board.events.emit({.kind = EventKind::PageCopied,
                       .object = process.number,
                       .paddr = startOf(to).value,
                       .value = pageBytes,
                       .a = startOf(from).value});
}

/// The pages become one large page at the run l.run.
Steps collapse(Kernel& kernel, Process& process, Locals& l) {
    const PageNumber page(l.page);
    const std::vector<FrameNumber> frames = scatteredFrames(process, page);
    l.runs = runsOf(frames);
    co_yield Line::Take;
    kernel.frames().take(FrameNumber(l.run), PageCount(wordsPerPage), FrameUse::Data,
                         process.number, Rule::HugePromotion, page);
    co_await part(unmap(kernel, process, l));
    for (l.done = 0; l.done < wordsPerPage; ++l.done) {
        co_yield Line::Copy;
        copyPage(kernel, process, FrameNumber(l.run + l.done), frames[l.done]);
    }
    co_yield Line::Map;
    const MappedPiece piece{.page = page, .frame = FrameNumber(l.run), .large = true};
    FRAGSCOPE_CHECK(mapPiece(kernel, process, piece, Rule::HugePromotion),
                    "a large entry lies where the table was");
    co_yield Line::Free;
    for (std::uint64_t i = 0; i < wordsPerPage; ++i) {
        const FrameOwner owner{process.number, page + PageCount(i)};
        kernel.dropMapping(frames[i], owner, Rule::HugePromotion);
    }
}

} // namespace

Steps promotePages(Kernel& kernel, Process& process, PromotionCall& call) {
    Task& self = co_await thisTask();
    auto& l = co_await Follow<Locals>{promotePagesListing()};
    l.page = pageOf(call.at).value;
    co_await part(lockHeap(kernel, process, self, Line::Lock));
    process.mapLock = self.id;
    co_yield Line::Look;
    const bool aligned = l.page % wordsPerPage == 0;
    const bool whole = aligned && !scatteredFrames(process, PageNumber(l.page)).empty();
    l.run = whole ? alignedRun(kernel).value : 0;
    if (l.run == 0) {
        co_yield Line::Refused;
        refuse(kernel, process, call.at, whole ? Rule::NoAlignedRun : Rule::NotWholeLarge);
    } else {
        co_await part(collapse(kernel, process, l));
        call.done = true;
        kernel.board().events.emit({.kind = EventKind::PagesPromoted,
                                    .rule = Rule::HugePromotion,
                                    .object = process.number,
                                    .vaddr = call.at.value,
                                    .paddr = startOf(FrameNumber(l.run)).value,
                                    .value = bytesOf(PageCount(wordsPerPage)).value,
                                    .a = l.runs});
    }
    unlockHeap(kernel, process);
}

const Listing& promotePagesListing() {
    static constexpr Listing listing{ListingId::PromotePages, "promote-pages",
                                     "512 small pages become a large one", lines, localNames};
    return listing;
}

} // namespace fragscope
