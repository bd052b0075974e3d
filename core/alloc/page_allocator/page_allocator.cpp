#include "fragscope/alloc/allocators/forms.h"
#include "fragscope/alloc/page_allocator/page_lists.h"

#include <array>

/// The page allocator of Linux: buddies of pages in one zone, a list of free blocks for each order
/// and migrate type, and page blocks that have a type, so that pages which cannot be moved gather
/// in few of them. A request whose lists are empty takes from another type: the largest block, and
/// where it may, with it the whole page block. A free block is always in the list of the type of
/// its page block.
///
/// Requests are in bytes and take the lowest order that holds them, 0 bytes one page, more than
/// 4 MiB nothing. The zone does not grow. There are no lists of pages per CPU in front, and no
/// watermarks. Source: Linux 6.10, mm/page_alloc.c (__rmqueue_smallest, __rmqueue_fallback,
/// steal_suitable_fallback, __free_one_page).
namespace fragscope {

namespace {

using namespace page_allocator;

enum class Line : std::uint16_t {
    Lists = 1,
    Take,
    Expand,
    Used,
    Fallback,
    Smallest,
    Survey,
    Gather,
    Convert,
    Free,
    Buddy,
    Join,
    Soon,
    Insert
};

constexpr std::array<std::string_view, 14> lines{
    "alloc(order, type): has the list of this order and type a block? else one order up",
    "the block leaves its list",
    "too large: the upper half becomes the first block of the list one order down",
    "order and type are noted in its first page: in use",
    "no block of this type: the largest one of another type; is there one of this order?",
    "movable, but the block is small: the smallest block of another type will do",
    "how many pages of its page block are free, or used by the like of the request?",
    "half of them or more: the free blocks of the page block go to the lists of this type",
    "the page block has this type now",
    "free(block): what is its order, and the type of its page block?",
    "is its buddy, at page frame XOR 2^order, free and of the same order?",
    "then the buddy leaves its list, and both are one block of the next order",
    "will it soon merge again: is the block beside it, one order up, free?",
    "then it becomes the last of its list, else the first",
};

constexpr std::array<std::string_view, 5> names{"block", "order", "type", "buddy", "free_pages"};

const Listing listingOfPageAllocator{ListingId::PageAllocator, "page-allocator", "Page allocator",
                                     lines, names};

template <class Memory> class PageAllocator final : public Allocator {
public:
    PageAllocator(const AllocatorSettings& settings, Memory& memory)
        : memory_(memory), layout_(layoutFor(static_cast<unsigned>(settings.pageblockOrder),
                                             memory.heapStart(),
                                             settings.heapSize,
                                             memory.books())),
          lists_(layout_, memory), type_(static_cast<unsigned>(settings.migrateType)) {}

    void initialise() override {
        for (unsigned order = 0; order < orders; ++order) {
            for (unsigned type = 0; type < types; ++type) {
                memory_.template store<std::uint32_t>(layout_.firstAt(order, type), none);
                memory_.template store<std::uint32_t>(layout_.lastAt(order, type), none);
            }
            memory_.store(layout_.countAt(order), 0);
        }
        for (std::uint64_t page = 0; page < layout_.pages;) {
            const unsigned order = layout_.largestOrder(page);
            setTypes(Line::Convert, page, order, movable);
            lists_.insert(Line::Insert, page, order, movable, End::Last);
            page += std::uint64_t{1} << order;
        }
    }

    std::uint64_t allocate(std::uint64_t bytes) override { return take(bytes, type_); }

    std::uint64_t allocateTyped(std::uint64_t bytes, std::uint8_t migrateType) override {
        return take(bytes, migrateType == 0 || migrateType > types ? type_ : migrateType - 1U);
    }

    void release(std::uint64_t handle) override {
        memory_.step(Line::Free, handle);
        const std::uint64_t freed = usedPage(handle);
        const unsigned order = lists_.state(freed) & orderMask;
        memory_.step(Line::Free, handle, order);
        const unsigned type = lists_.typeOfPageBlock(freed);
        const Joined block = join(freed, order, type);
        lists_.insert(Line::Insert, block.page, block.order, type,
                      mergesSoon(block, type) ? End::Last : End::First);
        memory_.reason(block.order == order ? Rule::HeapFreed : Rule::HeapMerged,
                       pageBytes << block.order);
    }

    void forEachFreeArea(const FreeAreaFunctor& functor) override {
        for (std::uint64_t page = 0; page < layout_.pages;) {
            const std::uint8_t state = lists_.state(page);
            const std::uint64_t length = lists_.lengthOf(page, state);
            if ((state & freeMark) != 0 &&
                !functor({VirtAddr(layout_.addressOf(page)), ByteCount(length * pageBytes)})) {
                return;
            }
            page += length;
        }
    }

    [[nodiscard]] HeapPicture picture(const ArenaReader& reader,
                                      const HeapExtent& extent) const override {
        return decode(layout_, reader, extent);
    }

    [[nodiscard]] const Listing& listing() const override { return listingOfPageAllocator; }

private:
    using End = typename PageLists<Memory>::End;

    struct Found {
        std::uint32_t page = none;
        unsigned order = 0;
        unsigned type = 0; ///< of its list
        unsigned rest = 0; ///< of the list that what is left over goes to
    };

    struct Joined {
        std::uint64_t page;
        unsigned order;
    };

    [[nodiscard]] std::uint64_t addressOfPage(std::uint64_t page) const {
        return page == none ? 0 : layout_.addressOf(page);
    }

    // ---- allocation ----
    std::uint64_t take(std::uint64_t bytes, unsigned type) {
        const unsigned order = orderFor(bytes);
        if (order == orders) {
            memory_.reason(Rule::HeapTooLarge, bytes, most);
            return refused;
        }
        Found found = smallest(order, type);
        if (found.page == none) {
            found = fallback(order, type);
            if (found.page == none) {
                memory_.reason(Rule::HeapNoBlock, bytes);
                return refused;
            }
            memory_.reason(Rule::HeapBuddySteal, bytes, found.type, found.order);
            found = steal(found, order, type);
        } else if (found.order == order) {
            memory_.reason(Rule::HeapBuddyExact, bytes, order);
        } else {
            memory_.reason(Rule::HeapBuddySplit, bytes, order, found.order);
        }
        lists_.remove(Line::Take, found.page, found.order, found.type);
        if (found.rest != found.type) {
            setTypes(Line::Convert, found.page, found.order, found.rest);
        }
        expand(found, order);
        const std::uint64_t address = addressOfPage(found.page);
        memory_.step(Line::Used, address, order, type);
        lists_.setState(found.page, usedMark, order);
        lists_.setType(found.page, type);
        return address;
    }

    /// __rmqueue_smallest.
    Found smallest(unsigned order, unsigned type) {
        for (unsigned o = order; o < orders; ++o) {
            memory_.step(Line::Lists, 0, o, type);
            memory_.looked();
            if (const std::uint32_t page = lists_.first(o, type); page != none) {
                return {page, o, type, type};
            }
        }
        return {};
    }

    /// The upper halves of a block that is in no list go back, until it has the order.
    void expand(const Found& block, unsigned order) {
        for (unsigned o = block.order; o > order;) {
            --o;
            lists_.insert(Line::Expand, block.page + (std::uint64_t{1} << o), o, block.rest,
                          End::First);
        }
    }

    // ---- fallback ----
    [[nodiscard]] bool maySteal(unsigned order, unsigned type) const {
        return order >= layout_.blockOrder / 2 || type != movable;
    }

    Found ofOtherType(Line line, unsigned order, unsigned type) {
        for (const unsigned other : fallbacks.at(type)) {
            memory_.step(line, 0, order, other);
            memory_.looked();
            if (const std::uint32_t page = lists_.first(order, other); page != none) {
                return {page, order, other, other};
            }
        }
        return {};
    }

    /// __rmqueue_fallback: a block of another type, of this order or above.
    Found fallback(unsigned order, unsigned type) {
        Found found;
        for (unsigned o = orders; o > order && found.page == none; --o) {
            found = ofOtherType(Line::Fallback, o - 1, type);
        }
        if (found.page == none || maySteal(found.order, type)) {
            return found;
        }
        for (unsigned o = order; o < found.order; ++o) {
            if (const Found smaller = ofOtherType(Line::Smallest, o, type); smaller.page != none) {
                return smaller;
            }
        }
        return found;
    }

    /// steal_suitable_fallback: the block to take; another one if a page block changes its type.
    Found steal(const Found& found, unsigned order, unsigned type) {
        if (found.order >= layout_.blockOrder) {
            return {found.page, found.order, found.type, type};
        }
        if (!maySteal(found.order, type) || !claim(found, type)) {
            return found;
        }
        return smallest(order, type);
    }

    /// The page block of the block gets this type if half of it is free or used by the like.
    bool claim(const Found& found, unsigned type) {
        const std::uint64_t start = layout_.startOf(found.page, layout_.blockOrder);
        const std::uint64_t length = std::uint64_t{1} << layout_.blockOrder;
        if (start > layout_.pages || length > layout_.pages - start) {
            return false; // the zone has only a part of the page block
        }
        std::uint64_t free = 0;
        std::uint64_t usedMovable = 0;
        forEachBlock(Line::Survey, start, length,
                     [&](std::uint64_t page, std::uint8_t state, std::uint64_t pages) {
                         if ((state & freeMark) != 0) {
                             free += pages;
                         } else if (lists_.type(page) == movable) {
                             usedMovable += pages;
                         }
                     });
        std::uint64_t alike = usedMovable;
        if (type != movable) {
            alike = found.type == movable ? length - free - usedMovable : 0;
        }
        if (free + alike < length / 2) {
            return false;
        }
        forEachBlock(Line::Gather, start, length,
                     [&](std::uint64_t page, std::uint8_t state, std::uint64_t) {
                         if ((state & freeMark) != 0) {
                             const unsigned order = state & orderMask;
                             lists_.remove(Line::Gather, page, order, found.type);
                             lists_.insert(Line::Gather, page, order, type, End::Last);
                         }
                     });
        memory_.step(Line::Convert, addressOfPage(start), layout_.blockOrder, type);
        lists_.setTypeOfPageBlock(start, type);
        return true;
    }

    /// The blocks of a page block that no block is as large as.
    template <class Functor>
    void
    forEachBlock(Line line, std::uint64_t start, std::uint64_t length, const Functor& functor) {
        for (std::uint64_t page = start; page < start + length;) {
            memory_.step(line, addressOfPage(page));
            const std::uint8_t state = lists_.state(page);
            const std::uint64_t pages = lists_.lengthOf(page, state);
            functor(page, state, pages);
            page += pages;
        }
    }

    /// All page blocks of the block; of one that is smaller than a page block, that one.
    void setTypes(Line line, std::uint64_t page, unsigned order, unsigned type) {
        const std::uint64_t length = std::uint64_t{1} << order;
        const std::uint64_t step = std::uint64_t{1} << layout_.blockOrder;
        for (std::uint64_t done = 0; done < length; done += step) {
            memory_.step(line, addressOfPage(page + done), order, type);
            lists_.setTypeOfPageBlock(page + done, type);
        }
    }

    // ---- freeing ----
    /// The first page of a block that a program gives back.
    std::uint64_t usedPage(std::uint64_t handle) {
        const std::uint64_t page = handle / pageBytes - layout_.firstFrame;
        if (handle % pageBytes != 0 || page >= layout_.pages) {
            throw HeapDamaged{VirtAddr(handle), handle};
        }
        const std::uint8_t state = lists_.state(page);
        (void)lists_.lengthOf(page, state);
        if ((state & usedMark) == 0) {
            throw HeapDamaged{VirtAddr(layout_.entryAt(page) + stateOffset), state};
        }
        return page;
    }

    /// The block with all buddies that are free. A buddy of another page block takes the type.
    Joined join(std::uint64_t page, unsigned order, unsigned type) {
        while (order + 1 < orders) {
            const std::uint64_t buddy = layout_.buddyOf(page, order);
            memory_.step(Line::Buddy, addressOfPage(page), order, type, addressOfPage(buddy));
            if (!lists_.isFree(buddy, order)) {
                break;
            }
            const unsigned its = lists_.type(buddy);
            lists_.remove(Line::Join, buddy, order, its);
            if (its != type) {
                setTypes(Line::Convert, buddy, order, type);
            }
            memory_.step(Line::Join, addressOfPage(page), order, type, addressOfPage(buddy));
            lists_.setState(std::max(page, buddy), 0, 0);
            page = std::min(page, buddy);
            ++order;
        }
        return {page, order};
    }

    /// buddy_merge_likely.
    bool mergesSoon(const Joined& block, unsigned type) {
        if (block.order + 2 >= orders) {
            return false;
        }
        const std::uint64_t pair = layout_.startOf(block.page, block.order + 1);
        const std::uint64_t beside = layout_.buddyOf(pair, block.order + 1);
        memory_.step(Line::Soon, addressOfPage(block.page), block.order, type,
                     addressOfPage(beside));
        return lists_.isFree(beside, block.order + 1);
    }

    Memory& memory_;
    Layout layout_;
    PageLists<Memory> lists_;
    unsigned type_; ///< of requests that say none
};

} // namespace

MemoryPlan planPageAllocator(const AllocatorSettings& settings) {
    const Layout layout = layoutFor(static_cast<unsigned>(settings.pageblockOrder),
                                    settings.heapBase, settings.heapSize, 0);
    return fixedPlan(settings, layout.booksBytes());
}

const Listing& listingPageAllocator() {
    return listingOfPageAllocator;
}

template <class Memory>
std::unique_ptr<Allocator> makePageAllocator(const AllocatorSettings& settings, Memory& memory) {
    return std::make_unique<PageAllocator<Memory>>(settings, memory);
}

FRAGSCOPE_INSTANTIATE_ALLOCATOR(PageAllocator);

} // namespace fragscope
