#pragma once

#include "fragscope/alloc/allocator.h"
#include "fragscope/alloc/allocator_settings.h"
#include "fragscope/alloc/memory/memory_plan.h"

#include <optional>
#include <span>
#include <vector>

/// Predictability in space: how many more requests of one size succeed before the memory is spent.
namespace fragscope {

/// Allocates blocks of `bytes` until one is refused; how many there were, at most `most`. They stay
/// allocated.
std::uint64_t furtherRequests(Allocator& allocator, std::uint64_t bytes, std::uint64_t most);

/// What a heap of Compact-fit holds, by number alone: not where, nor in which order it came there.
struct CompactFitLive {
    std::vector<std::uint64_t> blocks; ///< in use, per size class
    std::uint64_t objects = 0;         ///< entries of the table
};

/// Of objects of these sizes, in bytes. An object above the largest class is a block of addresses
/// and whole pages.
CompactFitLive compactFitLive(const AllocatorSettings& settings,
                              std::span<const std::uint64_t> sizes);

/// At least and at most so many.
struct FurtherBounds {
    std::uint64_t least = 0;
    std::uint64_t most = 0;

    friend bool operator==(const FurtherBounds&, const FurtherBounds&) = default;
};

/// How many further requests of `bytes` succeed in a heap of Compact-fit that holds `live`, from
/// these numbers alone; `plan` says how many pages the heap may have.
///
/// A page belongs to one class j of c_j blocks a page; at most k pages of a class are neither full
/// nor empty, and empty ones belong to none. With n_j blocks in use, the class has
///   at least  P_j = ceil(n_j / c_j) pages (all but one full);
///   at most   Q_j = the largest f + m with m <= k not-full pages of 1 to c_j - 1 blocks each, and
///             f full ones, that together hold n_j.
/// The pages that the other classes leave are the requested class s's to fill to the last block,
/// its own not-full ones included (an allocation looks at these first):
///   pages * c_s - n_s, the pages being those of the heap less those of all other classes.
/// k = 1: one not-full page at most, so P_j = Q_j and both bounds are the same number: it is exact,
/// whatever the order of operations was. k > 1: the least is reached where each class has its k
/// not-full pages of one block, the most where it has one; both occur, and the order decides. k = 0
/// (no compaction): any page may be not-full, Q_j = n_j. The table is a limit of its own.
///
/// Nothing for requests above the largest class, and for the non-moving form. While copies in parts
/// are under way it holds only once they have ended.
std::optional<FurtherBounds> compactFitFurther(const AllocatorSettings& settings,
                                               const MemoryPlan& plan,
                                               const CompactFitLive& live,
                                               std::uint64_t bytes);

} // namespace fragscope
