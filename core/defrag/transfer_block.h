#pragma once

#include "fragscope/base/units.h"
#include "fragscope/hardware/cost_model.h"

#include <string>

namespace fragscope {

/// A derived transfer block and how it was reckoned, as a sentence for the user.
struct AutoTransferBlock {
    ByteCount size;
    std::string arithmetic;
};

/// The largest transfer block, in whole pages but at least one, whose longest wait stays within
/// `waitLimitCycles`: t = (W - c) / cost per page (DEFRAG 1.5). The worst case is an access that
/// comes just after the block has left the map; c is what such an access waits for whatever the
/// size (two map stores, one shootdown of the other CPUs, the fault, the wake-up), and each page
/// adds its copy, its two page-table stores and the dropping of its translation at both ends. A
/// mover that shares its CPU, or that may be preempted while entry E is not empty, adds waits that
/// no block size can bound.
AutoTransferBlock
autoTransferBlock(const CostModel& cost, std::uint32_t cpus, std::uint64_t waitLimitCycles);

} // namespace fragscope
