#pragma once

#include "fragscope/kernel/frames/frame_check.h"
#include "fragscope/kernel/kernel.h"

namespace fragscope {

/// Runs checkFrames after each micro-step that changed the books of frames, and at the end of the
/// run; each invariant that is broken becomes one InvariantBroken event.
///
/// In machines of more than `mostFrames` frames, or once the books have changed `mostChecks` times,
/// the check costs too much for every step: it is then made at the end only.
class FrameChecker : public StepObserver, public EventSink {
public:
    static constexpr std::uint64_t mostFrames = 8192;
    static constexpr std::uint64_t mostChecks = 2000;

    explicit FrameChecker(Kernel& kernel) : kernel_(kernel) {}

    /// Kinds to attach it for.
    static KindSet kinds();

    void onEvent(const Event&) override { changed_ = true; }

    void stepEnded(const Task&) override;

    /// The check as it stands.
    void check();

private:
    void checkSlotBooks();

    Kernel& kernel_;
    bool changed_ = false;
    std::uint64_t checks_ = 0;
    std::set<unsigned> reported_; ///< numbers of invariants
};

} // namespace fragscope
