#include "fragscope/alloc/slab/slab_caches.h"

#include "fragscope/alloc/heap_size.h"

#include <algorithm>

namespace fragscope::slab {

namespace {

/// The lowest order whose slab holds `bytes`.
unsigned orderOf(std::uint64_t bytes) {
    return static_cast<unsigned>(std::bit_width((bytes - 1) / pageBytes));
}

Cache cacheOf(std::uint64_t size, const AllocatorSettings& settings) {
    const std::uint64_t slot = roundUp(size, settings.alignment);
    Cache cache;
    cache.slot = static_cast<std::uint32_t>(slot);
    cache.order = settings.slabOrder == AllocatorSettings::automatic
                      ? automaticOrder(slot, settings.cpus)
                      : std::max(static_cast<unsigned>(settings.slabOrder), orderOf(slot));
    const std::uint64_t bytes = pageBytes << cache.order;
    cache.objects = static_cast<std::uint32_t>(bytes / slot);
    const std::uint64_t room = bytes % slot / settings.alignment + 1;
    cache.colours = static_cast<std::uint32_t>(std::min(settings.colours, room));
    return cache;
}

} // namespace

unsigned automaticOrder(std::uint64_t slot, std::uint64_t cpus) {
    constexpr std::uint64_t largestSlab = pageBytes << mostOrder;
    if (slot > largestSlab) {
        return orderOf(slot);
    }
    const std::uint64_t wanted = 4 * (static_cast<std::uint64_t>(std::bit_width(cpus)) + 1);
    const unsigned least = orderOf(std::min(wanted, largestSlab / slot) * slot);
    for (unsigned part = 16; part > 1; part /= 2) {
        for (unsigned order = least; order <= mostOrder; ++order) {
            const std::uint64_t bytes = pageBytes << order;
            if (bytes % slot <= bytes / part) {
                return order;
            }
        }
    }
    return mostOrder;
}

Caches::Caches(const AllocatorSettings& settings)
    : count_(settings.blockSize == 0 ? mostCaches : 1),
      largest_(settings.blockSize == 0 ? generalSizes.back() : settings.blockSize) {
    for (unsigned cache = 0; cache < count_; ++cache) {
        caches_.at(cache) =
            cacheOf(count_ == 1 ? settings.blockSize : generalSizes.at(cache), settings);
    }
}

} // namespace fragscope::slab
