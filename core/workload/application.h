#pragma once

#include "fragscope/base/rng.h"
#include "fragscope/kernel/kernel.h"
#include "fragscope/workload/settings.h"

namespace fragscope {

/// Progress of a thread; published as AccessesDone and TranslationsDone now and then.
struct Progress {
    std::uint64_t accesses = 0;
    std::uint64_t reads = 0;
    std::uint64_t tlbMisses = 0;
    std::uint64_t walkReferences = 0; ///< of the walks that succeeded
};

class ProcessHeap;

/// What one application thread needs; must outlive its coroutine.
struct ApplicationThread {
    Kernel& kernel;
    Process& process;
    const ProcessSettings& settings;
    Progress progress{};
    std::uint32_t number = 0; ///< of the thread, for distinct values
    Rng rng{0};
    ProcessHeap* heap = nullptr; ///< of the process, if it has one
    Condition enough{};          ///< with settings.accesses == 0: the thread ends when this holds
};

/// A program that reads and writes its memory by one of the patterns. Every written value is
/// different, so that a lost write shows.
Steps runApplication(ApplicationThread& thread);

const Listing& applicationListing();

} // namespace fragscope
