// The part of the books of the segment heap that only buddies use: migrate types.
#include "fragscope/kernel/segments/segment_table.h"

namespace fragscope {

namespace {

namespace word = segment_word;

} // namespace

bool SegmentTable::isUnmovable(SegmentId id) const {
    return shape_.largestBlock != 0 && (field(id, word::asked) & word::unmovableBit) != 0;
}

bool SegmentTable::isUnmovable(FrameNumber frame) const {
    const std::uint64_t pageblock = frame.value / wordsPerPage;
    return (words_.load(shape_.typesPlace() + pageblock / 64) >> pageblock % 64 & 1) != 0;
}

void SegmentTable::setUnmovable(SegmentId id, bool unmovable) {
    const bool listed = isFree(id);
    if (listed) {
        delist(id);
    }
    const std::uint64_t other = field(id, word::asked) & ~word::unmovableBit;
    setField(id, word::asked, other | (unmovable ? word::unmovableBit : 0));
    if (listed) {
        enlist(id);
    }
}

void SegmentTable::setUnmovable(FrameNumber frame, bool unmovable) {
    const std::uint64_t pageblock = frame.value / wordsPerPage;
    const std::uint64_t place = shape_.typesPlace() + pageblock / 64;
    const std::uint64_t bit = 1ULL << pageblock % 64;
    const std::uint64_t others = words_.load(place) & ~bit;
    words_.store(place, others | (unmovable ? bit : 0));
}

} // namespace fragscope
