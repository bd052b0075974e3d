#include "fragscope/scenario/names.h"

#include <array>

namespace fragscope {

template <> std::span<const Choice> choicesOf<TranslationMode>() {
    static constexpr std::array<Choice, 2> choices{{
        {"paging", "Four levels of page tables in memory; the map is realised in their entries."},
        {"ranges", "A TLB miss reads the ordered list of map entries itself: the machine of the "
                   "seed. Simplified: no such processor is sold."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<Replacement>() {
    static constexpr std::array<Choice, 4> choices{{
        {"lru", "The least recently used entry, exactly."},
        {"fifo", "The entry that was filled first."},
        {"tree-plru",
         "Pseudo-LRU by a binary tree, as many processors do; ways must be a power of two."},
        {"random", "The seeded generator chooses."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<SchedulePolicy>() {
    static constexpr std::array<Choice, 3> choices{{
        {"by-time", "The runnable CPU with the smallest clock goes next (ties: lowest number)."},
        {"round-robin", "The runnable CPUs take turns, one micro-step each."},
        {"random", "The seeded generator picks the runnable CPU of each micro-step."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<MapRepresentation>() {
    static constexpr std::array<Choice, 3> choices{{
        {"start-only", "(start, offset): an entry covers up to the next start; each step of the "
                       "move is one aligned store."},
        {"start-base", "(start, base): shrinking the old block changes two words; between them "
                       "every access of the block is off by one transfer block."},
        {"start-length", "(start, offset, length): shrinking one entry and growing its neighbour "
                         "are two stores; between them there is a hole or an overlap."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<MoverAlgorithm>() {
    static constexpr std::array<Choice, 3> choices{{
        {"none", "Nothing is moved: blocks stay where they are."},
        {"stop-the-world", "The naive solution: stop the process, move the block, let it go on."},
        {"entry-e", "The seed's algorithm: an entry without access rights covers one transfer "
                    "block at a time, everything else stays reachable."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<ShootdownMode>() {
    static constexpr std::array<Choice, 4> choices{{
        {"acknowledged", "Before the copy every CPU drops its translations of the transfer block, "
                         "and the mover waits for all acknowledgements."},
        {"unacknowledged", "The interrupts are sent, but the copy does not wait for them: writes "
                           "through a stale translation are lost."},
        {"after-copy", "Translations are dropped only after the copy: what was written meanwhile "
                       "is lost."},
        {"none", "Nobody is told: CPUs go on using the old frames, even when somebody else owns "
                 "them."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<HandlerMode>() {
    static constexpr std::array<Choice, 2> choices{{
        {"rewalk", "The handler looks at the map again: mapped by now means repeat the access."},
        {"as-written", "Not in entry E means violation, as the seed says; a legal access that "
                       "comes a little late gets its process killed."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<WaitMode>() {
    static constexpr std::array<Choice, 2> choices{{
        {"predicate", "The handler waits until the address is no longer in entry E."},
        {"edge", "The handler waits for the next signal `block done`; if the last one came "
                 "between its look and its sleep, it sleeps for ever."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<MoveOrder>() {
    static constexpr std::array<Choice, 2> choices{{
        {"remap-then-copy", "The transfer block leaves the map before it is copied."},
        {"copy-then-remap", "The block is copied while it can still be written: what is written "
                            "after its copy is lost."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<AccessAtomicity>() {
    static constexpr std::array<Choice, 2> choices{{
        {"atomic", "Translation and access are one micro-step."},
        {"split", "Translation is one step and the access another: the map may change between "
                  "them, as with an instruction in flight."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<CandidateOrder>() {
    static constexpr std::array<Choice, 3> choices{{
        {"lowest-address", "The block with the lowest virtual address first."},
        {"smallest", "The smallest block first: it is done soonest."},
        {"largest", "The largest block first."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<OldFrames>() {
    static constexpr std::array<Choice, 2> choices{{
        {"at-end", "The old frames are given back when the whole block has moved: it needs its "
                   "own size twice, but it can be rolled back."},
        {"per-block", "The old frames of each transfer block are given back at once."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<WaitInterrupts>() {
    static constexpr std::array<Choice, 2> choices{{
        {"on", "A waiting handler still takes interrupts, so it can acknowledge a shootdown."},
        {"off", "A waiting handler takes none: it waits for the mover, and the mover waits for its "
                "acknowledgement."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<PreemptInWindow>() {
    static constexpr std::array<Choice, 2> choices{{
        {"no", "The mover keeps its CPU while entry E is not empty."},
        {"yes", "The mover may lose its CPU while entry E is not empty: whoever waits for the "
                "block waits for the scheduler too."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<PteClear>() {
    static constexpr std::array<Choice, 2> choices{{
        {"exchange", "A page-table entry is cleared by an atomic exchange; its A and D bits are "
                     "carried over."},
        {"plain-store", "It is read, then overwritten: A and D bits that the processor sets in "
                        "between are lost."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<OwnersCovered>() {
    static constexpr std::array<Choice, 2> choices{{
        {"all", "Entry E is put into the map of every process that has the block."},
        {"only-one", "Entry E is put into one map only: the other owners go on writing to frames "
                     "that are being copied."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<PinnedFrames>() {
    static constexpr std::array<Choice, 2> choices{{
        {"skip", "A block with a frame that is locked for a device is not moved."},
        {"ignore", "It is moved all the same: the device goes on writing to the old frames."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<MoverDeath>() {
    static constexpr std::array<Choice, 2> choices{{
        {"rollback", "The map is the journal: the open transfer block is given back to the old "
                     "block, and whoever waits for it goes on."},
        {"nothing", "Nobody cleans up: whoever waits for the open transfer block waits for ever."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<SystemCallMode>() {
    static constexpr std::array<Choice, 2> choices{{
        {"fault-in", "The buffer is faulted in before the call goes on."},
        {"repeat", "The call returns with an error and is repeated."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<Pattern>() {
    static constexpr std::array<Choice, 6> choices{{
        {"uniform", "Each access goes to any word of the area with the same chance."},
        {"sequential", "The accesses go through the area word by word, over and over again."},
        {"hot-set", "Most accesses go to a small part at the start of the area."},
        {"script", "The accesses of the list `process.script`, in order."},
        {"segments",
         "It asks for segments of contiguous frames and frees them (process.segment_*)."},
        {"checkerboard", "It fills process.segment_limit with segments of segment_least, frees "
                         "every second one, and asks for an array of large_least."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<Action>() {
    static constexpr std::array<Choice, 21> choices{{
        {"grow", "The process asks for `size` more bytes at the high end of its area."},
        {"grow-low", "The process asks for `size` more bytes at the low end of its area."},
        {"exit", "The process ends and gives its memory back."},
        {"start-mover", "The mover looks for a block to move."},
        {"kill-mover", "The mover ends wherever it is."},
        {"pin", "The frames behind [offset, offset + size) of the process are locked in place."},
        {"unpin", "These frames may move again."},
        {"system-call", "The kernel writes `size` bytes at `offset` of the process."},
        {"violate", "The first thread of the process accesses `offset` bytes beyond its area."},
        {"share", "The process attaches all memory of `other`: same frames, both maps."},
        {"free", "The process gives the last `size` bytes of its area back."},
        {"allocate", "The process gets `size` bytes of single pages from the free list."},
        {"release", "The process gives the pages of [offset, offset + size) of these back."},
        {"create-shared", "A shared object named `shared` of `size` bytes is made."},
        {"attach", "The process attaches the shared object `shared`."},
        {"detach", "The process detaches the shared object `shared`."},
        {"destroy-shared", "The object loses its name; its frames go back with the last "
                           "attachment."},
        {"free-shared", "A mistake of the kernel: it frees the object's frames, mapped or not."},
        {"kernel-object", "The kernel heap gives out an object of `size` bytes."},
        {"overrun", "A mistake of the kernel: it writes `size` bytes behind the end of the last "
                    "object."},
        {"reclaim-stacks", "The kernel takes the pages below RSP from every stack of the process, "
                           "in the background."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<RecordLevel>() {
    static constexpr std::array<Choice, 3> choices{{
        {"metrics", "Metric samples only, no events."},
        {"structure", "What happened to blocks, maps, page tables, faults and waits."},
        {"full", "Every access, every micro-step and every change of a byte as well."},
    }};
    return choices;
}

} // namespace fragscope
