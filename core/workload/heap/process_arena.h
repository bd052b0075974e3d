#pragma once

#include "fragscope/alloc/arena.h"
#include "fragscope/alloc/arena_reader.h"
#include "fragscope/kernel/kernel.h"

namespace fragscope {

/// An arena in the virtual memory of a process: each access goes through the MMU as the program's
/// own do, faults and waits.
class ProcessArena : public Arena {
public:
    ProcessArena(Kernel& kernel, Process& process)
        : Arena(process.map.areaStart()), kernel_(kernel) {
        request_.process = &process;
    }

protected:
    bool tryWord(Task& task, ArenaWord& word) override;
    void waitFor(Task& task, Steps::Handle caller) override;
    void finish(ArenaWord& word) override;

private:
    Kernel& kernel_;
    AccessRequest request_; ///< one at a time
};

/// The same words for decoders, as the running CPU sees them, with the stores that wait in its
/// buffer: pages without a frame read their slot or zero.
class ProcessBytes : public ArenaReader {
public:
    ProcessBytes(Kernel& kernel, const Process& process) : kernel_(kernel), process_(process) {}

    [[nodiscard]] std::uint64_t word(VirtAddr at) const override;

private:
    Kernel& kernel_;
    const Process& process_;
};

} // namespace fragscope
