#include "fragscope/experiment/further_requests.h"

#include "fragscope/alloc/compact_fit/compact_fit_layout.h"

#include <algorithm>

namespace fragscope {

namespace {

std::uint64_t leastPages(std::uint64_t blocks, std::uint64_t capacity) {
    return (blocks + capacity - 1) / capacity;
}

/// With `k` not-full pages at most.
std::uint64_t mostPages(std::uint64_t blocks, std::uint64_t capacity, std::uint64_t k) {
    std::uint64_t pages = leastPages(blocks, capacity);
    for (std::uint64_t open = 1; open <= std::min(k, blocks); ++open) {
        const std::uint64_t full = (blocks - open) / capacity;
        if (blocks - full * capacity <= open * (capacity - 1)) {
            pages = std::max(pages, full + open);
        }
    }
    return pages;
}

std::uint64_t pagesLeft(std::uint64_t all, std::uint64_t taken) {
    return all > taken ? all - taken : 0;
}

} // namespace

std::uint64_t furtherRequests(Allocator& allocator, std::uint64_t bytes, std::uint64_t most) {
    std::uint64_t count = 0;
    while (count < most && allocator.allocate(bytes) != Allocator::refused) {
        ++count;
    }
    return count;
}

CompactFitLive compactFitLive(const AllocatorSettings& settings,
                              std::span<const std::uint64_t> sizes) {
    const SizeClasses classes(settings);
    CompactFitLive live;
    live.blocks.resize(classes.count());
    for (const std::uint64_t bytes : sizes) {
        std::uint32_t sizeClass = classes.classOfRequest(bytes);
        if (sizeClass == SizeClasses::none) {
            const std::uint64_t pieces = (bytes + classes.pageData() - 1) / classes.pageData();
            live.blocks.back() += pieces;
            sizeClass = classes.classOfRequest(8 + 8 * pieces);
        }
        ++live.blocks.at(sizeClass);
        ++live.objects;
    }
    return live;
}

std::optional<FurtherBounds> compactFitFurther(const AllocatorSettings& settings,
                                               const MemoryPlan& plan,
                                               const CompactFitLive& live,
                                               std::uint64_t bytes) {
    const SizeClasses classes(settings);
    const std::uint32_t wanted = classes.classOfRequest(bytes);
    if (settings.kind != AllocatorKind::CompactFit || wanted == SizeClasses::none ||
        settings.variant == AllocatorVariant::NonMoving) {
        return std::nullopt;
    }
    const std::uint64_t k = settings.k != 0 ? settings.k : ~std::uint64_t{0};
    std::uint64_t least = 0; // pages of the other classes
    std::uint64_t most = 0;
    for (std::uint32_t other = 0; other < classes.count(); ++other) {
        if (other != wanted) {
            least += leastPages(live.blocks[other], classes.capacity(other));
            most += mostPages(live.blocks[other], classes.capacity(other), k);
        }
    }
    const std::uint64_t pages = plan.heapLimit / settings.pageSize;
    const auto further = [&](std::uint64_t taken) {
        const std::uint64_t room = pagesLeft(pages, taken) * classes.capacity(wanted);
        return room > live.blocks[wanted] ? room - live.blocks[wanted] : 0;
    };
    FurtherBounds bounds{further(most), further(least)};
    if (settings.k != 0) { // without compaction there is no table
        using namespace compact_fit_layout;
        const std::uint64_t entries = (plan.booksBytes - tableAt) / entryBytes;
        bounds.least = std::min(bounds.least, entries - live.objects);
        bounds.most = std::min(bounds.most, entries - live.objects);
    }
    return bounds;
}

} // namespace fragscope
