#include "fragscope/scenario/setting_builder.h"

/// Settings of the heap of a process, and of who looks after memory given back.
namespace fragscope {

namespace {

std::optional<std::string> parseAssignment(std::string_view text) {
    if (text.find('=') == std::string_view::npos) {
        return std::nullopt;
    }
    return std::string(text);
}

std::string printAssignment(const std::string& text) {
    return text;
}

} // namespace

std::vector<Setting> heapSettings() {
    using S = HeapSettings;
    return {
        choice("process.heap", &S::kind)
            .says("Heap of the process, for `malloc` and `free` in its script; its pool is empty "
                  "at first and begins at `process.start`."),
        choice("process.allocator", &S::allocator)
            .says("heap `allocator`: the allocator (`fragscope-cli list allocators`).",
                  "seed 003 and those that it is compared with"),
        Row("process.allocator_settings", &S::allocatorSettings, "KEY=VALUE", parseAssignment,
            printAssignment)
            .says("Settings of the allocator, as `fragscope-cli trace --set` takes them; sizes are "
                  "those of a small machine: heap_size 1 MiB, heap_limit 16 MiB."),
        choice("process.heap_layers", &S::layers)
            .says("What lies between malloc and the virtual memory manager.",
                  "seed 002: 3 layers in your design, mine uses only 2"),
        choice("process.on_free", &S::onFree)
            .says("What free() does with the pages of the block.",
                  "seed 002: what would be the best way to deallocate that memory?"),
        size("process.pool_step", &S::poolStep)
            .between(pageBytes, gib(1).value)
            .multipleOf(pageBytes)
            .says("The pool grows by at least so much."),
        size("process.unmap_above", &S::unmapAbove)
            .between(0, gib(1).value)
            .multipleOf(pageBytes)
            .says("on_free `unmap` and `leak`: more free memory than this at the end of the pool "
                  "goes back.",
                  "seed 002: if free() decides that there's too much memory in the pool"),
        flag("process.page_aligned", &S::pageAligned)
            .says("Blocks of a page or more begin at the begin of a page."),
        choice("process.scavenge", &S::scavenge)
            .says("Who starts the scavenger of the heap.",
                  "seed 002: a burst when needed, a low priority task, or a notice"),
        choice("process.scavenge_threshold", &S::threshold)
            .says("For which free areas the scavenger calls its functor.",
                  "seed 002: all free areas that are larger than 4k"),
        count("process.scavenge_quantum", &S::quantum)
            .between(1, 1ULL << 20)
            .says("Pages that the scavenger gives back at a time."),
        count("process.scavenge_cpu", &S::cpu)
            .says("CPU of the scavenger, or of the thread that is told of low memory."),
    };
}

std::vector<Setting> lowMemorySettings() {
    using S = PagingSettings;
    return {
        count("paging.low_watermark", &S::lowWatermark)
            .between(0, 1ULL << 40)
            .word("none", 0)
            .says("Processes that want to know are told when fewer frames are free.",
                  "seed 002: Kernel could notify the process when its running low"),
        count("paging.sweep_quantum", &S::sweepQuantum)
            .between(1, 1ULL << 20)
            .says("Marked pages (process.on_free `mark`) that the task of low priority takes at a "
                  "time."),
        count("paging.sweep_cpu", &S::sweepCpu).says("CPU of that task."),
    };
}

} // namespace fragscope
