#include "fragscope/scenario/names.h"

#include <array>

namespace fragscope {

template <> std::span<const Choice> choicesOf<FrameBooks>() {
    static constexpr std::array<Choice, 2> choices{{
        {"array", "In the element of the frame, in a preallocated guarded array; further owners in "
                  "nodes of a guarded pool."},
        {"list", "In one linked list whose nodes are objects of the kernel heap, among others that "
                 "may overrun them."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<KernelPages>() {
    static constexpr std::array<Choice, 2> choices{{
        {"table", "In the frame table, with their owner, like all others."},
        {"counter", "Only the number of available pages is lowered: the owner is unknown, and a "
                    "leak stays invisible."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<FrameInit>() {
    static constexpr std::array<Choice, 2> choices{{
        {"bordered", "element[x].next = element[x + 1] with border checks: the last element ends "
                     "the list."},
        {"off-by-one", "Without the last check: the last element leads to one that does not "
                       "exist."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<TableRelease>() {
    static constexpr std::array<Choice, 2> choices{{
        {"complete", "All page tables of a process go back when it ends."},
        {"leak-tables", "Only the topmost one: the others stay, owned by nobody alive."},
    }};
    return choices;
}

} // namespace fragscope
