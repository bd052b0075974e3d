#include "fragscope/kernel/segments/segment_layout.h"

namespace fragscope {

namespace {

namespace word = segment_word;

std::uint64_t zonePlace(std::uint32_t zone) {
    return word::headerWords + zone * word::zoneWords;
}

SegmentLinks linksOf(std::uint64_t value) {
    return {.next = static_cast<SegmentId>(value), .previous = static_cast<SegmentId>(value >> 32)};
}

} // namespace

SegmentShape decodeShape(const WordStore& words) {
    return {.zones = static_cast<std::uint32_t>(words.load(word::zones)),
            .descriptors = static_cast<std::uint32_t>(words.load(word::descriptors)),
            .largestBlock = words.load(word::largestBlock),
            .pageblocks = words.load(word::pageblocks),
            .messages = static_cast<std::uint32_t>(words.load(word::messages))};
}

SegmentZone decodeZone(const WordStore& words, std::uint32_t zone) {
    const std::uint64_t place = zonePlace(zone);
    return {.begin = FrameNumber(words.load(place + word::begin)),
            .end = FrameNumber(words.load(place + word::end)),
            .first = static_cast<SegmentId>(words.load(place + word::first)),
            .last = static_cast<SegmentId>(words.load(place + word::last)),
            .top = FrameNumber(words.load(place + word::top)),
            .resume = FrameNumber(words.load(place + word::resume)),
            .free = PageCount(words.load(place + word::free))};
}

Segment decodeSegment(const WordStore& words, SegmentId id) {
    const std::uint64_t place = zonePlace(static_cast<std::uint32_t>(words.load(word::zones))) +
                                std::uint64_t{id - 1} * word::descriptorWords;
    const std::uint64_t state = words.load(place + word::state);
    const std::uint64_t asked = words.load(place + word::asked);
    return {.id = id,
            .base = FrameNumber(words.load(place + word::base)),
            .frames = PageCount(words.load(place + word::frames)),
            .state = static_cast<SegmentState>(state & 0xff),
            .alignLog2 = static_cast<std::uint8_t>(state >> 8),
            .locks = static_cast<std::uint16_t>(state >> 16),
            .owner = static_cast<std::uint32_t>(state >> 32),
            .vaddr = VirtAddr(words.load(place + word::vaddr)),
            .birth = words.load(place + word::birth),
            .asked = PageCount(asked & 0x7f'ffff'ffff),
            .unmovable = (asked & word::unmovableBit) != 0,
            .depth = static_cast<std::uint16_t>(asked >> 40),
            .zone = static_cast<std::uint8_t>(asked >> 56),
            .order = linksOf(words.load(place + word::order)),
            .list = linksOf(words.load(place + word::list))};
}

std::vector<Segment> decodeSegments(const WordStore& words, std::uint32_t zone) {
    const SegmentShape shape = decodeShape(words);
    std::vector<Segment> runs;
    SegmentId id = decodeZone(words, zone).first;
    while (id != 0 && id <= shape.descriptors && runs.size() < shape.descriptors) {
        runs.push_back(decodeSegment(words, id));
        id = runs.back().order.next;
    }
    return runs;
}

std::vector<SegmentId>
decodeFreeList(const WordStore& words, std::uint32_t zone, std::uint32_t list) {
    const SegmentShape shape = decodeShape(words);
    std::vector<SegmentId> ids;
    auto id = static_cast<SegmentId>(words.load(zonePlace(zone) + word::lists + list));
    while (id != 0 && id <= shape.descriptors && ids.size() < shape.descriptors) {
        ids.push_back(id);
        id = decodeSegment(words, id).list.next;
    }
    return ids;
}

} // namespace fragscope
