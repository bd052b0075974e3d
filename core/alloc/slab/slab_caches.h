#pragma once

#include "fragscope/alloc/allocator_settings.h"
#include "fragscope/base/units.h"

#include <array>
#include <bit>

/// The caches of the slab allocator: which sizes there are and how large their slabs. Source: Linux
/// 6.8, mm/slub.c (calculate_order) and mm/slab_common.c (kmalloc_info).
namespace fragscope::slab {

/// One cache: objects of one size, `objects` in each slab of 2^order pages.
struct Cache {
    std::uint32_t slot = 0;    ///< bytes from one object to the next
    std::uint32_t objects = 0; ///< of a slab
    std::uint32_t colours = 0; ///< different offsets of the first object
    unsigned order = 0;

    [[nodiscard]] std::uint64_t pages() const { return std::uint64_t{1} << order; }

    [[nodiscard]] std::uint64_t objectBytes() const { return std::uint64_t{slot} * objects; }
};

inline constexpr std::array<std::uint32_t, 13> generalSizes{8,   16,  32,   64,   96,   128, 192,
                                                            256, 512, 1024, 2048, 4096, 8192};

inline constexpr unsigned mostCaches = generalSizes.size();
inline constexpr unsigned mostOrder = 3;           ///< that SLUB likes
inline constexpr std::uint32_t mostObjects = 4096; ///< 32 KiB of the smallest

/// The order of a slab of objects of `slot` bytes: at most 1/16 of the slab is left over, else 1/8,
/// 1/4 or 1/2, at most order 3; at least 4 * (fls(cpus) + 1) objects, as far as order 3 holds them.
/// Larger objects have a slab each.
unsigned automaticOrder(std::uint64_t slot, std::uint64_t cpus);

/// All caches: the general sizes, or one of `block_size`.
class Caches {
public:
    explicit Caches(const AllocatorSettings& settings);

    [[nodiscard]] unsigned count() const { return count_; }

    [[nodiscard]] const Cache& operator[](unsigned cache) const { return caches_[cache]; }

    /// Bytes of the largest object; what is larger gets whole pages.
    [[nodiscard]] std::uint64_t largest() const { return largest_; }

    /// The smallest cache whose objects hold `bytes`, 1 to largest().
    [[nodiscard]] unsigned indexFor(std::uint64_t bytes) const {
        if (count_ == 1) {
            return 0;
        }
        if (bytes <= 64) {
            return static_cast<unsigned>(std::bit_width((bytes - 1) | 7)) - 3;
        }
        if (bytes <= 192) {
            return bytes <= 96 ? 4 : bytes <= 128 ? 5 : 6;
        }
        return static_cast<unsigned>(std::bit_width(bytes - 1)) - 1;
    }

private:
    std::array<Cache, mostCaches> caches_{};
    unsigned count_;
    std::uint64_t largest_;
};

} // namespace fragscope::slab
