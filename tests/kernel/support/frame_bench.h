#pragma once

#include "fragscope/hardware/paging/pte.h"
#include "fragscope/kernel/frames/frame_checker.h"
#include "fragscope/kernel/frames/frame_steps.h"
#include "fragscope/kernel/frames/page_actions.h"
#include "fragscope/kernel/frames/shared_objects.h"
#include "fragscope/kernel/memory_bytes.h"

#include "kernel/support/kernel_bench.h"

namespace fragscope::test {

inline KernelSettings withFrames(const FrameSettings& frames) {
    KernelSettings settings;
    settings.frames = frames;
    return settings;
}

/// A kernel whose books of frames are checked after each micro-step.
class FrameBench : public KernelBench {
public:
    explicit FrameBench(const FrameSettings& frames = {},
                        std::uint32_t cpuCount = 2,
                        ByteCount size = mib(2),
                        const std::vector<MemorySpan>& holes = {})
        : KernelBench(withFrames(frames), cpuCount, size, holes), checker(kernel) {
        events.attach(checker, FrameChecker::kinds());
        kernel.setObserver(&checker);
    }

    ~FrameBench() override { events.detach(checker); }

    FrameBench(const FrameBench&) = delete;
    FrameBench& operator=(const FrameBench&) = delete;

    /// The first broken invariant in words; empty if all hold.
    [[nodiscard]] std::string issue() const {
        const auto found = checkFrames(MachineBytes(memory), {.changing = {}, .usesTables = true});
        return found ? "I" + std::to_string(found->number) + ": " + found->text : "";
    }

    /// Runs one action to its end.
    void act(Steps steps, std::uint32_t cpu = 0) {
        spawn(cpu, std::move(steps));
        run();
    }

    [[nodiscard]] std::size_t count(EventKind kind, Rule rule) const {
        const auto found = all(kind);
        return static_cast<std::size_t>(std::count_if(
            found.begin(), found.end(), [&](const Event& event) { return event.rule == rule; }));
    }

    [[nodiscard]] FrameNumber frameAt(const Process& process, std::uint64_t page) const {
        const Pte entry{process.tables.leaf(pageOf(pagedAreaStart) + PageCount(page))};
        return entry.present() ? entry.frame() : FrameNumber(0);
    }

    FrameChecker checker;
};

} // namespace fragscope::test
