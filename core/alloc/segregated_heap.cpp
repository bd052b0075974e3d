#include "fragscope/alloc/segregated_heap.h"

#include "fragscope/alloc/segregated_layout.h"

#include <algorithm>
#include <array>

namespace fragscope {

using namespace segregated_layout;

namespace {

// ---- allocate
// ------------------------------------------------------------------------------------------
enum class Allocate : std::uint16_t {
    Lists = 1,
    Head,
    Look,
    Grow,
    Root,
    Extend,
    Unlink,
    Rest,
    Used
};

constexpr std::array<std::string_view, 9> allocateLines{
    "which lists have blocks?",
    "the first block of the list, from the list of the size upwards",
    "is the free block large enough, where the payload is aligned? else the next one",
    "no block is large enough: ask for more pages",
    "the pool's first pages: where its first block lies",
    "the new pages, with the free block in front of them, become a free block",
    "take the block out of its list",
    "what is left in front or behind becomes a free block, first of its list",
    "the tags at both ends: used",
};

constexpr std::array<std::string_view, 7> allocateNames{
    "wanted_bytes", "alignment", "lists", "list", "block", "length_bytes", "place"};

// ---- release
// -------------------------------------------------------------------------------------------
enum class Release : std::uint16_t { Tag = 1, Free, Next, Previous, Unlink, Insert };

constexpr std::array<std::string_view, 6> releaseLines{
    "read the tag: how long is the block?",
    "the tag: free",
    "is the block right behind it free? then both become one",
    "is the block right in front of it free? its tag stands before ours",
    "take the neighbour out of its list",
    "the merged block becomes the first of its list",
};

constexpr std::array<std::string_view, 3> releaseNames{"block", "length_bytes", "neighbour"};

// ---- walk
// ----------------------------------------------------------------------------------------------
enum class Walk : std::uint16_t { Last = 1, Look, Unlink, Insert };

constexpr std::array<std::string_view, 4> walkLines{
    "the tag at the end of the last block: is it free?",
    "look at the block, then at the one behind it",
    "take the last block out of its list",
    "it ends earlier, and becomes the first of its list: its pages may go",
};

constexpr std::array<std::string_view, 2> walkNames{"block", "length_bytes"};

std::uint64_t lengthFor(ByteCount size) {
    return 2 * tagBytes + roundUp(std::max<std::uint64_t>(size.value, 1), heapGranule);
}

} // namespace

struct SegregatedHeap::AllocateLocals {
    std::uint64_t wanted;
    std::uint64_t alignment;
    std::uint64_t lists; ///< bit i: list i has blocks
    std::uint64_t list;
    std::uint64_t block; ///< 0 = none is large enough
    std::uint64_t length;
    std::uint64_t place;
};

struct SegregatedHeap::ReleaseLocals {
    std::uint64_t block;
    std::uint64_t length;
    std::uint64_t neighbour;
};

struct SegregatedHeap::WalkLocals {
    std::uint64_t block;
    std::uint64_t length;
};

VirtAddr SegregatedHeap::headOf(unsigned list) const {
    return arena_.start() + headsOffset + ByteCount(list * wordBytes);
}

VirtAddr SegregatedHeap::limit() const {
    return limitOf(arena_.end());
}

/// Length of a block whose tag must be sound and say free or used.
std::uint64_t SegregatedHeap::checked(std::uint64_t tag, VirtAddr block, bool free) const {
    if (block < arena_.start() + firstBlockOffset || !isSound(tag, block, limit()) ||
        isFree(tag) != free) {
        throw HeapDamaged{block, tag};
    }
    return lengthOf(tag);
}

template <class Line>
Steps SegregatedHeap::writeTags(Line line, VirtAddr block, std::uint64_t tag) {
    co_yield line;
    co_await arena_.store(block, tag);
    co_yield line;
    co_await arena_.store(block + ByteCount(segregated_layout::lengthOf(tag) - tagBytes), tag);
}

template <class Line>
Steps SegregatedHeap::unlink(Line line, VirtAddr block, std::uint64_t length) {
    const unsigned list = listOf(length);
    co_yield line;
    const std::uint64_t next = co_await arena_.load(block + nextOffset);
    const std::uint64_t previous = co_await arena_.load(block + previousOffset);
    co_yield line;
    co_await arena_.store(previous != 0 ? VirtAddr(previous) + nextOffset : headOf(list), next);
    if (next != 0) {
        co_yield line;
        co_await arena_.store(VirtAddr(next) + previousOffset, previous);
    } else if (previous == 0) {
        co_yield line;
        const std::uint64_t bits = co_await arena_.load(arena_.start() + bitmapOffset);
        co_await arena_.store(arena_.start() + bitmapOffset, bits & ~(1ULL << list));
    }
}

template <class Line>
Steps SegregatedHeap::insert(Line line, VirtAddr block, std::uint64_t length) {
    const unsigned list = listOf(length);
    co_await part(writeTags(line, block, tagOf(length, true)));
    co_yield line;
    const std::uint64_t first = co_await arena_.load(headOf(list));
    co_await arena_.store(block + nextOffset, first);
    co_yield line;
    co_await arena_.store(block + previousOffset, 0);
    if (first != 0) {
        co_yield line;
        co_await arena_.store(VirtAddr(first) + previousOffset, block.value);
    } else {
        co_yield line;
        const std::uint64_t bits = co_await arena_.load(arena_.start() + bitmapOffset);
        co_await arena_.store(arena_.start() + bitmapOffset, bits | 1ULL << list);
    }
    co_yield line;
    co_await arena_.store(headOf(list), block.value);
}

/// One list; a back link that leads elsewhere ends the walk of a damaged one.
Steps SegregatedHeap::searchList(AllocateLocals& l) {
    std::uint64_t before = 0;
    co_yield Allocate::Head;
    l.block = co_await arena_.load(headOf(static_cast<unsigned>(l.list)));
    while (l.block != 0) {
        co_yield Allocate::Look;
        const VirtAddr block(l.block);
        if (block < arena_.start() || block >= limit()) {
            throw HeapDamaged{block};
        }
        const std::uint64_t tag = co_await arena_.load(block);
        l.length = checked(tag, block, true);
        if (co_await arena_.load(block + previousOffset) != before) {
            throw HeapDamaged{block + previousOffset};
        }
        l.place = placeInside(l.block, tagBytes, l.alignment, leastBlock);
        if (l.place + l.wanted <= l.block + l.length) {
            co_return;
        }
        before = l.block;
        l.block = co_await arena_.load(block + nextOffset);
    }
}

Steps SegregatedHeap::search(AllocateLocals& l) {
    co_yield Allocate::Lists;
    l.lists = co_await arena_.load(arena_.start() + bitmapOffset);
    l.block = 0;
    for (l.list = listOf(l.wanted); l.list < segregated_layout::lists && l.block == 0; ++l.list) {
        if ((l.lists >> l.list & 1U) != 0) {
            co_await part(searchList(l));
        }
    }
}

Steps SegregatedHeap::grow(AllocateLocals& l, bool& granted) {
    const bool empty = arena_.start() == arena_.end();
    const VirtAddr oldEnd = arena_.end();
    VirtAddr tail = empty ? arena_.start() + firstBlockOffset : limit();
    l.length = 0;
    if (!empty) {
        co_yield Allocate::Extend;
        const std::uint64_t tag = co_await arena_.load(VirtAddr(tail.value - tagBytes));
        if (isFree(tag)) {
            l.length = segregated_layout::lengthOf(tag);
            tail = VirtAddr(tail.value - l.length);
            (void)checked(tag, tail, true);
        }
    }
    const std::uint64_t end =
        placeInside(tail.value, tagBytes, l.alignment, leastBlock) + l.wanted + tagBytes;
    co_yield Allocate::Grow;
    co_await part(source_.growPool(pagesFor(ByteCount(end - oldEnd.value)), granted));
    if (!granted) {
        co_return;
    }
    if (empty) {
        co_yield Allocate::Root;
        co_await arena_.store(arena_.start(), tail.value);
    }
    if (l.length != 0) {
        co_await part(unlink(Allocate::Unlink, tail, l.length));
    }
    co_await part(insert(Allocate::Extend, tail, (limit() - tail).value));
}

Steps SegregatedHeap::place(AllocateLocals& l) {
    const std::uint64_t end = l.block + l.length;
    if (end - (l.place + l.wanted) < leastBlock) {
        l.wanted = end - l.place;
    }
    co_await part(unlink(Allocate::Unlink, VirtAddr(l.block), l.length));
    if (l.place != l.block) {
        co_await part(insert(Allocate::Rest, VirtAddr(l.block), l.place - l.block));
    }
    if (l.place + l.wanted != end) {
        co_await part(
            insert(Allocate::Rest, VirtAddr(l.place + l.wanted), end - l.place - l.wanted));
    }
    co_await part(writeTags(Allocate::Used, VirtAddr(l.place), tagOf(l.wanted, false)));
}

Steps SegregatedHeap::allocate(HeapRequest& request) {
    auto& l = co_await Follow<AllocateLocals>{segregatedAllocateListing()};
    l.wanted = lengthFor(request.size);
    l.alignment = request.alignment.value;
    bool granted = true;
    if (arena_.start() != arena_.end()) {
        co_await part(search(l));
    }
    while (l.block == 0 && granted) {
        granted = false;
        co_await part(grow(l, granted));
        if (granted) {
            co_await part(search(l));
        }
    }
    if (l.block != 0) {
        co_await part(place(l));
        request.address = VirtAddr(l.place + tagBytes);
    }
}

Steps SegregatedHeap::merge(ReleaseLocals& l) {
    const VirtAddr behind(l.block + l.length);
    if (behind < limit()) {
        co_yield Release::Next;
        l.neighbour = behind.value;
        const std::uint64_t tag = co_await arena_.load(behind);
        if (isFree(tag)) {
            const std::uint64_t length = checked(tag, behind, true);
            co_await part(unlink(Release::Unlink, behind, length));
            l.length += length;
        }
    }
    if (VirtAddr(l.block) > arena_.start() + firstBlockOffset) {
        co_yield Release::Previous;
        const std::uint64_t tag = co_await arena_.load(VirtAddr(l.block - tagBytes));
        l.neighbour = l.block - segregated_layout::lengthOf(tag);
        if (isFree(tag)) {
            const VirtAddr before(l.neighbour);
            const std::uint64_t length = checked(tag, before, true);
            co_await part(unlink(Release::Unlink, before, length));
            l.block = before.value;
            l.length += length;
        }
    }
    co_await part(insert(Release::Insert, VirtAddr(l.block), l.length));
}

Steps SegregatedHeap::release(HeapReturn& block) {
    auto& l = co_await Follow<ReleaseLocals>{segregatedReleaseListing()};
    const VirtAddr at(block.address.value - tagBytes);
    l.block = at.value;
    if (at < arena_.start() + firstBlockOffset || at >= limit()) {
        throw HeapDamaged{at};
    }
    co_yield Release::Tag;
    const std::uint64_t tag = co_await arena_.load(at);
    l.length = checked(tag, at, false);
    co_yield Release::Free; // so that freeing it once more is noticed
    co_await arena_.store(at, tagOf(l.length, true));
    co_await part(merge(l));
    block.merged = {VirtAddr(l.block + tagBytes + linkBytes),
                    ByteCount(l.length - 2 * tagBytes - linkBytes)};
    block.atEnd = l.block + l.length == limit().value;
}

Steps SegregatedHeap::trim(ByteCount keep) {
    auto& l = co_await Follow<WalkLocals>{segregatedWalkListing()};
    if (arena_.start() == arena_.end()) {
        co_return;
    }
    co_yield Walk::Last;
    const std::uint64_t tag = co_await arena_.load(VirtAddr(limit().value - tagBytes));
    if (!isFree(tag)) {
        co_return;
    }
    l.length = segregated_layout::lengthOf(tag);
    l.block = limit().value - l.length;
    (void)checked(tag, VirtAddr(l.block), true);
    const std::uint64_t end = arena_.end().value;
    const std::uint64_t newEnd = roundUp(l.block + leastBlock + keep.value + tagBytes, pageBytes);
    if (newEnd >= end) {
        co_return;
    }
    co_await part(unlink(Walk::Unlink, VirtAddr(l.block), l.length));
    co_await part(insert(Walk::Insert, VirtAddr(l.block), newEnd - tagBytes - l.block));
    co_await part(source_.shrinkPool(pagesFor(ByteCount(end - newEnd))));
}

Steps SegregatedHeap::forEachFreeArea(VirtAddr from, FreeAreaVisitor& visitor) {
    auto& l = co_await Follow<WalkLocals>{segregatedWalkListing()};
    bool goOn = arena_.start() != arena_.end();
    l.block = (arena_.start() + firstBlockOffset).value;
    while (goOn && l.block < limit().value) {
        co_yield Walk::Look;
        const VirtAddr block(l.block);
        const std::uint64_t tag = co_await arena_.load(block);
        l.length = checked(tag, block, isFree(tag));
        const FreeArea area{block + ByteCount(tagBytes + linkBytes),
                            ByteCount(l.length - 2 * tagBytes - linkBytes)};
        if (isFree(tag) && area.end() > from) {
            co_await part(visitor.visit(area, goOn));
        }
        l.block += l.length;
    }
}

HeapPicture SegregatedHeap::picture(const ArenaReader& reader) const {
    return decode(reader, arena_.start(), arena_.end());
}

const Listing& segregatedAllocateListing() {
    static constexpr Listing listing{ListingId::SegregatedAllocate, "segregated-allocate",
                                     "Segregated lists: allocation", allocateLines, allocateNames};
    return listing;
}

const Listing& segregatedReleaseListing() {
    static constexpr Listing listing{ListingId::SegregatedRelease, "segregated-release",
                                     "Segregated lists: release", releaseLines, releaseNames};
    return listing;
}

const Listing& segregatedWalkListing() {
    static constexpr Listing listing{ListingId::SegregatedWalk, "segregated-walk",
                                     "Segregated lists: all blocks", walkLines, walkNames};
    return listing;
}

} // namespace fragscope
