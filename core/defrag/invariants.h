#pragma once

#include "fragscope/kernel/kernel.h"

namespace fragscope {

/// Checks the invariants of a concurrent move (DEFRAG 1.2) after each micro-step and at its events,
/// from the bytes of the map and the TLBs. What is broken becomes an InvariantBroken event, each
/// number once per transfer block. I3 and I8 are the shadow copy's (workload/shadow.h).
class InvariantChecker : public StepObserver, public EventSink {
public:
    explicit InvariantChecker(Kernel& kernel) : kernel_(kernel) {}

    /// Kinds to attach it for.
    static KindSet kinds();

    void stepEnded(const Task& task) override; ///< I1, I2, I4
    void onEvent(const Event& event) override; ///< I5, I6, I7

private:
    void checkMap(const Process& process);
    void checkTranslations(const Process& process);
    void checkWait(const Event& event);
    void checkFreed(const Event& event);
    void checkTotals(const Event& event);
    void report(const Process& process, unsigned number, Rule rule, std::uint64_t vaddr);

    /// A thread and a page of entry E that it waited for.
    struct Wait {
        std::uint32_t task = 0;
        std::uint64_t page = 0;

        friend bool operator==(const Wait&, const Wait&) = default;
    };

    Kernel& kernel_;
    std::vector<Wait> waits_; ///< since the last move began
    std::uint64_t reportedBlock_ = ~0ULL;
    std::uint32_t reportedNumbers_ = 0; ///< bit per invariant, for the current block
};

} // namespace fragscope
