#include "fragscope/alloc/allocators/forms.h"
#include "fragscope/alloc/heap_size.h"
#include "fragscope/alloc/memory/backing_reader.h"

#include <array>

/// Bump allocation: a pointer into the heap goes up with each request. A block that is freed is
/// only counted; when no block is left, the pointer returns to the start. Source: Wilson et al.
/// 1995, 2.2; the arena of many compilers.
///
///     books +0   top: where the next block begins
///           +8   blocks in use
namespace fragscope {

namespace {

enum class Line : std::uint16_t { Room = 1, Grow, Give, Count, Free, Reset };

constexpr std::array<std::string_view, 6> lines{
    "malloc(size): does the rest above the pointer hold it?",
    "no: the heap grows",
    "the block begins at the pointer; the pointer moves behind it",
    "one more block is in use",
    "free(block): one block less is in use; its bytes stay where they are",
    "no block is in use any more: the pointer returns to the start",
};

constexpr std::array<std::string_view, 3> names{"size_bytes", "top", "blocks"};

const Listing listingOfBump{ListingId::BumpAllocator, "bump", "Bump allocator", lines, names};

template <class Memory> class Bump final : public Allocator {
public:
    Bump(const AllocatorSettings& settings, Memory& memory)
        : memory_(memory), top_(memory.books()), blocks_(memory.books() + 8), unit_(settings.unit),
          alignment_(settings.alignment) {}

    void initialise() override {
        memory_.store(top_, memory_.heapStart());
        memory_.store(blocks_, 0);
    }

    std::uint64_t allocate(std::uint64_t bytes) override {
        const std::uint64_t size = roundUp(std::max<std::uint64_t>(bytes, 1) * unit_, alignment_);
        memory_.step(Line::Room, size);
        const std::uint64_t top = memory_.load(top_);
        memory_.looked();
        if (size > memory_.heapEnd() - top) {
            memory_.step(Line::Grow, size, top);
            const std::uint64_t missing = size - (memory_.heapEnd() - top);
            if (!memory_.grow(roundUp(missing, pageBytes))) {
                memory_.reason(Rule::HeapNoBlock, size);
                return refused;
            }
        }
        memory_.step(Line::Give, size, top);
        memory_.store(top_, top + size);
        memory_.step(Line::Count, size, top);
        memory_.store(blocks_, memory_.load(blocks_) + 1);
        memory_.reason(Rule::HeapFromTop, size, memory_.heapEnd() - top - size);
        return top;
    }

    void release(std::uint64_t /*handle*/) override {
        memory_.step(Line::Free);
        const std::uint64_t blocks = memory_.load(blocks_) - 1;
        memory_.store(blocks_, blocks);
        if (blocks == 0) {
            memory_.step(Line::Reset);
            memory_.store(top_, memory_.heapStart());
            memory_.reason(Rule::HeapRegionOver);
        }
    }

    void forEachFreeArea(const FreeAreaFunctor& functor) override {
        const std::uint64_t top = memory_.load(top_);
        if (top < memory_.heapEnd()) {
            functor({VirtAddr(top), ByteCount(memory_.heapEnd() - top)});
        }
    }

    [[nodiscard]] HeapPicture picture(const ArenaReader& reader,
                                      const HeapExtent& extent) const override {
        HeapPicture heap;
        const std::uint64_t top = reader.word(VirtAddr(extent.books));
        if (top < extent.start || top > extent.end) {
            return heap.broken("the pointer lies outside the heap", VirtAddr(extent.books));
        }
        const HeapBlock below{VirtAddr(extent.start), ByteCount(top - extent.start), true};
        const HeapBlock above{VirtAddr(top), ByteCount(extent.end - top)};
        if (below.length.value != 0) {
            heap.blocks.push_back(below);
        }
        if (above.length.value != 0) {
            heap.blocks.push_back(above);
            heap.lists.push_back(
                {"top", 0, 0, ByteCount(1), above.length, {{above.start, above.length}}});
        }
        return heap;
    }

    [[nodiscard]] const Listing& listing() const override { return listingOfBump; }

private:
    Memory& memory_;
    std::uint64_t top_;    ///< where the word lies
    std::uint64_t blocks_; ///< where the word lies
    std::uint64_t unit_;
    std::uint64_t alignment_;
};

} // namespace

MemoryPlan planBump(const AllocatorSettings& settings) {
    return growingPlan(settings, 16);
}

const Listing& listingBump() {
    return listingOfBump;
}

template <class Memory>
std::unique_ptr<Allocator> makeBump(const AllocatorSettings& settings, Memory& memory) {
    return std::make_unique<Bump<Memory>>(settings, memory);
}

FRAGSCOPE_INSTANTIATE_ALLOCATOR(Bump);

} // namespace fragscope
