#include "fragscope/kernel/frames/kernel_plan.h"

#include "fragscope/hardware/paging/pte.h"
#include "fragscope/kernel/frames/frame_layout.h"

#include <algorithm>

namespace fragscope {

namespace {

constexpr FrameNumber processTableFrame{2};
constexpr FrameNumber frameTableFrame{3};
constexpr std::uint64_t zoneGranule = 64; ///< frames
constexpr std::uint64_t framesPerNode = 2;
constexpr std::uint64_t upperTables = 3; ///< levels 4 to 2: one table each
constexpr std::uint64_t supervisor = pte::present | pte::writable;

PageCount tablesOf(PageCount pages) {
    return PageCount((pages.value + wordsPerPage - 1) / wordsPerPage);
}

ByteCount heapBytes(PageCount frames, const FrameSettings& settings) {
    if (settings.kernelHeap.value != 0) {
        return settings.kernelHeap;
    }
    return settings.books == FrameBooks::List ? ByteCount(frames.value * listBlockBytes) : kib(16);
}

std::uint64_t nodesOf(PageCount frames, const FrameSettings& settings) {
    if (settings.books == FrameBooks::List) {
        return 0;
    }
    return settings.ownerNodes != 0 ? settings.ownerNodes
                                    : std::max<std::uint64_t>(1, frames.value / framesPerNode);
}

/// Page tables for all regions.
PageCount tablesOfAll(const KernelPlan& plan) {
    PageCount tables(upperTables);
    for (const KernelRegion& region : plan.regions) {
        tables += tablesOf(region.pages);
    }
    return tables;
}

/// Frames below this are for the kernel: its books and, as long as they last, page tables.
FrameNumber zoneEndFor(PageCount frames, PageCount books) {
    const std::uint64_t tables = 32 + frames.value / 256;
    return FrameNumber((books.value + tables + zoneGranule - 1) / zoneGranule * zoneGranule);
}

} // namespace

ByteCount frameTableBytes(PageCount frames, std::uint64_t entryBytes) {
    return bytesOf(pagesFor(ByteCount(frames.value * entryBytes)));
}

KernelPlan planKernel(PageCount frames,
                      const FrameSettings& settings,
                      const PagingSettings& paging,
                      std::uint64_t segmentWords) {
    KernelPlan plan;
    const std::uint64_t nodes = nodesOf(frames, settings);
    const PageCount table = pagesFor(frameTableBytes(frames, frameEntryBytes));
    const PageCount pool = pagesFor(ByteCount(nodes * ownerNodeBytes));
    const PageCount heap = pagesFor(heapBytes(frames, settings));
    const FrameNumber poolFrame = frameTableFrame + table;
    const FrameNumber heapFrame = poolFrame + pool;
    const PageCount slots = pagesFor(ByteCount(paging.swapSlots * wordBytes));
    const FrameNumber slotFrame = heapFrame + heap;
    const PageCount segments = pagesFor(ByteCount(segmentWords * wordBytes));
    const FrameNumber segmentFrame = slotFrame + slots;
    plan.tables = segmentFrame + segments;
    plan.regions = {{{kernel_space::data, KernelRoot::place, PageCount(1)},
                     {kernel_space::heap, startOf(heapFrame), heap},
                     {kernel_space::table, startOf(frameTableFrame), table},
                     {kernel_space::nodes, startOf(poolFrame), pool},
                     {kernel_space::slotMap, startOf(slotFrame), slots},
                     {kernel_space::segments, startOf(segmentFrame), segments}}};
    plan.books = PageCount(plan.tables.value) + tablesOfAll(plan);
    plan.zoneEnd = zoneEndFor(frames, plan.books);
    plan.root = {.magic = KernelRoot::magicValue,
                 .frameCount = frames.value,
                 .frameTable = startOf(frameTableFrame),
                 .processTable = startOf(processTableFrame),
                 .processSlots = pageBytes / processEntryBytes,
                 .ownerPool = startOf(poolFrame),
                 .ownerNodes = nodes,
                 .kernelHeap = startOf(heapFrame),
                 .heapBytes = bytesOf(heap).value,
                 .reservedFrames = plan.books.value,
                 .zoneEnd = plan.zoneEnd.value,
                 .kernelTables = startOf(plan.tables),
                 .booksInList = settings.books == FrameBooks::List,
                 .kernelPagesCounted = settings.kernelPages == KernelPages::Counter,
                 .slotMap = slots.value != 0 ? startOf(slotFrame) : PhysAddr(0),
                 .slotCount = paging.swapSlots,
                 .sideTables = paging.needsSideTables(),
                 .absentSpill = !paging.absentStates,
                 .spilledBits = osBits - paging.entryBits,
                 .segmentBooks = segmentWords != 0 ? startOf(segmentFrame) : PhysAddr(0),
                 .segmentWords = segmentWords};
    return plan;
}

ByteCount KernelPlan::booksCost() const {
    const auto& [data, heap, table, nodes, slots, segments] = regions;
    return bytesOf(table.pages + nodes.pages + (root.booksInList ? heap.pages : PageCount(0)));
}

std::optional<PhysAddr> KernelPlan::placeOf(VirtAddr address) const {
    for (const KernelRegion& region : regions) {
        if (address >= region.start && address < region.start + bytesOf(region.pages)) {
            return region.place + (address - region.start);
        }
    }
    return std::nullopt;
}

bool KernelPlan::isGuard(VirtAddr address) const {
    return std::any_of(regions.begin(), regions.end(), [&](const KernelRegion& region) {
        const PageNumber page = pageOf(address);
        const PageNumber first = pageOf(region.start);
        return region.pages.value != 0 &&
               (page == first + region.pages || page + PageCount(1) == first);
    });
}

std::uint64_t KernelPlan::topEntry() const {
    return composePte(tables + PageCount(1), supervisor).bits;
}

std::vector<std::pair<PhysAddr, std::uint64_t>> kernelTableEntries(const KernelPlan& plan) {
    std::vector<std::pair<PhysAddr, std::uint64_t>> entries;
    const FrameNumber pointers = plan.tables + PageCount(1);
    const FrameNumber directory = plan.tables + PageCount(2);
    FrameNumber nextTable = plan.tables + PageCount(upperTables);
    const VirtAddr base = kernel_space::base;
    entries.emplace_back(entryAddress(startOf(plan.tables), base, table_level::pml4),
                         plan.topEntry());
    entries.emplace_back(entryAddress(startOf(pointers), base, table_level::pdpt),
                         composePte(directory, supervisor).bits);
    for (const KernelRegion& region : plan.regions) {
        for (std::uint64_t i = 0; i < region.pages.value; ++i) {
            const VirtAddr address = region.start + bytesOf(PageCount(i));
            // Each region begins in a table of its own, at index 0 (data: 1).
            const FrameNumber table = nextTable + PageCount(i / wordsPerPage);
            if (i % wordsPerPage == 0) {
                entries.emplace_back(entryAddress(startOf(directory), address, table_level::pd),
                                     composePte(table, supervisor).bits);
            }
            entries.emplace_back(
                entryAddress(startOf(table), address, table_level::pt),
                composePte(frameOf(region.place) + PageCount(i), supervisor | pte::noExecute).bits);
        }
        nextTable += tablesOf(region.pages);
    }
    return entries;
}

} // namespace fragscope
