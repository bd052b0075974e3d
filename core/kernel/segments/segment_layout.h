#pragma once

#include "fragscope/kernel/segments/settings.h"
#include "fragscope/kernel/segments/word_store.h"

#include <bit>
#include <vector>

/// How the books of the segment heap lie in their words, and how to read them: pure functions of
/// the words, for pictures and checks. SegmentTable writes them.
///
///   words 0 to 15      heap: zones, descriptors, first unused descriptor, next birth number,
///                      descriptors in use, buddy: largest block in frames and pageblocks,
///                      places for messages, messages so far
///   then 80 per zone   begin, end, first, last, top, resume, free frames, large list, quick lists
///   then 8 per descriptor, number n (from 1) at 8 (n - 1):
///     word 0  base frame
///     word 1  length in frames
///     word 2  state 7:0 | log2 of the alignment 15:8 | locks 31:16 | owner process 63:32
///     word 3  virtual address at the owner
///     word 4  birth number
///     word 5  next by address 31:0 | previous 63:32
///     word 6  next in its free list 31:0 | previous 63:32
///     word 7  frames asked for 38:0 | unmovable 39 | split depth 55:40 | zone 63:56
///   then, buddy: a bit for each pageblock of 512 frames from frame 0 on: 1 = unmovable
///
///   then the migrate types of the pageblocks, and 24 words per place for a message
///   (message_table.h)
///
/// A zone has 65 heads of lists: quick-fit: 0 for large runs, n for those of n frames; buddy: 2 n
/// for movable blocks of 2^n frames, 2 n + 1 for unmovable ones.
/// The descriptors of a zone, in the order of their links, tile it: free and used runs and holes.
/// Source: seed 001; DEFRAG 3.
namespace fragscope {

enum class SegmentState : std::uint8_t {
    Unused,    ///< the descriptor is not in use
    Free,      ///< a free run
    Used,      ///< a segment that a process maps
    InTransit, ///< a segment inside a message: nobody maps it
    Moving,    ///< being moved: the run covers what it leaves or takes as well
    Target,    ///< where a segment is being moved to
    Hole,      ///< no memory there
};

using SegmentId = std::uint32_t; ///< number of a descriptor, from 1; 0 = none

struct SegmentLinks {
    SegmentId next = 0;
    SegmentId previous = 0;
};

/// A descriptor in words of the reader.
struct Segment {
    SegmentId id = 0;
    FrameNumber base{};
    PageCount frames{};
    SegmentState state = SegmentState::Unused;
    std::uint8_t alignLog2 = 0;
    std::uint16_t locks = 0; ///< for DMA; a locked segment never moves
    std::uint32_t owner = 0; ///< process
    VirtAddr vaddr{};        ///< where the owner maps it
    std::uint64_t birth = 0; ///< the n-th allocation of the heap
    PageCount asked{};       ///< before rounding
    bool unmovable = false;  ///< buddy: its migrate type
    std::uint16_t depth = 0; ///< how often the run was cut since it was whole
    std::uint8_t zone = 0;
    SegmentLinks order{}; ///< by address
    SegmentLinks list{};  ///< of the free list that it is in

    [[nodiscard]] FrameNumber end() const { return base + frames; }

    [[nodiscard]] PageCount alignment() const { return PageCount(1ULL << alignLog2); }
};

struct SegmentZone {
    FrameNumber begin{};
    FrameNumber end{};
    SegmentId first = 0;
    SegmentId last = 0;
    FrameNumber top{};    ///< placement Top: segments lie below
    FrameNumber resume{}; ///< where the background task goes on
    PageCount free{};     ///< frames in free runs
};

namespace segment_word {
inline constexpr std::uint64_t zones = 0;
inline constexpr std::uint64_t descriptors = 1;
inline constexpr std::uint64_t unused = 2; ///< first unused descriptor; linked by word 5
inline constexpr std::uint64_t births = 3;
inline constexpr std::uint64_t inUse = 4; ///< descriptors in use
inline constexpr std::uint64_t largestBlock = 5;
inline constexpr std::uint64_t pageblocks = 6;
inline constexpr std::uint64_t messages = 7; ///< places for messages
inline constexpr std::uint64_t sent = 8;     ///< messages so far
inline constexpr std::uint64_t headerWords = 16;
inline constexpr std::uint64_t zoneWords = 80;
inline constexpr std::uint64_t descriptorWords = 8;
inline constexpr std::uint64_t messageWords = 24;

// of a zone
inline constexpr std::uint64_t begin = 0;
inline constexpr std::uint64_t end = 1;
inline constexpr std::uint64_t first = 2;
inline constexpr std::uint64_t last = 3;
inline constexpr std::uint64_t top = 4;
inline constexpr std::uint64_t resume = 5;
inline constexpr std::uint64_t free = 6;
inline constexpr std::uint64_t lists = 7; ///< list 0 (large), then 1 to 64 frames

// of a descriptor
inline constexpr std::uint64_t base = 0;
inline constexpr std::uint64_t frames = 1;
inline constexpr std::uint64_t state = 2;
inline constexpr std::uint64_t vaddr = 3;
inline constexpr std::uint64_t birth = 4;
inline constexpr std::uint64_t order = 5;
inline constexpr std::uint64_t list = 6;
inline constexpr std::uint64_t asked = 7;

inline constexpr std::uint64_t unmovableBit = 1ULL << 39; ///< of word 7
} // namespace segment_word

/// How large the books are.
struct SegmentShape {
    std::uint32_t zones = 1;
    std::uint32_t descriptors = 0;
    std::uint64_t largestBlock = 0; ///< buddy: in frames; 0 = runs of any length
    std::uint64_t pageblocks = 0;   ///< buddy: as many have a migrate type
    std::uint32_t messages = 0;     ///< places for messages (message_table.h)

    /// Where the types of the pageblocks begin.
    [[nodiscard]] std::uint64_t typesPlace() const {
        return segment_word::headerWords + zones * segment_word::zoneWords +
               descriptors * segment_word::descriptorWords;
    }

    /// Where the places for messages begin.
    [[nodiscard]] std::uint64_t messageWord() const {
        return typesPlace() + (pageblocks + 63) / 64;
    }

    [[nodiscard]] std::uint64_t words() const {
        return messageWord() + messages * segment_word::messageWords;
    }
};

/// The free list that a run of so many frames belongs to: its length, or 0 for the large list.
constexpr std::uint32_t listOf(PageCount frames) {
    return frames.value <= SegmentSettings::quickLists ? static_cast<std::uint32_t>(frames.value)
                                                       : 0;
}

/// The free list of a run in a heap of this shape.
constexpr std::uint32_t listOf(const SegmentShape& shape, PageCount frames, bool unmovable) {
    return shape.largestBlock == 0
               ? listOf(frames)
               : 2 * static_cast<std::uint32_t>(std::countr_zero(frames.value)) +
                     (unmovable ? 1U : 0U);
}

SegmentShape decodeShape(const WordStore& words);
SegmentZone decodeZone(const WordStore& words, std::uint32_t zone);
Segment decodeSegment(const WordStore& words, SegmentId id);

/// The runs of a zone by address. Ends at a link that leads nowhere, and after as many steps as
/// there are descriptors.
std::vector<Segment> decodeSegments(const WordStore& words, std::uint32_t zone);

/// The descriptors of a free list from its head on; ends likewise.
std::vector<SegmentId>
decodeFreeList(const WordStore& words, std::uint32_t zone, std::uint32_t list);

} // namespace fragscope
