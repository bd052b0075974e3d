#include "fragscope/alloc/page_allocator/shape_pages.h"

#include "fragscope/base/check.h"

#include <vector>

namespace fragscope {

namespace {

using namespace page_allocator;

constexpr unsigned top = orders - 1;
using Blocks = std::vector<std::uint64_t>;
using CountsOfType = std::array<std::uint64_t, orders>;

/// At each order the fewest blocks that must be broken to get the free blocks below it. Of two
/// buddies only one may be free: a broken block gives at most one free half, and its other half may
/// be broken in turn.
CountsOfType brokenBlocks(const CountsOfType& free) {
    CountsOfType broken{};
    for (unsigned order = 0; order < top; ++order) {
        broken[order + 1] = std::max(free[order], (broken[order] + free[order] + 1) / 2);
    }
    return broken;
}

std::uint64_t topBlocks(const CountsOfType& free) {
    return free[top] + brokenBlocks(free)[top];
}

FreePageCounts scaled(const FreePageCounts& counts, std::uint64_t part, std::uint64_t whole) {
    FreePageCounts smaller = counts;
    for (CountsOfType& ofType : smaller) {
        for (std::uint64_t& blocks : ofType) {
            blocks = blocks / whole * part + blocks % whole * part / whole;
        }
    }
    return smaller;
}

/// The largest counts, in the same proportions, that so many blocks of the top order can give.
FreePageCounts fitting(const FreePageCounts& counts, std::uint64_t blocks) {
    constexpr std::uint64_t whole = 1U << 20;
    const auto fits = [&](std::uint64_t part) {
        std::uint64_t needed = 0;
        for (const CountsOfType& ofType : scaled(counts, part, whole)) {
            needed += topBlocks(ofType);
        }
        return needed <= blocks;
    };
    std::uint64_t least = 0;
    for (std::uint64_t step = whole; step != 0; step /= 2) {
        least += least + step <= whole && fits(least + step) ? step : 0;
    }
    return scaled(counts, least, whole);
}

class Shaper {
public:
    explicit Shaper(Allocator& allocator) : allocator_(allocator) {}

    /// All memory is in use afterwards; the blocks of the top order among it.
    Blocks takeAll() {
        Blocks largest;
        for (unsigned order = orders; order-- > 0;) {
            std::uint64_t block = take(order, movable);
            while (block != Allocator::refused) {
                if (order == top) {
                    largest.push_back(block);
                }
                block = take(order, movable);
            }
        }
        return largest;
    }

    /// Breaks blocks of the top order, which are in use, until the free ones can be given back.
    void breakUp(Blocks blocks, const CountsOfType& free, unsigned type) {
        const CountsOfType broken = brokenBlocks(free);
        for (std::uint64_t& block : blocks) {
            allocator_.release(block); // the only free block: its page blocks take the type
            block = take(top, type);
        }
        toFree_.insert(toFree_.end(), blocks.end() - static_cast<std::ptrdiff_t>(free[top]),
                       blocks.end());
        blocks.resize(blocks.size() - free[top]);
        for (unsigned order = top; order-- > 0;) {
            blocks = halves(blocks, order, free[order], broken[order], type);
        }
    }

    void giveBack() {
        for (const std::uint64_t block : toFree_) {
            allocator_.release(block);
        }
    }

private:
    std::uint64_t take(unsigned order, unsigned type) {
        return allocator_.allocateTyped(pageBytes << order, static_cast<std::uint8_t>(type + 1));
    }

    /// Halves of blocks of the next order: so many to be free, in pairs with halves that may be
    /// broken. Returns the latter.
    Blocks halves(const Blocks& blocks,
                  unsigned order,
                  std::uint64_t free,
                  std::uint64_t broken,
                  unsigned type) {
        Blocks rest;
        for (const std::uint64_t block : blocks) {
            if (free == 0 && rest.size() >= broken) {
                break; // stays in use as it is
            }
            allocator_.release(block);
            const std::uint64_t low = take(order, type);
            const std::uint64_t high = take(order, type);
            FRAGSCOPE_CHECK(low == block && high == block + (pageBytes << order),
                            "the only free block gives its halves");
            if (free != 0) {
                --free;
                toFree_.push_back(low);
            } else {
                rest.push_back(low);
            }
            rest.push_back(high);
        }
        return rest;
    }

    Allocator& allocator_;
    Blocks toFree_;
};

} // namespace

FreePageCounts shapePages(Allocator& allocator, const FreePageCounts& counts) {
    Shaper shaper(allocator);
    Blocks blocks = shaper.takeAll();
    const FreePageCounts free = fitting(counts, blocks.size());
    for (unsigned type = 0; type < types; ++type) {
        const auto own = static_cast<std::ptrdiff_t>(topBlocks(free[type]));
        shaper.breakUp(Blocks(blocks.end() - own, blocks.end()), free[type], type);
        blocks.resize(blocks.size() - static_cast<std::size_t>(own));
    }
    shaper.giveBack();
    return free;
}

} // namespace fragscope
