#pragma once

#include "fragscope/event/event_bus.h"
#include "fragscope/event/event_source.h"

namespace fragscope {

/// Stops after an event of one of the kinds.
class KindStop : public StopCondition {
public:
    explicit KindStop(const KindSet& kinds) : kinds_(kinds) {}

    bool reached(const Event& event) override {
        return kinds_.test(static_cast<std::size_t>(event.kind));
    }

private:
    KindSet kinds_;
};

/// What people jump to.
KindSet faultKinds(); ///< a page fault
KindSet blockKinds(); ///< a transfer block begins to move
KindSet
violationKinds(); ///< something is wrong: truth lost, invariant broken, process or mover killed

} // namespace fragscope
