#include "fragscope/alloc/allocators/segregated_storage_layout.h"

namespace fragscope::segregated_storage {

namespace {

void readOneList(const TaggedDecoder& decoder, unsigned list, HeapPicture& picture) {
    const HeapExtent& heap = decoder.heap;
    const ByteCount most(list + 1 < lists ? (std::uint64_t{64} << list) - 1
                                          : heap.end - heap.start);
    picture.lists.push_back({"list", list, 0, ByteCount(std::uint64_t{32} << list), most, {}});
    decoder.readList(picture, heap.books + headsOffset + list * wordBytes, 0);
    const std::vector<FreeListMember>& members = picture.lists.back().members;
    for (const FreeListMember& member : members) {
        if (picture.whole() && listOf(member.length.value) != list) {
            picture.broken("a free block is in the list of another size", member.start);
        }
    }
    const bool marked = (decoder.reader.word(VirtAddr(heap.books)) >> list & 1U) != 0;
    if (picture.whole() && marked == members.empty()) {
        picture.broken("the bit of a list is wrong", VirtAddr(heap.books));
    }
    if (members.empty()) {
        picture.lists.pop_back();
    }
}

} // namespace

HeapPicture decode(Coalesce coalesce, const ArenaReader& reader, const HeapExtent& heap) {
    HeapPicture picture;
    const TaggedLayout layout = layoutOfBlocks();
    const TaggedDecoder decoder{layout, reader, heap};
    decoder.readBlocks(picture);
    for (unsigned list = 0; list < lists && picture.whole(); ++list) {
        readOneList(decoder, list, picture);
    }
    decoder.checkAllListed(picture);
    if (coalesce == Coalesce::Immediate) {
        TaggedDecoder::checkMerged(picture);
    }
    return picture;
}

} // namespace fragscope::segregated_storage
