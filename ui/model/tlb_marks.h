#pragma once

#include "fragscope/ui/model/scene.h"
#include "fragscope/ui/panels/tlb_view.h"

#include <vector>

namespace fragscope {

/// The TLBs of all CPUs; each entry is compared with the page tables in the replica's bytes (or,
/// where a run translates by ranges, with the memory map).
std::vector<TlbMarks> tlbMarks(const Scene& scene);

/// One slot of the TLB of a CPU that runs a process.
TlbSlotMark
tlbMark(const Scene& scene, const TlbSlotView& slot, std::uint32_t process, std::uint64_t cr3);

} // namespace fragscope
