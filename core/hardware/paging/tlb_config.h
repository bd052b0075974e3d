#pragma once

#include <cstdint>

namespace fragscope {

/// Which entry of a full set gives way.
enum class Replacement : std::uint8_t {
    Lru,      ///< least recently used, exactly
    Fifo,     ///< oldest fill
    TreePlru, ///< pseudo-LRU by a binary tree, as many processors do; ways must be a power of two
    Random,   ///< seeded, the same in every run
};

/// Geometry of one TLB array; sets must be a power of two. 0 sets: the array does not exist.
struct TlbGeometry {
    std::uint32_t sets = 16;
    std::uint32_t ways = 4;
    Replacement replacement = Replacement::Lru;
};

/// The TLBs of a CPU. Default: one unified array, 16 sets of 4 ways, for lessons. With
/// `instruction` the first level is split (then `first` serves data only); `second` is shared by
/// both.
///
/// Simplified: one array holds all page sizes, looked up size by size; processors have separate
/// small arrays for large pages. What software can observe is the same but for which entry gives
/// way.
struct TlbConfig {
    TlbGeometry first{};
    TlbGeometry instruction{0, 0, Replacement::Lru};
    TlbGeometry second{0, 0, Replacement::Lru};
    /// Entries of the paging-structure caches (fully associative, LRU); 0 = none.
    std::uint32_t pml4Entries = 0;
    std::uint32_t pdptEntries = 0;
    std::uint32_t pdEntries = 0;
    std::uint64_t seed = 1; ///< of Replacement::Random
};

} // namespace fragscope
