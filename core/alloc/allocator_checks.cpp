#include "fragscope/alloc/allocator_settings.h"
#include "fragscope/alloc/allocators/buddy_layout.h"
#include "fragscope/alloc/allocators/quick_fit_layout.h"
#include "fragscope/alloc/allocators/region_layout.h"
#include "fragscope/alloc/allocators/segregated_storage_layout.h"
#include "fragscope/alloc/allocators/sequential_fit_layout.h"
#include "fragscope/alloc/allocators/tlsf_layout.h"
#include "fragscope/alloc/compact_fit/size_classes.h"
#include "fragscope/alloc/dlmalloc/dlmalloc_layout.h"
#include "fragscope/alloc/half_fit/half_fit_layout.h"
#include "fragscope/alloc/page_allocator/page_allocator_layout.h"
#include "fragscope/alloc/slab/slab_layout.h"

/// What the settings of an allocator must have to do with each other.
namespace fragscope {

namespace {

using enum AllocatorKind;

Expected<Done> checkRoom(const TaggedLayout& layout, const AllocatorSettings& settings) {
    if (!layout.fits(settings.heapBase, settings.heapSize)) {
        return badInput("heap_size is too small for a single block");
    }
    return Done{};
}

Expected<Done> checkBuddy(const AllocatorSettings& settings) {
    if ((settings.minimum & (settings.minimum - 1)) != 0) {
        return badInput("minimum of buddy is a power of two");
    }
    const buddy::Layout layout = buddy::layoutFor(settings);
    if (settings.heapSize < layout.least) {
        return badInput("heap_size is smaller than the smallest block");
    }
    if (layout.inBand && settings.heapBase % buddy::linkBytes != 0) {
        return badInput("heap_base of buddy is a multiple of 16: links lie in its free blocks");
    }
    return Done{};
}

Expected<Done> checkRegion(const AllocatorSettings& settings) {
    if (settings.regionSize < settings.alignment + region::headerBytes + heapGranule) {
        return badInput("region_size is too small for its header and this alignment");
    }
    return Done{};
}

Expected<Done> checkTlsf(const AllocatorSettings& settings) {
    using namespace tlsf_layout;
    const bool is244 = settings.variant == AllocatorVariant::Tlsf244;
    const std::uint64_t least =
        is244 ? Tlsf244::firstBlock + 64 : Tlsf31::control + 2 * Tlsf31::header + Tlsf31::least;
    if (settings.heapBase % Tlsf31::granule != 0) {
        return badInput("heap_base of tlsf is a multiple of 8");
    }
    if (settings.heapSize < least) {
        return badInput("heap_size of this tlsf is at least " + std::to_string(least) +
                        ": its control structure lies in it");
    }
    if (!is244 && Tlsf31::poolBytes(settings.heapSize) >= Tlsf31::most) {
        return badInput("heap_size of tlsf 3.1-64 is below 4 GiB: its matrix has no larger list");
    }
    if (is244 && settings.heapSize % Tlsf244::granule != 0) {
        return badInput("heap_size of tlsf 2.4.4-32 is a multiple of 8");
    }
    if (is244 && (Tlsf244::poolBytes(settings.heapSize) >= Tlsf244::most ||
                  settings.heapBase + settings.heapSize > std::uint64_t{1} << 32)) {
        return badInput("the heap of tlsf 2.4.4-32 is below 1 GiB, and its addresses below 4 GiB");
    }
    return Done{};
}

Expected<Done> checkCompactFit(const AllocatorSettings& settings) {
    const std::uint64_t unit = settings.preset == AllocatorPreset::Reference2009 ? 4 : 8;
    if (settings.blockSize % unit != 0 || (settings.blockSize != 0 && settings.blockSize < 16)) {
        return badInput("block_size is not a multiple of " + std::to_string(unit) +
                        ", at least 16");
    }
    const bool nonMoving = settings.variant == AllocatorVariant::NonMoving;
    if (nonMoving && (settings.preset == AllocatorPreset::Reference2009 ||
                      settings.increment != 0 || settings.frameSize % 8 != 0)) {
        return badInput("the non-moving form is not in the reference and copies nothing: default "
                        "preset, increment 0, frame_size a multiple of 8");
    }
    if (settings.blockSize > settings.pageSize - SizeClasses::headerBytes) {
        return badInput("block_size is larger than a page without its header");
    }
    return Done{};
}

Expected<Done> checkSliding(const AllocatorSettings& settings) {
    if (settings.manner == SlideManner::TwoFinger &&
        settings.references != SlideReferences::Table) {
        return badInput("two fingers move blocks in no order: references go through the table");
    }
    return Done{};
}

Expected<Done> checkHalfFit(const AllocatorSettings& settings) {
    using namespace half_fit_layout;
    const bool isPowerOfTwo = settings.variant == AllocatorVariant::PowerOfTwo;
    const std::uint64_t alignment = isPowerOfTwo ? PowerOfTwo::alignment : Classic::alignment;
    const std::uint64_t least =
        isPowerOfTwo ? PowerOfTwo::first + PowerOfTwo::least : Classic::first + Classic::least;
    if (settings.heapBase % alignment != 0) {
        return badInput("heap_base of this half-fit is a multiple of " + std::to_string(alignment));
    }
    if (settings.heapSize < least) {
        return badInput("heap_size of this half-fit is at least " + std::to_string(least) +
                        ": its lists begin in it");
    }
    return Done{};
}

Expected<Done> checkDlmalloc(const AllocatorSettings& settings) {
    constexpr std::uint64_t least = 2048;
    if (settings.heapBase % dlmalloc_layout::granule != 0 ||
        settings.heapSize % dlmalloc_layout::granule != 0) {
        return badInput("heap_base and heap_size of dlmalloc are multiples of 16");
    }
    if (settings.heapSize < least) {
        return badInput("heap_size of dlmalloc is at least 2048: its state lies in it");
    }
    return Done{};
}

Expected<Done> checkPages(const AllocatorSettings& settings) {
    const std::string name(allocatorInfo(settings.kind).name);
    if (settings.heapBase % pageBytes != 0 || settings.heapSize % pageBytes != 0) {
        return badInput("heap_base and heap_size of " + name + " are multiples of 4,096");
    }
    if (std::max(settings.heapSize, settings.heapLimit) / pageBytes >= page_allocator::none) {
        return badInput("heap_size and heap_limit of " + name + " are below 16 TiB");
    }
    return Done{};
}

Expected<Done> checkSlab(const AllocatorSettings& settings) {
    if (settings.blockSize != 0 && settings.blockSize < wordBytes) {
        return badInput("block_size of slab is at least 8: the link of a free object lies in it");
    }
    return checkPages(settings);
}

} // namespace

Expected<Done> checkAllocatorSettings(const AllocatorSettings& settings) {
    if (settings.heapLimit != 0 && settings.heapLimit < settings.heapSize) {
        return badInput("heap_limit is smaller than heap_size");
    }
    if ((settings.pageSize & (settings.pageSize - 1)) != 0) {
        return badInput("page_size is not a power of two");
    }
    switch (settings.kind) {
    case SequentialFit:
        return checkRoom(sequential_fit::layoutFor(settings), settings);
    case QuickFit:
        return checkRoom(quick_fit::layoutFor(settings), settings);
    case Segregated:
        return checkRoom(segregated_storage::layoutOfBlocks(), settings);
    case Buddy:
        return checkBuddy(settings);
    case Region:
        return checkRegion(settings);
    case Tlsf:
        return checkTlsf(settings);
    case HalfFit:
        return checkHalfFit(settings);
    case Sliding:
        return checkSliding(settings);
    case CompactFit:
        return checkCompactFit(settings);
    case Dlmalloc:
        return checkDlmalloc(settings);
    case PageAllocator:
        return checkPages(settings);
    case Slab:
        return checkSlab(settings);
    default:
        return Done{};
    }
}

} // namespace fragscope
