#include "fragscope/scenario/setting_builder.h"

/// Settings of the books of frames.
namespace fragscope {

std::vector<Setting> framesSettings() {
    using S = FrameSettings;
    return {
        choice("frames.books", &S::books)
            .says("Where the owners of a frame are noted.", "seed 004: list in the kernel heap, or "
                                                            "a dedicated guarded region"),
        choice("frames.kernel_pages", &S::kernelPages)
            .says("How the kernel's own pages are booked.",
                  "seed 004: I don't bookkeep kernel memory this way"),
        choice("frames.init", &S::init)
            .says("How the free list is built.", "seed 004: element[x].next = element[x+1], some "
                                                 "border checking included"),
        choice("frames.table_release", &S::tableRelease)
            .says("What a process that ends gives back of its page tables."),
        flag("frames.step_boot", &S::stepBoot)
            .says("Build the free list in micro-steps, before the processes begin."),
        count("frames.owner_nodes", &S::ownerNodes)
            .between(0, 1ULL << 23)
            .word("auto", 0)
            .says("Nodes for second and further owners of frames; `auto`: one for two frames. "
                  "Each takes 16 bytes."),
        size("frames.kernel_heap", &S::kernelHeap)
            .between(0, mib(128).value)
            .multipleOf(pageBytes)
            .word("auto", 0)
            .says("Size of the kernel heap; `auto`: 16 KiB, or 32 bytes a frame where the list of "
                  "owners lies there."),
    };
}

} // namespace fragscope
