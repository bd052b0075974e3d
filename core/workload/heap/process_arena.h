#pragma once

#include "fragscope/alloc/arena.h"
#include "fragscope/alloc/arena_reader.h"
#include "fragscope/kernel/kernel.h"
#include "fragscope/kernel/paging/page_state.h"

#include <array>
#include <optional>

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

    [[nodiscard]] PageEntry entryOf(PageNumber page) const;

    /// The word, with the entry of its page known.
    [[nodiscard]] std::uint64_t word(VirtAddr at, const PageEntry& entry) const;

private:
    Kernel& kernel_;
    const Process& process_;
};

/// The same while nothing runs: the entries of pages are looked up once.
class StillProcessBytes : public ArenaReader {
public:
    StillProcessBytes(Kernel& kernel, const Process& process) : bytes_(kernel, process) {}

    [[nodiscard]] std::uint64_t word(VirtAddr at) const override {
        const PageNumber page = pageOf(at);
        Known& known = known_[page.value % known_.size()];
        if (!known.entry || known.page != page) {
            known = {page, bytes_.entryOf(page)};
        }
        return bytes_.word(at, *known.entry);
    }

private:
    struct Known {
        PageNumber page{};
        std::optional<PageEntry> entry;
    };

    ProcessBytes bytes_;
    mutable std::array<Known, 64> known_;
};

} // namespace fragscope
