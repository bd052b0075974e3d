#include "fragscope/scenario/names.h"

#include <array>

/// The names of the choices of the segment heap, its compaction, and programs with segments.
namespace fragscope {

template <> std::span<const Choice> choicesOf<SegmentPlacement>() {
    static constexpr std::array<Choice, 6> choices{{
        {"none", "There are no segments."},
        {"quick-fit", "The old design: a list for each size up to 256 KiB, best fit above."},
        {"top", "The proposed design: always at the top of the heap; when it is reached, the "
                "segments below are compacted."},
        {"buddy", "For comparison: blocks of powers of two that split and merge with their "
                  "buddies, by migrate type."},
        {"paged", "For comparison: plain paging. Frames wherever they are free; nothing is ever "
                  "moved."},
        {"split", "What the thread warns of: a request that no run holds gets two separate "
                  "pieces."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<SegmentAddresses>() {
    static constexpr std::array<Choice, 2> choices{{
        {"virtual", "Page tables map each segment at a free area of its process."},
        {"physical", "A machine without paging: a segment's address is its place in memory, for "
                     "every process."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<SegmentRounding>() {
    static constexpr std::array<Choice, 4> choices{{
        {"none", "Whole pages."},
        {"multiple", "A multiple of segments.round_to pages."},
        {"power-of-two", "The next power of two."},
        {"sizes", "The next of segments.sizes."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<SegmentFallback>() {
    static constexpr std::array<Choice, 2> choices{{
        {"larger-list", "The first list of a larger size that is not empty."},
        {"none", "Nothing: the request goes on to joining, compaction or refusal."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<SegmentJoin>() {
    static constexpr std::array<Choice, 3> choices{{
        {"never", "Never: runs only become smaller."},
        {"on-failure", "All of them when a request finds none."},
        {"at-free", "When one of them is freed."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<SegmentSplit>() {
    static constexpr std::array<Choice, 3> choices{{
        {"always", "It is, however small."},
        {"minimum-rest", "If it has segments.minimum_rest pages."},
        {"never", "It stays with the segment."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<SegmentRetract>() {
    static constexpr std::array<Choice, 2> choices{{
        {"yes", "To the end of the highest segment."},
        {"no", "It stays; only a compaction takes it down."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<SegmentSpans>() {
    static constexpr std::array<Choice, 3> choices{{
        {"separate", "A heap for each span of memory; segments never change it."},
        {"across",
         "One heap across the holes; a segment that does not fit below a hole goes above."},
        {"across-fill", "Likewise, and younger segments fill what is left below a hole: the order "
                        "by age is given up."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<SpanChoice>() {
    static constexpr std::array<Choice, 3> choices{{
        {"first", "The lowest."},
        {"most-room", "The one with the most free memory."},
        {"best-fit", "The one with the least free memory that is enough."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<AreaJoin>() {
    static constexpr std::array<Choice, 3> choices{{
        {"at-free", "When one of them is freed: the array shrinks."},
        {"on-failure", "All of them before the address space is extended."},
        {"never", "Never: the array only grows."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<CompactionTrigger>() {
    static constexpr std::array<Choice, 4> choices{{
        {"none", "Nothing: what does not fit is refused."},
        {"failure", "A request that does not fit."},
        {"background", "A task that wakes up by its period, if there are gaps enough."},
        {"both", "Either of them."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<CompactionExtent>() {
    static constexpr std::array<Choice, 2> choices{{
        {"full", "All segments, from the bottom of the heap."},
        {"suffix", "Only the youngest ones, whose gaps are enough."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<LockedSegments>() {
    static constexpr std::array<Choice, 3> choices{{
        {"above", "It stays: what is above is compacted down to the locked segment."},
        {"below", "The oldest segments above that fit move into it: the order by age is given up."},
        {"wait",
         "The compaction waits until the segment is unlocked, or for compaction.lock_limit."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<Realign>() {
    static constexpr std::array<Choice, 3> choices{{
        {"never", "Not at all."},
        {"up", "From the top down each segment goes to the highest aligned place below the one "
               "above it; then all slide down."},
        {"to-top", "Each goes to the top of the heap: the order by age is given up."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<SegmentStamps>() {
    static constexpr std::array<Choice, 3> choices{{
        {"pages", "The first and the last word of each page."},
        {"ends", "The first and the last page's first word."},
        {"none", "None."},
    }};
    return choices;
}

} // namespace fragscope
