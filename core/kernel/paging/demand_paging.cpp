#include "fragscope/kernel/paging/demand_paging.h"

#include "fragscope/base/check.h"
#include "fragscope/hardware/paging/pte.h"
#include "fragscope/kernel/paging/page_marks.h"

#include <algorithm>

namespace fragscope {

namespace {

PageUse useOf(const PageEntry& entry, bool zero) {
    const PageState state = entry.state;
    const bool file = state == PageState::FileBacked || state == PageState::Shared;
    const bool reserved = state != PageState::NotUsed && state != PageState::Guard;
    return {.reserved = reserved ? 1U : 0U,
            .committed = reserved && !file ? 1U : 0U,
            .resident = entry.present && !zero ? 1U : 0U};
}

std::uint64_t flagsOf(const PageEntry& entry) {
    if (!entry.present) {
        return 0;
    }
    const bool writable = entry.state == PageState::Allocated || entry.state == PageState::Shared;
    return pte::user | pte::noExecute | (writable ? pte::writable : 0);
}

struct AreaForm {
    std::uint8_t label; ///< of its entry in the memory map
    PageState state;    ///< of its pages at first
};

constexpr AreaForm formOf(AreaKind kind) {
    switch (kind) {
    case AreaKind::File:
        return {'F', PageState::FileBacked};
    case AreaKind::Stack:
        return {'S', PageState::OnDemand};
    case AreaKind::Guard:
        return {'G', PageState::Guard};
    case AreaKind::OnDemand:
        break;
    }
    return {'D', PageState::OnDemand};
}

} // namespace

DemandPaging::DemandPaging(Kernel& kernel, const PagingSettings& settings)
    : kernel_(kernel), settings_(settings), supply_(kernel.frames()),
      swap_(kernel.board(), kernel.memory(), kernel.plan()),
      lowMemory_(kernel, settings.lowWatermark) {}

void DemandPaging::boot() {
    if (settings_.swapSlots != 0) {
        swap_.boot();
    }
}

// ---- promises
// ------------------------------------------------------------------------------------------

std::uint64_t DemandPaging::dataFrames() {
    if (!dataFrames_) {
        FrameTable& frames = kernel_.frames();
        std::uint64_t free = 0;
        const std::uint64_t end = kernel_.board().memory.frameCount().value;
        for (FrameNumber frame = frames.zoneEnd(); frame.value < end; ++frame) {
            free += frames.isFree(frame, PageCount(1)) ? 1U : 0U;
        }
        dataFrames_ = free;
    }
    return *dataFrames_;
}

std::uint64_t DemandPaging::promiseLimit() {
    const std::uint64_t backed = settings_.outOfMemory == OutOfMemoryMode::FailRequest
                                     ? dataFrames() + swap_.slotCount()
                                     : ~0ULL;
    const std::uint64_t asked =
        settings_.commitLimit.value == 0 ? ~0ULL : settings_.commitLimit.value / pageBytes;
    return std::min(backed, asked);
}

bool DemandPaging::mayPromise(const Process& process, PageCount pages) {
    std::uint64_t promised = 0;
    for (const auto& each : kernel_.processes()) {
        promised += each->use.committed;
    }
    const std::uint64_t limit = promiseLimit();
    const bool allowed = promised <= limit && pages.value <= limit - promised;
    if (!allowed) {
        kernel_.board().events.emit({.kind = EventKind::ReserveRefused,
                                     .rule = Rule::OverLimit,
                                     .object = process.number,
                                     .value = pages.value,
                                     .a = promised,
                                     .b = limit});
    }
    return allowed;
}

bool DemandPaging::addArea(Process& process, PageCount pages, AreaKind kind, Rule why) {
    MemoryMap& map = process.map;
    if (map.count() >= map.capacity() - 2) {
        return false;
    }
    (void)dataFrames(); // counted before the first page gets a frame
    const std::uint64_t start = map.areaEnd().value;
    const std::uint64_t length = bytesOf(pages).value;
    const bool file = kind == AreaKind::File;
    const AreaForm form = formOf(kind);
    const std::size_t limit = map.count() - 1;
    map.insert(limit,
               {.start = start,
                .length = length,
                .kind = EntryKind::Demand,
                .writable = !file && kind != AreaKind::Guard,
                .label = form.label},
               why);
    map.patch(limit + 1, map_field::start, start + length, why);
    process.demandPaged = true;
    for (std::uint64_t i = 0; i < pages.value; ++i) {
        const PageEntry entry{form.state, false, file ? i : 0};
        if (!change(process, pageOf(VirtAddr(start)) + PageCount(i), entry, why)) {
            return false;
        }
    }
    if (kind == AreaKind::Guard) {
        return true; // nothing is promised
    }
    announcePromise(process, VirtAddr(start), pages);
    return true;
}

void DemandPaging::announcePromise(const Process& process, VirtAddr start, PageCount pages) {
    kernel_.board().events.emit({.kind = EventKind::PagesReserved,
                                 .rule = Rule::Promised,
                                 .object = process.number,
                                 .vaddr = start.value,
                                 .value = pages.value,
                                 .a = process.use.committed,
                                 .b = promiseLimit() == ~0ULL ? 0 : promiseLimit()});
    announceUse(process);
}

// ---- pages
// ---------------------------------------------------------------------------------------------

PageEntry DemandPaging::entryOf(const Process& process, PageNumber page) {
    return decodePage(process.tables.leaf(page), process.tables.side(page),
                      process.tables.layout());
}

PageEntry DemandPaging::look(const Process& process, PageNumber page) {
    if (isSpilled(process.tables.leaf(page), process.tables.layout())) {
        countSide(false);
    }
    return entryOf(process, page);
}

bool DemandPaging::change(
    Process& process, PageNumber page, const PageEntry& to, Rule why, std::uint64_t flags) {
    const std::uint64_t held = process.tables.leaf(page);
    const PageEntry from = entryOf(process, page);
    FRAGSCOPE_CHECK(why == Rule::AnyFaultMaps || mayBecome(from.state, to.state),
                    "illegal change of a page's state");
    const auto value = encodePage(to, process.tables.layout());
    FRAGSCOPE_CHECK(value.has_value(), "the entry has no room for the page's state");
    // What a copied page holds is nowhere else: it must not leave as if never written.
    const bool unsaved = to.state == PageState::Allocated &&
                         (from.state == PageState::CopyOnWrite || why == Rule::StackWentDeeper);
    const bool sameFrame = from.present && to.present && from.number == to.number;
    const std::uint64_t kept = sameFrame ? process.tables.leaf(page) & pte::dirty : 0;
    flags |= flagsOf(to) | kept | (unsaved ? pte::dirty : 0);
    if (process.tables.hasSideTables()) {
        if (!process.tables.prepare(page)) {
            return false;
        }
        const bool spilled = isSpilled(*value, process.tables.layout());
        writeSide(process, page,
                  {.state = spilled ? to.state : PageState::NotUsed,
                   .backing = sameFrame ? process.tables.side(page).backing : Backing{}});
    }
    if (!process.tables.write(page, *value | flags, why)) {
        return false;
    }
    PageUse before = useOf(from, from.present && isZeroFrame(FrameNumber(from.number)));
    const PageUse after = useOf(to, to.present && isZeroFrame(FrameNumber(to.number)));
    before.marked = isMarkedMayGo(held) ? 1 : 0;
    before.leaked = isLeaked(held) ? 1 : 0;
    before.reserved -= before.leaked;
    before.committed -= before.leaked;
    count(process, before, after);
    const bool ofArea = from.state == PageState::NotUsed && !to.present;
    if (!ofArea) { // a whole area is announced at once
        kernel_.board().events.emit({.kind = EventKind::PageStateChanged,
                                     .rule = why,
                                     .object = process.number,
                                     .vaddr = startOf(page).value,
                                     .value = static_cast<std::uint64_t>(to.state),
                                     .a = static_cast<std::uint64_t>(from.state),
                                     .b = to.number});
    }
    return true;
}

void DemandPaging::leaveFrame(const Process& process,
                              PageNumber page,
                              FrameNumber frame,
                              Rule why) {
    settle(process, frame, supply_.dropOwner(frame, {process.number, page}, why));
}

std::uint64_t DemandPaging::releaseAll(Process& process) {
    std::uint64_t frames = 0;
    for (const PageTables::LeafEntry& leaf : process.tables.leaves()) {
        const auto extent = process.map.lookUp(startOf(leaf.page));
        if (extent && extent->kind == EntryKind::Block) {
            continue;
        }
        const PageEntry entry = entryOf(process, leaf.page);
        dropBacking(process, leaf.page);
        if (entry.present) {
            leaveFrame(process, leaf.page, FrameNumber(entry.number), Rule::EndOfProcess);
            ++frames;
        } else if (entry.state == PageState::SwappedOut) {
            swap_.drop(entry.number);
        }
    }
    if (process.use.leaked != 0) {
        kernel_.board().events.emit({.kind = EventKind::LeakedPages,
                                     .rule = Rule::EndOfProcess,
                                     .object = process.number,
                                     .value = process.use.leaked});
    }
    process.use = {};
    announceUse(process);
    return frames;
}

void DemandPaging::announceUse(const Process& process) {
    kernel_.board().events.emit({.kind = EventKind::MemoryUse,
                                 .object = process.number,
                                 .value = process.use.reserved,
                                 .a = process.use.committed,
                                 .b = process.use.resident});
    reportSideTable(process);
}

std::optional<FrameNumber> DemandPaging::zeroFrame() {
    if (!zero_) {
        zero_ = supply_.take(0);
        if (zero_) {
            (void)supply_.addOwner(*zero_, {}); // the kernel: it is never the last owner's
            kernel_.board().memory.fill(startOf(*zero_), ByteCount(pageBytes), std::byte{0});
        }
    }
    return zero_;
}

} // namespace fragscope
