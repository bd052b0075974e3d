#include "fragscope/alloc/allocator.h"

namespace fragscope {

std::uint64_t Allocator::footprint(const ArenaReader& reader, const HeapExtent& extent) const {
    const HeapPicture heap = picture(reader, extent);
    for (auto block = heap.blocks.rbegin(); block != heap.blocks.rend(); ++block) {
        if (block->used) {
            return (block->start + block->length).value - extent.start;
        }
    }
    return 0;
}

} // namespace fragscope
