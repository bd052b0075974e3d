#include "fragscope/alloc/first_fit_heap.h"

#include "fragscope/alloc/first_fit_layout.h"

#include <algorithm>
#include <array>

namespace fragscope {

using namespace first_fit_layout;

namespace {

// ---- allocate
// ------------------------------------------------------------------------------------------
enum class Allocate : std::uint16_t { Head = 1, Look, Grow, Root, Extend, Rest, Link, Used };

constexpr std::array<std::string_view, 8> allocateLines{
    "the first free block of the list",
    "is the free block large enough, where the payload is aligned? else the next one",
    "no block is large enough: ask for more pages",
    "the pool's first pages: where its first block lies",
    "the new pages: a free block, or the end of the last one",
    "what is left behind the new block becomes a free block",
    "the list leads to what is left, or past the block",
    "the header: length, used, bytes asked for",
};

constexpr std::array<std::string_view, 7> allocateNames{
    "wanted_bytes", "alignment", "previous", "block", "length_bytes", "next", "place"};

// ---- release
// -------------------------------------------------------------------------------------------
enum class Release : std::uint16_t { Header = 1, Head, Look, Free, Next, Previous, Link };

constexpr std::array<std::string_view, 7> releaseLines{
    "read the header: how long is the block?",
    "the first free block of the list",
    "does the free block lie behind? else the next one",
    "the header: free",
    "the free block right behind it becomes part of it",
    "it becomes part of the free block right in front of it",
    "the list leads to it",
};

constexpr std::array<std::string_view, 5> releaseNames{"block", "length_bytes", "previous",
                                                       "previous_bytes", "next"};

// ---- walk
// ----------------------------------------------------------------------------------------------
enum class Walk : std::uint16_t { Head = 1, Look, Shorten };

constexpr std::array<std::string_view, 3> walkLines{
    "the first free block of the list",
    "look at the free block, then at the next one",
    "the last free block ends earlier: its pages may go",
};

constexpr std::array<std::string_view, 3> walkNames{"block", "length_bytes", "next"};

std::uint64_t lengthFor(ByteCount size) {
    return headerBytes + roundUp(std::max<std::uint64_t>(size.value, 1), heapGranule);
}

} // namespace

struct FirstFitHeap::AllocateLocals {
    std::uint64_t wanted;
    std::uint64_t alignment;
    std::uint64_t previous; ///< free block before `block`, 0 = none
    std::uint64_t block;    ///< 0 = none is large enough
    std::uint64_t length;
    std::uint64_t next;
    std::uint64_t place; ///< where the new block starts inside `block`
};

struct FirstFitHeap::ReleaseLocals {
    std::uint64_t block;
    std::uint64_t length;
    std::uint64_t previous;
    std::uint64_t previousLength;
    std::uint64_t next;
};

struct FirstFitHeap::WalkLocals {
    std::uint64_t block;
    std::uint64_t length;
    std::uint64_t next;
};

VirtAddr FirstFitHeap::head() const {
    return arena_.start() + headOffset;
}

/// The list ascends and leads to free blocks only, so that a damaged one cannot be walked for ever.
void FirstFitHeap::checkFree(std::uint64_t header,
                             std::uint64_t block,
                             std::uint64_t before) const {
    if (block <= before || isUsed(header) || !isSound(header, VirtAddr(block), arena_.end())) {
        throw HeapDamaged{VirtAddr(block), header};
    }
}

/// The list leads from `previous` (0 = its head) to `block`.
Steps FirstFitHeap::link(std::uint64_t previous, std::uint64_t block) {
    const VirtAddr from = previous != 0 ? VirtAddr(previous) + nextOffset : head();
    co_await arena_.store(from, block);
}

Steps FirstFitHeap::search(AllocateLocals& l) {
    l.previous = 0;
    l.length = 0;
    l.next = 0;
    co_yield Allocate::Head;
    l.block = co_await arena_.load(head());
    while (l.block != 0) {
        co_yield Allocate::Look;
        const VirtAddr block(l.block);
        if (block < arena_.start() || block >= arena_.end()) {
            throw HeapDamaged{block};
        }
        const std::uint64_t header = co_await arena_.load(block);
        checkFree(header, l.block, l.previous);
        l.length = lengthOf(header);
        l.next = co_await arena_.load(block + nextOffset);
        l.place = placeInside(l.block, headerBytes, l.alignment, leastBlock);
        if (l.place + l.wanted <= l.block + l.length) {
            co_return;
        }
        l.previous = l.block;
        l.block = l.next;
    }
}

/// The new pages, from the end of the arena as it was, become free. The search before has left the
/// last free block in `previous` and `length`.
Steps FirstFitHeap::addPages(AllocateLocals& l, VirtAddr tail) {
    if (tail == arena_.start() + firstBlockOffset) {
        co_yield Allocate::Root;
        co_await arena_.store(arena_.start(), tail.value);
    }
    co_yield Allocate::Extend;
    co_await arena_.store(tail, (arena_.end() - tail).value);
    if (tail.value == l.previous) {
        co_return;
    }
    co_yield Allocate::Extend;
    co_await arena_.store(tail + nextOffset, 0);
    co_yield Allocate::Link;
    co_await part(link(l.previous, tail.value));
}

Steps FirstFitHeap::grow(AllocateLocals& l, bool& granted) {
    const bool empty = arena_.start() == arena_.end();
    const VirtAddr oldEnd = arena_.end();
    VirtAddr tail = empty ? oldEnd + firstBlockOffset : oldEnd;
    if (l.previous != 0 && l.previous + l.length == oldEnd.value) {
        tail = VirtAddr(l.previous);
    }
    const std::uint64_t end =
        placeInside(tail.value, headerBytes, l.alignment, leastBlock) + l.wanted;
    co_yield Allocate::Grow;
    co_await part(source_.growPool(pagesFor(ByteCount(end - oldEnd.value)), granted));
    if (granted) {
        co_await part(addPages(l, tail));
    }
}

Steps FirstFitHeap::place(AllocateLocals& l, ByteCount asked) {
    std::uint64_t rest = l.block + l.length - (l.place + l.wanted);
    if (rest < leastBlock) {
        l.wanted += rest;
        rest = 0;
    }
    const std::uint64_t after = rest != 0 ? l.place + l.wanted : l.next;
    if (rest != 0) {
        co_yield Allocate::Rest;
        co_await arena_.store(VirtAddr(after), rest);
        co_yield Allocate::Rest;
        co_await arena_.store(VirtAddr(after) + nextOffset, l.next);
    }
    if (l.place != l.block) { // its front stays free, where it is in the list
        co_yield Allocate::Rest;
        co_await arena_.store(VirtAddr(l.block), l.place - l.block);
        l.previous = l.block;
    }
    co_yield Allocate::Link;
    co_await part(link(l.previous, after));
    co_yield Allocate::Used;
    co_await arena_.store(VirtAddr(l.place), l.wanted | usedBit);
    co_yield Allocate::Used;
    co_await arena_.store(VirtAddr(l.place) + nextOffset, asked.value);
}

Steps FirstFitHeap::allocate(HeapRequest& request) {
    auto& l = co_await Follow<AllocateLocals>{firstFitAllocateListing()};
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
        co_await part(place(l, request.size));
        request.address = VirtAddr(l.place) + ByteCount(headerBytes);
    }
}

Steps FirstFitHeap::findPlace(ReleaseLocals& l) {
    co_yield Release::Head;
    l.next = co_await arena_.load(head());
    while (l.next != 0 && l.next < l.block) {
        co_yield Release::Look;
        const std::uint64_t header = co_await arena_.load(VirtAddr(l.next));
        checkFree(header, l.next, l.previous);
        l.previous = l.next;
        l.previousLength = lengthOf(header);
        l.next = co_await arena_.load(VirtAddr(l.next) + nextOffset);
    }
}

Steps FirstFitHeap::merge(ReleaseLocals& l) {
    co_yield Release::Free;
    co_await arena_.store(VirtAddr(l.block), l.length);
    if (l.block + l.length == l.next) {
        co_yield Release::Next;
        const std::uint64_t header = co_await arena_.load(VirtAddr(l.next));
        checkFree(header, l.next, l.block);
        l.length += lengthOf(header);
        l.next = co_await arena_.load(VirtAddr(l.next) + nextOffset);
        co_yield Release::Next;
        co_await arena_.store(VirtAddr(l.block), l.length);
    }
    if (l.previous != 0 && l.previous + l.previousLength == l.block) {
        l.length += l.previousLength;
        l.block = l.previous;
        co_yield Release::Previous;
        co_await arena_.store(VirtAddr(l.block), l.length);
    } else {
        co_yield Release::Link;
        co_await part(link(l.previous, l.block));
    }
    co_yield Release::Link;
    co_await part(link(l.block, l.next));
}

Steps FirstFitHeap::release(HeapReturn& block) {
    auto& l = co_await Follow<ReleaseLocals>{firstFitReleaseListing()};
    const VirtAddr at(block.address.value - headerBytes);
    l.block = at.value;
    if (at < arena_.start() + firstBlockOffset || at >= arena_.end()) {
        throw HeapDamaged{at};
    }
    co_yield Release::Header;
    const std::uint64_t header = co_await arena_.load(at);
    if (!isUsed(header) || !isSound(header, at, arena_.end())) {
        throw HeapDamaged{at, header};
    }
    l.length = lengthOf(header);
    co_await part(findPlace(l));
    co_await part(merge(l));
    block.merged = {VirtAddr(l.block + headerBytes), ByteCount(l.length - headerBytes)};
    block.atEnd = l.block + l.length == arena_.end().value;
}

Steps FirstFitHeap::lastFree(WalkLocals& l) {
    co_yield Walk::Head;
    l.next = co_await arena_.load(head());
    while (l.next != 0) {
        co_yield Walk::Look;
        const std::uint64_t header = co_await arena_.load(VirtAddr(l.next));
        checkFree(header, l.next, l.block);
        l.block = l.next;
        l.length = lengthOf(header);
        l.next = co_await arena_.load(VirtAddr(l.next) + nextOffset);
    }
}

Steps FirstFitHeap::trim(ByteCount keep) {
    auto& l = co_await Follow<WalkLocals>{firstFitWalkListing()};
    if (arena_.start() == arena_.end()) {
        co_return;
    }
    co_await part(lastFree(l));
    const std::uint64_t end = arena_.end().value;
    const std::uint64_t newEnd = roundUp(l.block + leastBlock + keep.value, pageBytes);
    if (l.block == 0 || l.block + l.length != end || newEnd >= end) {
        co_return;
    }
    co_yield Walk::Shorten;
    co_await arena_.store(VirtAddr(l.block), newEnd - l.block);
    co_await part(source_.shrinkPool(pagesFor(ByteCount(end - newEnd))));
}

Steps FirstFitHeap::forEachFreeArea(VirtAddr from, FreeAreaVisitor& visitor) {
    auto& l = co_await Follow<WalkLocals>{firstFitWalkListing()};
    if (arena_.start() == arena_.end()) {
        co_return;
    }
    bool goOn = true;
    co_yield Walk::Head;
    l.next = co_await arena_.load(head());
    while (goOn && l.next != 0) {
        co_yield Walk::Look;
        const std::uint64_t header = co_await arena_.load(VirtAddr(l.next));
        checkFree(header, l.next, l.block);
        l.block = l.next;
        l.length = lengthOf(header);
        l.next = co_await arena_.load(VirtAddr(l.next) + nextOffset);
        const FreeArea area{VirtAddr(l.block + headerBytes), ByteCount(l.length - headerBytes)};
        if (area.end() > from) {
            co_await part(visitor.visit(area, goOn));
        }
    }
}

HeapPicture FirstFitHeap::picture(const ArenaReader& reader) const {
    return decode(reader, arena_.start(), arena_.end());
}

const Listing& firstFitAllocateListing() {
    static constexpr Listing listing{ListingId::FirstFitAllocate, "first-fit-allocate",
                                     "First fit: allocation", allocateLines, allocateNames};
    return listing;
}

const Listing& firstFitReleaseListing() {
    static constexpr Listing listing{ListingId::FirstFitRelease, "first-fit-release",
                                     "First fit: release", releaseLines, releaseNames};
    return listing;
}

const Listing& firstFitWalkListing() {
    static constexpr Listing listing{ListingId::FirstFitWalk, "first-fit-walk",
                                     "First fit: the free blocks", walkLines, walkNames};
    return listing;
}

} // namespace fragscope
