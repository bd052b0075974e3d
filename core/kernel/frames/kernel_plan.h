#pragma once

#include "fragscope/kernel/frames/settings.h"
#include "fragscope/kernel/layout.h"
#include "fragscope/kernel/paging/settings.h"

#include <array>
#include <optional>

namespace fragscope {

/// Where the kernel's books are in every address space. The pages in front of and behind each
/// region are not present: guards. All lie in one GiB, so that one entry of the topmost table,
/// shared by all processes, leads to them.
namespace kernel_space {
inline constexpr VirtAddr base{0xffff'8000'0000'0000};
inline constexpr VirtAddr data{base.value + pageBytes};         ///< the root block
inline constexpr VirtAddr segments{base.value + (32ULL << 20)}; ///< books of the segment heap
inline constexpr VirtAddr heap{base.value + (256ULL << 20)};    ///< kernel heap
inline constexpr VirtAddr table{base.value + (512ULL << 20)};   ///< frame table: behind the heap
inline constexpr VirtAddr nodes{base.value + (768ULL << 20)};   ///< pool of owners' nodes
inline constexpr VirtAddr slotMap{base.value + (896ULL << 20)}; ///< references of swap slots
inline constexpr unsigned topIndex = 256; ///< of the shared entry in the topmost table
} // namespace kernel_space

/// A run of pages that the kernel maps at CPL 0 with a guard on both sides.
struct KernelRegion {
    VirtAddr start;
    PhysAddr place;
    PageCount pages;
};

/// What the kernel's books take of memory before the first process, and where: a pure function of
/// the machine and the settings. In this order from frame 0: null, root block, process table, frame
/// table, owners' pool, kernel heap, slot map, books of the segment heap, page tables of all these.
struct KernelPlan {
    KernelRoot root;
    std::array<KernelRegion, 6> regions{}; ///< data, heap, table, nodes, slots, segments
    PageCount books;                       ///< frames [0, books) are reserved for them
    FrameNumber tables;                    ///< first page table; it is the topmost one
    FrameNumber zoneEnd;                   ///< data uses frames from here on

    /// What the books of frames cost: table, nodes, and the heap if the owners are noted there.
    [[nodiscard]] ByteCount booksCost() const;

    /// Physical place of an address of a region; nothing for guards and all else.
    [[nodiscard]] std::optional<PhysAddr> placeOf(VirtAddr address) const;

    /// True for the first page in front of or behind a region.
    [[nodiscard]] bool isGuard(VirtAddr address) const;

    /// The value of CR3 when no process runs.
    [[nodiscard]] std::uint64_t cr3() const { return startOf(tables).value; }

    /// The shared entry of the topmost table.
    [[nodiscard]] std::uint64_t topEntry() const;
};

/// `frames`: those of the frame table. `segmentWords`: of the books of the segment heap, 0 = none.
KernelPlan planKernel(PageCount frames,
                      const FrameSettings& settings,
                      const PagingSettings& paging = {},
                      std::uint64_t segmentWords = 0);

/// Bytes of a table with one element per frame, rounded up to pages (the seed's formula).
ByteCount frameTableBytes(PageCount frames, std::uint64_t entryBytes);

/// Each entry of the kernel's page tables as (place, value).
std::vector<std::pair<PhysAddr, std::uint64_t>> kernelTableEntries(const KernelPlan& plan);

} // namespace fragscope
