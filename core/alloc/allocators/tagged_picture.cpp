#include "fragscope/alloc/allocators/tagged_picture.h"

#include <algorithm>

namespace fragscope {

namespace {

constexpr std::uint64_t usedBit = TaggedLayout::usedBit;

void addOwn(HeapPicture& picture, std::uint64_t from, std::uint64_t to) {
    if (from < to) {
        picture.blocks.push_back({VirtAddr(from), ByteCount(to - from), false, true});
    }
}

} // namespace

const HeapBlock* blockAt(const HeapPicture& picture, std::uint64_t at) {
    const auto found = std::lower_bound(
        picture.blocks.begin(), picture.blocks.end(), at,
        [](const HeapBlock& block, std::uint64_t place) { return block.start.value < place; });
    return found != picture.blocks.end() && found->start.value == at ? &*found : nullptr;
}

void TaggedDecoder::readBlocks(HeapPicture& picture) const {
    std::uint64_t at = layout.first(heap.start);
    const std::uint64_t end = layout.end(heap.start, heap.end);
    addOwn(picture, heap.start, at);
    std::uint64_t before = 0;
    while (at < end) {
        const std::uint64_t tag = word(at, 0);
        const std::uint64_t length = tag & TaggedLayout::lengthMask;
        const bool listed = (tag & TaggedLayout::listedBit) != 0;
        if (length == 0 || length > end - at || length % layout.granule != 0 ||
            (listed && (tag & usedBit) == 0)) {
            picture.broken("a tag is no length of a block", VirtAddr(at));
            return;
        }
        if (word(at, TaggedLayout::beforeOffset) != before) {
            picture.broken("the length of the block in front is not that of its tag", VirtAddr(at));
            return;
        }
        picture.blocks.push_back({VirtAddr(at), ByteCount(length), !listed && (tag & usedBit) != 0,
                                  false, listed ? 1U : 0U});
        before = length;
        at += length;
    }
    if (word(end, 0) != usedBit || word(end, TaggedLayout::beforeOffset) != before) {
        picture.broken("the words behind the last block are overwritten", VirtAddr(end));
    }
    addOwn(picture, end, heap.end);
}

void TaggedDecoder::readList(HeapPicture& picture, std::uint64_t head, std::uint64_t tail) const {
    std::vector<FreeListMember>& members = picture.lists.back().members;
    std::uint64_t previous = TaggedLayout::none;
    std::uint64_t block = reader.word(VirtAddr(head));
    while (block != TaggedLayout::none) {
        const HeapBlock* found = blockAt(picture, block);
        if (found == nullptr || found->used || found->books || found->group != 0) {
            picture.broken("a list leads to something that is no free block", VirtAddr(block));
            return;
        }
        if (word(block, TaggedLayout::previousOffset) != previous) {
            picture.broken("a back link does not lead to the block before", VirtAddr(block));
            return;
        }
        members.push_back({found->start, found->length});
        previous = block;
        block = word(block, TaggedLayout::nextOffset);
    }
    if (tail != 0 && reader.word(VirtAddr(tail)) != previous) {
        picture.broken("the tail of a list is not its last block", VirtAddr(tail));
    }
}

void TaggedDecoder::checkAllListed(HeapPicture& picture) const {
    std::size_t listed = 0;
    for (const FreeListPicture& list : picture.lists) {
        listed += list.members.size();
    }
    std::size_t free = 0;
    for (const HeapBlock& block : picture.blocks) {
        free += !block.used && !block.books ? 1U : 0U;
    }
    if (picture.whole() && listed != free) {
        picture.broken("a free block is in no list", VirtAddr(layout.first(heap.start)));
    }
}

void TaggedDecoder::checkMerged(HeapPicture& picture) {
    const auto isFree = [](const HeapBlock& block) { return !block.used && !block.books; };
    const auto pair = std::adjacent_find(
        picture.blocks.begin(), picture.blocks.end(),
        [&](const HeapBlock& a, const HeapBlock& b) { return isFree(a) && isFree(b); });
    if (picture.whole() && pair != picture.blocks.end()) {
        picture.broken("two free blocks beside each other", pair->start);
    }
}

std::uint64_t TaggedDecoder::footprint() const {
    const std::uint64_t first = layout.first(heap.start);
    std::uint64_t end = layout.end(heap.start, heap.end);
    while (end > first) {
        const std::uint64_t length = word(end, TaggedLayout::beforeOffset);
        if (length == 0 || length > end - first) {
            break;
        }
        if ((word(end - length, 0) & ~TaggedLayout::lengthMask) == usedBit) {
            return end - heap.start;
        }
        end -= length;
    }
    return 0;
}

} // namespace fragscope
