#pragma once

#include "fragscope/alloc/allocator_settings.h"
#include "fragscope/experiment/reference_counts.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace fragscope {

enum class HeapOperation : std::uint8_t { Malloc, Free, Dereference };

/// What a cost is measured against.
enum class CurveOver : std::uint8_t { Size, LiveBlocks, FreeBlocks };

std::string_view nameOf(HeapOperation operation); ///< "malloc", "free", "dereference"
std::string_view nameOf(CurveOver over);          ///< "size", "live_blocks", "free_blocks"

struct CurvePoint {
    std::uint64_t at = 0; ///< bytes of an object, blocks in use, or free blocks
    ReferenceCounts references;
};

/// References to memory of one operation, against one quantity.
struct ReferenceCurve {
    HeapOperation operation = HeapOperation::Malloc;
    CurveOver over = CurveOver::Size;
    std::vector<CurvePoint> points; ///< those that were measured, by `at`
};

/// What is measured. Each point: a heap is filled with `live` blocks; then bursts of random blocks
/// are freed and as many allocated, until each block was exchanged once on the average: the heap is
/// fragmented and in a steady state. Of the bursts up to `exchanges` more blocks, each operation is
/// counted. All that in `orders` heaps with other random orders. Bursts are of 1 to 16 blocks, at
/// most half of all; against size of up to half of all, so that pages of small blocks come and go.
struct CurvePlan {
    /// Bytes. All blocks of a heap have this size: what an object costs by its size alone.
    std::vector<std::uint64_t> sizes{16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192};
    std::uint64_t blocksForSizes = 2000;
    /// Sizes are uniform between the two limits.
    std::vector<std::uint64_t> liveBlocks{10, 100, 1000, 10'000, 100'000};
    std::uint64_t leastBytes = 16;
    std::uint64_t mostBytes = 512;
    std::uint64_t exchanges = 1000;
    std::uint64_t orders = 3;
    std::uint64_t seed = 1;
    /// A heap that takes more than so many accesses is given up: a point of 100,000 blocks of an
    /// allocator that searches lists takes hours.
    std::uint64_t mostWork = 250'000'000;
};

/// Called often, with what is being measured; false ends the measurement.
using MeasureProgress = std::function<bool(const std::string& what)>;

/// Nine curves: malloc, free and dereference, each against size, live blocks and, of the same
/// heaps, free blocks (the members of all lists before the first counted operation, mean over the
/// orders, at least 1). Points that do not fit into the heap or take too long are left out. Nothing
/// if it was ended. Throws HeapDamaged.
std::optional<std::vector<ReferenceCurve>> measureCurves(const AllocatorSettings& settings,
                                                         const CurvePlan& plan,
                                                         const MeasureProgress& progress = {});

} // namespace fragscope
