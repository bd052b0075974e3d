#include "fragscope/workload/heap/process_heap.h"

#include "fragscope/alloc/replay/replayed_heap.h"
#include "fragscope/base/check.h"
#include "fragscope/kernel/paging/area_calls.h"
#include "fragscope/kernel/paging/demand_paging.h"
#include "fragscope/kernel/paging/range_calls.h"
#include "fragscope/workload/heap/allocator_choice.h"

#include <algorithm>

namespace fragscope {

namespace {

/// Whole pages of the merged area that the freed block had a part of: the others were whole before.
PageRun newlyWhole(const FreeArea& merged, VirtAddr address, ByteCount size) {
    const PageRun all = wholePages(merged);
    const std::uint64_t last = address.value + std::max<std::uint64_t>(size.value, 1) - 1;
    const std::uint64_t first = std::max(all.first.value, pageOf(address).value);
    const std::uint64_t end =
        std::min((all.first + all.pages).value, pageOf(VirtAddr(last)).value + 1);
    return {PageNumber(first), PageCount(end > first ? end - first : 0)};
}

} // namespace

ProcessHeap::ProcessHeap(Kernel& kernel, Process& process, const HeapSettings& settings)
    : kernel_(kernel), process_(process), settings_(settings), arena_(kernel, process),
      bytes_(kernel, process), heap_(makeHeap(settings.kind, arena_, *this)) {
    if (settings.kind == HeapKind::Allocator) {
        const auto chosen = allocatorSettingsOf(settings, arena_.start());
        FRAGSCOPE_CHECK(bool(chosen), "settings of an allocator that were not validated");
        heap_ = std::make_unique<ReplayedHeap>(*chosen, arena_, *this, bytes_);
    }
}

// ---- malloc and free
// ---------------------------------------------------------------------------------------

Steps ProcessHeap::allocate(ByteCount size, VirtAddr& address, std::uint8_t migrateType) {
    const std::uint64_t begun = now();
    address = VirtAddr(0);
    if (settings_.layers == HeapLayers::Two) {
        RangeRequest request{.pages = pagesFor(size)};
        co_await reserveRange(kernel_, process_, request);
        announceCall(Rule::AreaForBlock, request.pages, begun);
        address = request.granted ? request.at : VirtAddr(0);
    } else {
        HeapRequest request{.size = size, .migrateType = migrateType};
        if (settings_.pageAligned && size.value >= pageBytes) {
            request.alignment = ByteCount(pageBytes);
        }
        co_await heap_->allocate(request);
        address = request.address;
    }
    const bool given = address.value != 0;
    kernel_.board().events.emit({.kind = given ? EventKind::HeapAllocated : EventKind::HeapRefused,
                                 .object = process_.number,
                                 .vaddr = given ? heap_->payloadOf(address).value : 0,
                                 .value = size.value,
                                 .a = given ? now() - begun : 0});
}

Steps ProcessHeap::release(VirtAddr address, ByteCount size) {
    const std::uint64_t begun = now();
    const std::uint64_t pagesBefore = pagesBack_;
    HeapReturn block{address};
    block.wantsMerged = settings_.onFree != OnFree::Keep;
    const VirtAddr payload = heap_->payloadOf(address);
    const bool pooled = settings_.layers == HeapLayers::Three;
    // Told before: an allocator may move others into the block's place.
    const bool first = settings_.kind == HeapKind::Allocator;
    if (first) {
        announceFree(payload, size, {});
    }
    if (pooled) {
        co_await heap_->release(block);
    }
    ++frees_;
    if (!first) {
        announceFree(payload, size, block.merged.length);
    }
    if (pooled) {
        co_await part(giveBack(payload, size, block));
    } else {
        co_await part(releaseArea(address, size));
    }
    kernel_.board().events.emit({.kind = EventKind::HeapFreeDone,
                                 .object = process_.number,
                                 .vaddr = payload.value,
                                 .value = now() - begun,
                                 .a = pagesBack_ - pagesBefore});
}

void ProcessHeap::announceFree(VirtAddr payload, ByteCount size, ByteCount merged) {
    kernel_.board().events.emit({.kind = EventKind::HeapFreed,
                                 .object = process_.number,
                                 .vaddr = payload.value,
                                 .value = size.value,
                                 .a = merged.value});
}

/// Two layers: the area goes back to the virtual memory manager, with its frames or without.
Steps ProcessHeap::releaseArea(VirtAddr address, ByteCount size) {
    const std::uint64_t begun = now();
    const PageCount pages = pagesFor(size);
    if (settings_.onFree == OnFree::Leak) {
        co_await markPages(kernel_, process_, pageOf(address), pages, MarkMode::Leak);
    } else {
        co_await giveBackPages(kernel_, process_, pageOf(address), pages, GiveBackMode::Unmap);
    }
    announceCall(Rule::AreaReturned, pages, begun);
}

Steps ProcessHeap::giveBack(VirtAddr address, ByteCount size, const HeapReturn& block) {
    const PageRun run = newlyWhole(block.merged, address, size);
    switch (settings_.onFree) {
    case OnFree::Keep:
        break;
    case OnFree::Convert:
        if (run.pages.value != 0) {
            co_await part(convert(run, Rule::PagesConverted));
        }
        break;
    case OnFree::Mark:
        if (run.pages.value != 0) {
            co_await part(mark(run));
        }
        break;
    case OnFree::Unmap:
    case OnFree::Leak:
        if (block.atEnd && block.merged.length > settings_.unmapAbove) {
            co_await heap_->trim(settings_.unmapAbove);
        }
        break;
    }
}

// ---- system calls
// ------------------------------------------------------------------------------------------

Steps ProcessHeap::growPool(PageCount pages, bool& granted) {
    const std::uint64_t begun = now();
    RangeRequest request{.pages = std::max(pages, pagesFor(settings_.poolStep)),
                         .at = arena_.end()};
    co_await reserveRange(kernel_, process_, request);
    granted = request.granted;
    if (granted) {
        arena_.setEnd(arena_.end() + bytesOf(request.pages));
    }
    announceCall(Rule::PoolGrows, request.pages, begun);
}

Steps ProcessHeap::reserveBooks(VirtAddr at, PageCount pages, bool& granted) {
    const std::uint64_t begun = now();
    RangeRequest request{.pages = pages, .at = at};
    co_await reserveRange(kernel_, process_, request);
    granted = request.granted;
    announceCall(Rule::BooksReserved, request.pages, begun);
}

void ProcessHeap::blockMoved(VirtAddr from, VirtAddr to, ByteCount length) {
    kernel_.board().events.emit({.kind = EventKind::HeapBlockMoved,
                                 .object = process_.number,
                                 .vaddr = to.value,
                                 .value = length.value,
                                 .a = from.value});
}

void ProcessHeap::decided(Rule why, VirtAddr block, std::span<const std::uint64_t, 3> operands) {
    kernel_.board().events.emit({.kind = EventKind::HeapDecision,
                                 .rule = why,
                                 .object = process_.number,
                                 .vaddr = block.value,
                                 .value = operands[0],
                                 .a = operands[1],
                                 .b = operands[2]});
}

Steps ProcessHeap::follow(HeapReference& reference) {
    if (heap_->hasHandles()) {
        co_await heap_->dereference(reference);
    } else {
        reference.address = reference.handle + ByteCount(reference.offset);
    }
}

Steps ProcessHeap::shrinkPool(PageCount pages) {
    const std::uint64_t begun = now();
    arena_.setEnd(VirtAddr(arena_.end().value - bytesOf(pages).value));
    const PageNumber first = pageOf(arena_.end());
    if (settings_.onFree == OnFree::Leak) {
        co_await markPages(kernel_, process_, first, pages, MarkMode::Leak);
    } else {
        co_await giveBackPages(kernel_, process_, first, pages, GiveBackMode::Unmap);
    }
    announceCall(Rule::PoolShrinks, pages, begun);
}

Steps ProcessHeap::convert(PageRun run, Rule why) {
    const std::uint64_t begun = now();
    co_await giveBackPages(kernel_, process_, run.first, run.pages, GiveBackMode::Convert);
    announceCall(why, run.pages, begun);
}

Steps ProcessHeap::mark(PageRun run) {
    const std::uint64_t begun = now();
    co_await markPages(kernel_, process_, run.first, run.pages, MarkMode::MayGo);
    announceCall(Rule::MarkedMayGo, run.pages, begun);
}

void ProcessHeap::announceCall(Rule why, PageCount pages, std::uint64_t begun) {
    const bool reserves =
        why == Rule::PoolGrows || why == Rule::AreaForBlock || why == Rule::BooksReserved;
    pagesBack_ += reserves ? 0 : pages.value;
    kernel_.board().events.emit({.kind = EventKind::PoolCall,
                                 .rule = why,
                                 .object = process_.number,
                                 .value = pages.value,
                                 .a = now() - begun,
                                 .b = (arena_.end() - arena_.start()).value >> pageShift});
}

// ---- the heap's words
// --------------------------------------------------------------------------------------

HeapPicture ProcessHeap::picture() const {
    return heap_->picture(StillProcessBytes(kernel_, process_));
}

void ProcessHeap::broken(const HeapDamaged& damage) {
    kernel_.board().events.emit({.kind = EventKind::HeapBroken,
                                 .rule = Rule::HeapWordsWrong,
                                 .object = process_.number,
                                 .vaddr = damage.at.value,
                                 .value = damage.found});
    kernel_.kill(process_, Rule::HeapWordsWrong, nullptr);
}

void ProcessHeap::unlock() {
    const Board& board = kernel_.board();
    board.mmu.drainStores(board.cpus[board.scheduler.running()->cpu]);
    checkWhole();
    lockedBy_ = 0;
}

void ProcessHeap::checkWhole() {
    // While a page is on its way to its slot, its words have no one place.
    const bool onTheWay = !kernel_.paging().unlocked(0);
    if (!kernel_.wantsStepEnds() || ended() || onTheWay) {
        return;
    }
    const HeapPicture seen = picture();
    if (!seen.whole()) {
        kernel_.board().events.emit({.kind = EventKind::InvariantBroken,
                                     .rule = Rule::HeapWhole,
                                     .object = process_.number,
                                     .vaddr = seen.faultAt.value,
                                     .value = 16});
    }
}

} // namespace fragscope
