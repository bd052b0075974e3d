#pragma once

#include "fragscope/kernel/replacement/settings.h"
#include "fragscope/kernel/replacement/slot_list.h"

namespace fragscope::replacement {

/// Clock, second chance: the slots form a ring with a hand. The hand passes pages whose reference
/// bit is set, clearing it, and replaces the first page whose bit is clear (Corbato, "A paging
/// experiment with the Multics system", 1968). Whether loading a page sets its bit is a convention:
/// `clock.r_on_load`. After a load the hand stands behind the loaded slot, also while free slots
/// are filled (Stallings, Operating Systems, figure of the clock policy).
class Clock final : public Policy {
public:
    Clock(std::size_t frames, LoadedBit loadedBit) : loadedBit_(loadedBit) {
        state_.referenced.resize(frames);
    }

    void loaded(Slot slot) override {
        state_.referenced[slot] = loadedBit_ == LoadedBit::Set;
        state_.hand = behind(slot);
    }

    void hit(Slot slot) override { state_.referenced[slot] = true; }

    Slot takeVictim() override {
        while (state_.referenced[state_.hand]) {
            state_.referenced[state_.hand] = false;
            state_.hand = behind(state_.hand);
        }
        return state_.hand;
    }

    [[nodiscard]] const ClockState* clock() const override { return &state_; }

private:
    [[nodiscard]] Slot behind(Slot slot) const { return (slot + 1) % state_.referenced.size(); }

    LoadedBit loadedBit_;
    ClockState state_;
};

} // namespace fragscope::replacement
