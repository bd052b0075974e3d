#include "fragscope/scenario/names.h"

#include <array>

/// The names of the choices of heaps.
namespace fragscope {

template <> std::span<const Choice> choicesOf<HeapKind>() {
    static constexpr std::array<Choice, 4> choices{{
        {"none", "It has no heap."},
        {"first-fit", "One list of free blocks in order of address; a header in front of each "
                      "block."},
        {"segregated", "Lists of free blocks by size; a tag at both ends of each block, with "
                       "another unit and another sense of the flag."},
        {"allocator", "The allocator that `process.allocator` names."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<AllocatorKind>() {
    static const std::vector<Choice> choices = [] {
        std::vector<Choice> all;
        for (const AllocatorInfo& info : allocatorInfos()) {
            all.push_back({info.name, info.meaning});
        }
        return all;
    }();
    return choices;
}

template <> std::span<const Choice> choicesOf<HeapLayers>() {
    static constexpr std::array<Choice, 2> choices{{
        {"two", "Each block is an area of the virtual memory manager: whole pages, a system call "
                "for each malloc and free."},
        {"three", "A pool lies between: system calls only when it grows, shrinks or gives pages "
                  "back."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<OnFree>() {
    static constexpr std::array<Choice, 5> choices{{
        {"keep", "The pages stay in the pool, with their frames."},
        {"convert", "Whole pages stay in use but go back to allocate on demand."},
        {"unmap", "The pool gives back what it has too much at its end; a touch is an error then. "
                  "Two layers: the area of the block goes back."},
        {"leak", "As unmap, but only virtual memory is freed: the pages stay mapped, in no area."},
        {"mark", "Whole pages are marked; a task of low priority takes their frames later, unless "
                 "they were written again."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<ScavengeTrigger>() {
    static constexpr std::array<Choice, 4> choices{{
        {"never", "Only `scavenge` in the script."},
        {"at-exhaustion", "When no frame is left, while the process that needs one waits: all free "
                          "areas at once."},
        {"background", "A task of low priority, after frees, a quantum at a time."},
        {"on-notice", "A thread of the process is told when fewer than `paging.low_watermark` "
                      "frames are free; it drops the cache too. A quantum at a time."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<ScavengeThreshold>() {
    static constexpr std::array<Choice, 2> choices{{
        {"larger-than-4-kib", "For each free area of more than 4,096 bytes, as the seed has it; it "
                              "need not hold a whole page."},
        {"whole-page", "For each free area that holds at least one whole page."},
    }};
    return choices;
}

} // namespace fragscope
