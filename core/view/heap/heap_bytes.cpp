#include "fragscope/view/heap/heap_bytes.h"

#include <algorithm>
#include <cstring>

namespace fragscope {

HeapBytes::HeapBytes(const PageMap& memory,
                     const PageStates& pages,
                     const HeapExtent& extent,
                     std::uint64_t booksEnd)
    : heap_(read(memory, pages, VirtAddr(extent.start), VirtAddr(extent.end))),
      books_(read(memory, pages, VirtAddr(extent.books), VirtAddr(booksEnd))) {}

HeapBytes::Range
HeapBytes::read(const PageMap& memory, const PageStates& pages, VirtAddr from, VirtAddr to) {
    Range range{from.value & ~pageOffsetMask, {}};
    for (std::uint64_t at = range.start; at < to.value; at += pageBytes) {
        const PageEntry entry = pageEntryIn(pages, pageOf(VirtAddr(at)));
        const bool known = entry.present && entry.number < memory.frameCount().value;
        range.pages.push_back(known ? memory.page(FrameNumber(entry.number)) : PageRef());
        unknown_ += !entry.present && entry.state == PageState::SwappedOut ? 1U : 0U;
    }
    return range;
}

std::uint64_t HeapBytes::word(VirtAddr at) const {
    const Range& range = at.value >= books_.start && !books_.pages.empty() ? books_ : heap_;
    const std::uint64_t offset = at.value - range.start;
    const std::uint64_t within = offset % pageBytes;
    std::uint64_t value = 0;
    if (at.value < range.start || offset / pageBytes >= range.pages.size()) {
        return value;
    }
    if (const std::byte* bytes = range.pages[offset / pageBytes].bytes()) {
        std::memcpy(&value, bytes + within, std::min(sizeof value, pageBytes - within));
    }
    return value;
}

bool HeapBytes::same(const HeapBytes& other) const {
    const auto equal = [](const Range& a, const Range& b) {
        return a.start == b.start &&
               std::equal(a.pages.begin(), a.pages.end(), b.pages.begin(), b.pages.end(),
                          [](const PageRef& x, const PageRef& y) { return x.same(y); });
    };
    return equal(heap_, other.heap_) && equal(books_, other.books_) && unknown_ == other.unknown_;
}

} // namespace fragscope
