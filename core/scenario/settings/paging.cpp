#include "fragscope/scenario/setting_builder.h"

/// Settings of demand paging: they act on areas that a process reserves.
namespace fragscope {

std::vector<Setting> pagingSettings() {
    using S = PagingSettings;
    return {
        choice("paging.handler", &S::handler)
            .says("What the fault handler does with a page that has no frame.",
                  "seed 002: should it know of virtual areas?"),
        choice("paging.invalid_access", &S::invalidAccess)
            .says("What happens to a process that accesses a page that is not its own.",
                  "seed 002: terminate, SIGSEGV or whatever"),
        choice("paging.out_of_memory", &S::outOfMemory)
            .says("Who gives way when no frame is left.", "seed 002: overcommitment"),
        size("paging.commit_limit", &S::commitLimit)
            .multipleOf(pageBytes)
            .word("none", 0)
            .says("Most memory that may be promised altogether."),
        choice("paging.replacement", &S::replacement)
            .says("Which page leaves when the frames are in use; pages with several owners stay."),
        choice("paging.scope", &S::scope).says("Whose pages may leave."),
        choice("paging.use", &S::use).says("How the replacement learns which pages were used."),
        count("paging.frames", &S::frames)
            .between(0, 1ULL << 40)
            .word("all", 0)
            .says("Frames for resident pages, altogether or of each process (paging.scope)."),
        count("paging.swap_slots", &S::swapSlots)
            .between(0, 1ULL << 20)
            .says("Slots of 4 KiB of the swap device."),
        flag("paging.zero_page", &S::zeroPage)
            .says("Pages that are read before they are written share one frame of zeros."),
        flag("paging.clock_r_on_load", &S::clockLoadedBit)
            .says("Clock: loading a page sets its reference bit.",
                  "textbooks differ: Tanenbaum, Stallings"),
        count("paging.window", &S::window)
            .between(1, 1'000'000'000'000)
            .says("Working set: references that count, the current one included."),
        count("paging.entry_bits", &S::entryBits)
            .between(0, osBits)
            .says("Bits of a present entry for the kernel; the four states of a present page need "
                  "2, what has no room goes to a side table.",
                  "seed 002: there's only 3 of them"),
        flag("paging.absent_states", &S::absentStates)
            .says("An absent entry holds the state of its page; else only a number, and the state "
                  "is in the side table.",
                  "seed 002: one bit is used for a swap space or memory mapped file flag"),
        choice("paging.attach", &S::attach)
            .says("When the entries of a shared object lead to its frames."),
        choice("paging.stack_reclaim", &S::stackReclaim)
            .says("Which pages a reclaim of stacks takes.",
                  "seed 002: free any allocated pages that reside under that thread's RSP value"),
    };
}

} // namespace fragscope
