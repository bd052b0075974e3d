#include "fragscope/kernel/segments/segment_table.h"

#include "fragscope/base/check.h"

#include <algorithm>
#include <bit>

namespace fragscope {

namespace {

/// How often the run was cut after one more cut; stays at the most that its field holds.
std::uint16_t deeper(const Segment& run) {
    return run.depth == 0xFFFF ? run.depth : static_cast<std::uint16_t>(run.depth + 1);
}

namespace word = segment_word;

constexpr std::uint64_t pack(SegmentLinks links) {
    return links.next | std::uint64_t{links.previous} << 32;
}

constexpr SegmentId nextOf(std::uint64_t links) {
    return static_cast<SegmentId>(links);
}

constexpr SegmentId previousOf(std::uint64_t links) {
    return static_cast<SegmentId>(links >> 32);
}

constexpr std::uint64_t withNext(std::uint64_t links, SegmentId next) {
    return (links & ~0xffff'ffffULL) | next;
}

constexpr std::uint64_t withPrevious(std::uint64_t links, SegmentId previous) {
    return (links & 0xffff'ffffULL) | std::uint64_t{previous} << 32;
}

constexpr std::uint64_t askedMask = 0x7f'ffff'ffff;
constexpr unsigned depthShift = 40;
constexpr unsigned zoneShift = 56;

constexpr std::uint16_t depthOf(std::uint64_t asked) {
    return static_cast<std::uint16_t>(asked >> depthShift);
}

constexpr std::uint64_t packAsked(PageCount asked, std::uint16_t depth, std::uint64_t zone) {
    return (asked.value & askedMask) | std::uint64_t{depth} << depthShift | zone << zoneShift;
}

constexpr std::uint64_t typeOf(const Segment& run) {
    return run.unmovable ? word::unmovableBit : 0;
}

} // namespace

SegmentTable::SegmentTable(WordStore& words, SegmentShape shape, bool lists)
    : words_(words), shape_(shape), lists_(lists) {}

void SegmentTable::format(const std::vector<ZoneSpec>& zones) {
    FRAGSCOPE_CHECK(zones.size() == shape_.zones, "one specification for each zone");
    words_.store(word::zones, shape_.zones);
    words_.store(word::descriptors, shape_.descriptors);
    words_.store(word::unused, 1);
    words_.store(word::births, 0);
    words_.store(word::inUse, 0);
    words_.store(word::largestBlock, shape_.largestBlock);
    words_.store(word::pageblocks, shape_.pageblocks);
    words_.store(word::messages, shape_.messages);
    for (std::uint64_t i = shape_.typesPlace(); i < shape_.messageWord(); ++i) {
        words_.store(i, 0);
    }
    for (SegmentId id = 1; id <= shape_.descriptors; ++id) {
        setField(id, word::state, 0);
        setField(id, word::order, id < shape_.descriptors ? id + 1 : 0);
    }
    for (std::uint32_t n = 0; n < shape_.zones; ++n) {
        const ZoneSpec& zone = zones[n];
        for (std::uint64_t i = 0; i < word::zoneWords; ++i) {
            words_.store(zonePlace(n) + i, 0);
        }
        words_.store(zonePlace(n) + word::begin, zone.begin.value);
        words_.store(zonePlace(n) + word::end, zone.end.value);
        words_.store(zonePlace(n) + word::top, zone.begin.value);
        words_.store(zonePlace(n) + word::resume, zone.begin.value);
        FrameNumber at = zone.begin;
        for (const Hole& hole : zone.holes) {
            insertBlocks(n, at, hole.begin);
            const SegmentId id = takeDescriptor();
            setField(id, word::asked, packAsked({}, 0, n));
            setField(id, word::state, static_cast<std::uint64_t>(SegmentState::Hole));
            linkAfter(id, last(n), n);
            setBounds(id, hole.begin, hole.frames);
            at = hole.begin + hole.frames;
        }
        insertBlocks(n, at, zone.end);
    }
}

/// Free memory behind what the zone has so far: one run, or the largest blocks that fit.
void SegmentTable::insertBlocks(std::uint32_t zone, FrameNumber begin, FrameNumber end) {
    while (begin < end) {
        std::uint64_t frames = (end - begin).value;
        if (shape_.largestBlock != 0) {
            const std::uint64_t aligned =
                begin.value == 0 ? shape_.largestBlock : begin.value & (~begin.value + 1);
            frames = std::min({std::bit_floor(frames), aligned, shape_.largestBlock});
        }
        insertFree(last(zone), zone, begin, PageCount(frames), 0);
        begin = begin + PageCount(frames);
    }
}

// ---- reading
// -------------------------------------------------------------------------------------------

std::uint64_t SegmentTable::zonePlace(std::uint32_t zone) const {
    return word::headerWords + zone * word::zoneWords;
}

std::uint64_t SegmentTable::place(SegmentId id) const {
    return zonePlace(shape_.zones) + std::uint64_t{id - 1} * word::descriptorWords;
}

std::uint64_t SegmentTable::field(SegmentId id, std::uint64_t word) const {
    return words_.load(place(id) + word);
}

void SegmentTable::setField(SegmentId id, std::uint64_t word, std::uint64_t value) {
    words_.store(place(id) + word, value);
}

Segment SegmentTable::segment(SegmentId id) const {
    return decodeSegment(words_, id);
}

SegmentZone SegmentTable::zone(std::uint32_t zone) const {
    return decodeZone(words_, zone);
}

SegmentId SegmentTable::first(std::uint32_t zone) const {
    return static_cast<SegmentId>(words_.load(zonePlace(zone) + word::first));
}

SegmentId SegmentTable::last(std::uint32_t zone) const {
    return static_cast<SegmentId>(words_.load(zonePlace(zone) + word::last));
}

SegmentId SegmentTable::next(SegmentId id) const {
    return nextOf(field(id, word::order));
}

SegmentId SegmentTable::previous(SegmentId id) const {
    return previousOf(field(id, word::order));
}

FrameNumber SegmentTable::base(SegmentId id) const {
    return FrameNumber(field(id, word::base));
}

PageCount SegmentTable::frames(SegmentId id) const {
    return PageCount(field(id, word::frames));
}

SegmentState SegmentTable::state(SegmentId id) const {
    return static_cast<SegmentState>(field(id, word::state) & 0xff);
}

std::uint32_t SegmentTable::zoneOf(SegmentId id) const {
    return static_cast<std::uint32_t>(field(id, word::asked) >> zoneShift);
}

PageCount SegmentTable::freeFrames(std::uint32_t zone) const {
    return PageCount(words_.load(zonePlace(zone) + word::free));
}

SegmentId SegmentTable::head(std::uint32_t zone, std::uint32_t list) const {
    return static_cast<SegmentId>(words_.load(zonePlace(zone) + word::lists + list));
}

SegmentId SegmentTable::nextInList(SegmentId id) const {
    return nextOf(field(id, word::list));
}

std::uint32_t SegmentTable::spare() const {
    return shape_.descriptors - static_cast<std::uint32_t>(words_.load(word::inUse));
}

// ---- descriptors and links
// -----------------------------------------------------------------------------

SegmentId SegmentTable::takeDescriptor() {
    const auto id = static_cast<SegmentId>(words_.load(word::unused));
    FRAGSCOPE_CHECK(id != 0, "no descriptor is left");
    words_.store(word::unused, nextOf(field(id, word::order)));
    words_.store(word::inUse, words_.load(word::inUse) + 1);
    return id;
}

void SegmentTable::dropDescriptor(SegmentId id) {
    setField(id, word::state, static_cast<std::uint64_t>(SegmentState::Unused));
    setField(id, word::order, words_.load(word::unused));
    words_.store(word::unused, id);
    words_.store(word::inUse, words_.load(word::inUse) - 1);
}

/// Into the order of addresses, behind `before` (0: at the front).
void SegmentTable::linkAfter(SegmentId id, SegmentId before, std::uint32_t zone) {
    const SegmentId after = before == 0 ? first(zone) : next(before);
    setField(id, word::order, pack({.next = after, .previous = before}));
    if (before == 0) {
        words_.store(zonePlace(zone) + word::first, id);
    } else {
        setField(before, word::order, withNext(field(before, word::order), id));
    }
    if (after == 0) {
        words_.store(zonePlace(zone) + word::last, id);
    } else {
        setField(after, word::order, withPrevious(field(after, word::order), id));
    }
}

void SegmentTable::unlink(SegmentId id) {
    const std::uint64_t links = field(id, word::order);
    const std::uint32_t zone = zoneOf(id);
    if (previousOf(links) == 0) {
        words_.store(zonePlace(zone) + word::first, nextOf(links));
    } else {
        const SegmentId before = previousOf(links);
        setField(before, word::order, withNext(field(before, word::order), nextOf(links)));
    }
    if (nextOf(links) == 0) {
        words_.store(zonePlace(zone) + word::last, previousOf(links));
    } else {
        const SegmentId after = nextOf(links);
        setField(after, word::order, withPrevious(field(after, word::order), previousOf(links)));
    }
}

/// Into the list of its length, in front; and its frames count as free.
void SegmentTable::enlist(SegmentId id) {
    const std::uint32_t zone = zoneOf(id);
    const PageCount length = frames(id);
    addToZone(zone, word::free, length.value);
    if (!lists_) {
        return;
    }
    const std::uint64_t headPlace = listPlace(id, zone, length);
    const auto old = static_cast<SegmentId>(words_.load(headPlace));
    setField(id, word::list, pack({.next = old, .previous = 0}));
    if (old != 0) {
        setField(old, word::list, withPrevious(field(old, word::list), id));
    }
    words_.store(headPlace, id);
}

void SegmentTable::delist(SegmentId id) {
    const std::uint32_t zone = zoneOf(id);
    const PageCount length = frames(id);
    addToZone(zone, word::free, 0 - length.value);
    if (!lists_) {
        return;
    }
    const std::uint64_t links = field(id, word::list);
    if (previousOf(links) == 0) {
        words_.store(listPlace(id, zone, length), nextOf(links));
    } else {
        const SegmentId before = previousOf(links);
        setField(before, word::list, withNext(field(before, word::list), nextOf(links)));
    }
    if (nextOf(links) != 0) {
        const SegmentId after = nextOf(links);
        setField(after, word::list, withPrevious(field(after, word::list), previousOf(links)));
    }
}

/// Where the head of the list of a free run is.
std::uint64_t SegmentTable::listPlace(SegmentId id, std::uint32_t zone, PageCount frames) const {
    return zonePlace(zone) + word::lists + listOf(shape_, frames, isUnmovable(id));
}

void SegmentTable::addToZone(std::uint32_t zone, std::uint64_t word, std::uint64_t added) {
    const std::uint64_t at = zonePlace(zone) + word;
    words_.store(at, words_.load(at) + added);
}

void SegmentTable::setBounds(SegmentId id, FrameNumber base, PageCount frames) {
    setField(id, word::base, base.value);
    setField(id, word::frames, frames.value);
}

SegmentId SegmentTable::insertFree(
    SegmentId before, std::uint32_t zone, FrameNumber base, PageCount frames, std::uint16_t depth) {
    const SegmentId id = takeDescriptor();
    setField(id, word::asked, packAsked({}, depth, zone));
    setField(id, word::state, static_cast<std::uint64_t>(SegmentState::Free));
    linkAfter(id, before, zone);
    setBounds(id, base, frames);
    enlist(id);
    return id;
}

// ---- a run changes its state
// ---------------------------------------------------------------------------

void SegmentTable::use(SegmentId id, const Holder& holder) {
    FRAGSCOPE_CHECK(isFree(id), "only a free run can be given out");
    delist(id);
    const std::uint64_t birth = words_.load(word::births);
    words_.store(word::births, birth + 1);
    setField(id, word::birth, birth);
    setField(id, word::vaddr, holder.vaddr.value);
    const std::uint64_t old = field(id, word::asked);
    setField(id, word::asked,
             packAsked(holder.asked, depthOf(old), old >> zoneShift) |
                 (holder.unmovable ? word::unmovableBit : 0));
    const auto align = static_cast<unsigned>(std::countr_zero(holder.alignment.value));
    setField(id, word::state,
             static_cast<std::uint64_t>(SegmentState::Used) | std::uint64_t{align} << 8 |
                 std::uint64_t{holder.owner} << 32);
}

void SegmentTable::release(SegmentId id) {
    setField(id, word::state, static_cast<std::uint64_t>(SegmentState::Free));
    enlist(id);
}

void SegmentTable::setState(SegmentId id, SegmentState state) {
    setField(id, word::state,
             (field(id, word::state) & ~0xffULL) | static_cast<std::uint64_t>(state));
}

void SegmentTable::setLocks(SegmentId id, std::uint16_t locks) {
    setField(id, word::state,
             (field(id, word::state) & ~0xffff'0000ULL) | std::uint64_t{locks} << 16);
}

void SegmentTable::setHolder(SegmentId id, std::uint32_t owner, VirtAddr vaddr) {
    setField(id, word::state,
             (field(id, word::state) & 0xffff'ffffULL) | std::uint64_t{owner} << 32);
    setField(id, word::vaddr, vaddr.value);
}

void SegmentTable::setAlignment(SegmentId id, PageCount alignment) {
    const auto log2 = static_cast<unsigned>(std::countr_zero(alignment.value));
    setField(id, word::state, (field(id, word::state) & ~0xff00ULL) | std::uint64_t{log2} << 8);
}

void SegmentTable::setAsked(SegmentId id, PageCount asked) {
    setField(id, word::asked, (field(id, word::asked) & ~askedMask) | (asked.value & askedMask));
}

void SegmentTable::setTop(std::uint32_t zone, FrameNumber top) {
    words_.store(zonePlace(zone) + word::top, top.value);
}

void SegmentTable::setResume(std::uint32_t zone, FrameNumber resume) {
    words_.store(zonePlace(zone) + word::resume, resume.value);
}

// ---- a run changes its bounds
// --------------------------------------------------------------------------

SegmentId SegmentTable::cutFront(SegmentId id, PageCount frames) {
    const Segment run = segment(id);
    FRAGSCOPE_CHECK(run.state == SegmentState::Free && frames.value > 0 && frames < run.frames,
                    "only a free run can be cut, inside its bounds");
    delist(id);
    const auto depth = deeper(run);
    const SegmentId front = insertFree(run.order.previous, run.zone, run.base, frames, depth);
    setField(id, word::asked, packAsked({}, depth, run.zone) | typeOf(run));
    setBounds(id, run.base + frames, run.frames - frames);
    enlist(id);
    return front;
}

SegmentId SegmentTable::cutBack(SegmentId id, PageCount frames, bool fresh) {
    const Segment run = segment(id);
    FRAGSCOPE_CHECK(run.state == SegmentState::Free && frames.value > 0 && frames < run.frames,
                    "only a free run can be cut, inside its bounds");
    delist(id);
    const auto depth = fresh ? run.depth : deeper(run);
    const SegmentId back = insertFree(id, run.zone, run.base + frames, run.frames - frames, depth);
    setField(id, word::asked, packAsked({}, depth, run.zone) | typeOf(run));
    setBounds(id, run.base, frames);
    enlist(id);
    if (run.unmovable) {
        setUnmovable(back, true);
    }
    return back;
}

void SegmentTable::joinNext(SegmentId id) {
    const Segment run = segment(id);
    const Segment above = segment(run.order.next);
    FRAGSCOPE_CHECK(run.state == SegmentState::Free && above.state == SegmentState::Free,
                    "only free runs can be joined");
    delist(id);
    delist(above.id);
    unlink(above.id);
    dropDescriptor(above.id);
    const std::uint16_t depth = run.depth < above.depth ? run.depth : above.depth;
    setField(id, word::asked,
             packAsked({}, static_cast<std::uint16_t>(depth > 0 ? depth - 1 : 0), run.zone) |
                 typeOf(run));
    setBounds(id, run.base, run.frames + above.frames);
    enlist(id);
}

// ---- a segment moves
// -----------------------------------------------------------------------------------

} // namespace fragscope
