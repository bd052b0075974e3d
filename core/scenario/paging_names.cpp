#include "fragscope/scenario/names.h"

#include <array>

/// The names of the choices of demand paging.
namespace fragscope {

template <> std::span<const Choice> choicesOf<DemandHandler>() {
    static constexpr std::array<Choice, 2> choices{{
        {"checking", "It looks at the state of the page in its entry and acts on it."},
        {"quick-and-dumb", "It maps a zeroed frame at any fault: an error of the program goes "
                           "unnoticed and costs a frame."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<InvalidReaction>() {
    static constexpr std::array<Choice, 3> choices{{
        {"kill", "The process is ended."},
        {"signal", "A handler of the process is told (process.on_signal)."},
        {"stop", "The process stops at the access, to be looked at."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<OnSignal>() {
    static constexpr std::array<Choice, 3> choices{{
        {"end", "There is no handler: the process is ended."},
        {"skip", "The handler leaves the access out and the process goes on."},
        {"reserve", "The handler reserves the page, if it is not used, and repeats the access."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<OutOfMemoryMode>() {
    static constexpr std::array<Choice, 3> choices{{
        {"kill-largest", "The process with the most frames is ended; the others go on."},
        {"kill-faulting", "The process that needs a frame is ended."},
        {"fail-request", "It never comes to that: what frames and slots could not back is not "
                         "promised. Frames that other things take later can still be missing; "
                         "then the process that needs one is ended."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<PageReplacement>() {
    static constexpr std::array<Choice, 10> choices{{
        {"none", "No page leaves: when no frame is left, a process does."},
        {"fifo", "The page that was loaded longest ago."},
        {"lru", "The page that was not used for the longest time."},
        {"mru", "The page that was used last."},
        {"clock", "The first page under the hand that was not used since the hand passed."},
        {"random", "Any page."},
        {"nfu", "The page that was used in the fewest clock ticks."},
        {"aging", "The page with the lowest shift register of its uses."},
        {"opt",
         "The page whose next use is farthest away: it knows the script of the only thread."},
        {"working-set", "Every page that the last references (paging.window) did not use."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<ReplacementScope>() {
    static constexpr std::array<Choice, 2> choices{{
        {"global", "A page of any process."},
        {"process", "A page of the process that needs the frame."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<UseSource>() {
    static constexpr std::array<Choice, 2> choices{{
        {"accessed-bits", "The accessed bits of the entries, read and cleared when a page must "
                          "leave: the order of the uses in between is not known."},
        {"every-access", "It is told of every access. Simplified: no processor does that."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<AttachMode>() {
    static constexpr std::array<Choice, 2> choices{{
        {"at-once", "All entries are written when the process attaches the object."},
        {"on-touch", "The entries say shared, not attached; the first touch of a page writes its "
                     "own."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<StackReclaim>() {
    static constexpr std::array<Choice, 2> choices{{
        {"keep-red-zone", "The 128 bytes below RSP stay: a function that calls no other may use "
                          "them without moving RSP."},
        {"below-rsp", "Deliberate mistake: every page below RSP goes, the red zone with it."},
    }};
    return choices;
}

} // namespace fragscope
