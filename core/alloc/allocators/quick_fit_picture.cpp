#include "fragscope/alloc/allocators/quick_fit_layout.h"

namespace fragscope::quick_fit {

namespace {

/// A quick list has links in one direction only: its length is bounded by the number of blocks.
void readQuickList(const ArenaReader& reader,
                   const HeapExtent& heap,
                   std::uint64_t list,
                   HeapPicture& picture) {
    const std::uint64_t length = lengthOfList(list);
    std::vector<FreeListMember> members;
    std::uint64_t block = reader.word(VirtAddr(heap.books + headsOffset + list * wordBytes));
    while (block != TaggedLayout::none) {
        const HeapBlock* found = blockAt(picture, block);
        if (found == nullptr || found->group != 1 || found->length.value != length) {
            picture.broken("a quick list leads to something that is no freed block of its size",
                           VirtAddr(block));
            return;
        }
        if (members.size() == picture.blocks.size()) {
            picture.broken("a quick list leads back to itself", VirtAddr(block));
            return;
        }
        members.push_back({found->start, found->length});
        block = reader.word(VirtAddr(block + TaggedLayout::nextOffset));
    }
    if (!members.empty()) {
        picture.lists.push_back({"quick list", static_cast<std::uint32_t>(list), 0,
                                 ByteCount(length), ByteCount(length), members});
    }
}

} // namespace

HeapPicture
decode(const AllocatorSettings& settings, const ArenaReader& reader, const HeapExtent& heap) {
    HeapPicture picture;
    const TaggedLayout layout = layoutFor(settings);
    const TaggedDecoder decoder{layout, reader, heap};
    decoder.readBlocks(picture);
    for (std::uint64_t list = 0; list < settings.lists && picture.whole(); ++list) {
        readQuickList(reader, heap, list, picture);
    }
    if (!picture.whole()) {
        return picture;
    }
    picture.lists.push_back(
        {"pool", 0, 0, ByteCount(layout.least), ByteCount(heap.end - heap.start), {}});
    decoder.readList(picture, heap.books, 0);
    decoder.checkAllListed(picture);
    if (settings.coalesce == Coalesce::Immediate) {
        TaggedDecoder::checkMerged(picture);
    }
    return picture;
}

} // namespace fragscope::quick_fit
