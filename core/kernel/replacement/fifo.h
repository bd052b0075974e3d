#pragma once

#include "fragscope/kernel/replacement/slot_list.h"

namespace fragscope::replacement {

/// FIFO, first in, first out: replaces the page that was loaded longest ago, used or not. More
/// frames can mean more faults (Belady, Nelson, Shedler, "An anomaly in space-time characteristics
/// of certain programs running in a paging machine", CACM 12(6), 1969).
class Fifo final : public Policy {
public:
    explicit Fifo(std::size_t frames) : queue_(frames) {}

    void loaded(Slot slot) override { queue_.pushBack(slot); }

    void hit(Slot /*slot*/) override {} // a use does not count

    void forget(Slot slot) override { queue_.remove(slot); }

    Slot takeVictim() override {
        const Slot oldest = queue_.front();
        queue_.remove(oldest);
        return oldest;
    }

    [[nodiscard]] const SlotList* order() const override { return &queue_; }

private:
    SlotList queue_; ///< oldest first
};

} // namespace fragscope::replacement
