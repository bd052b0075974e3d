#include "fragscope/alloc/allocators/sequential_fit_layout.h"

#include <algorithm>

namespace fragscope::sequential_fit {

namespace {

/// The textbook sorts when a block is freed and not when one is split.
void checkOrder(FreeListOrder order, HeapPicture& picture) {
    const std::vector<FreeListMember>& members = picture.lists.back().members;
    const auto later = [&](const FreeListMember& a, const FreeListMember& b) {
        return comesBefore(order, {b.start.value, b.length.value}, {a.start.value, a.length.value},
                           true);
    };
    const auto pair = std::adjacent_find(members.begin(), members.end(), later);
    if (picture.whole() && isSorted(order) && pair != members.end()) {
        picture.broken("the list is not in its order", pair->start);
    }
}

void checkRover(const ArenaReader& reader, const HeapExtent& heap, HeapPicture& picture) {
    const VirtAddr at(heap.books + roverOffset);
    const std::uint64_t rover = reader.word(at);
    const std::vector<FreeListMember>& members = picture.lists.back().members;
    const bool listed =
        rover == TaggedLayout::none ||
        std::any_of(members.begin(), members.end(),
                    [&](const FreeListMember& member) { return member.start.value == rover; });
    if (picture.whole() && !listed) {
        picture.broken("the rover leads to no block of the list", at);
    }
}

} // namespace

HeapPicture
decode(const AllocatorSettings& settings, const ArenaReader& reader, const HeapExtent& heap) {
    HeapPicture picture;
    const TaggedLayout layout = layoutFor(settings);
    const TaggedDecoder decoder{layout, reader, heap};
    decoder.readBlocks(picture);
    if (!picture.whole()) {
        return picture;
    }
    picture.lists.push_back(
        {"list", 0, 0, ByteCount(layout.least), ByteCount(heap.end - heap.start), {}});
    decoder.readList(picture, heap.books + headOffset, heap.books + tailOffset);
    decoder.checkAllListed(picture);
    checkRover(reader, heap, picture);
    if (!isTextbook(settings)) {
        checkOrder(settings.order, picture);
        if (settings.coalesce == Coalesce::Immediate) {
            TaggedDecoder::checkMerged(picture);
        }
    }
    return picture;
}

} // namespace fragscope::sequential_fit
