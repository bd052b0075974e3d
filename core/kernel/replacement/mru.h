#pragma once

#include "fragscope/kernel/replacement/slot_list.h"

namespace fragscope::replacement {

/// MRU, most recently used: replaces the page that was used last. As good as OPT for a loop that
/// does not fit, bad for nearly everything else.
class Mru final : public Policy {
public:
    explicit Mru(std::size_t frames) : recency_(frames) {}

    void loaded(Slot slot) override { recency_.pushBack(slot); }

    void hit(Slot slot) override { recency_.moveToBack(slot); }

    void forget(Slot slot) override { recency_.remove(slot); }

    Slot takeVictim() override {
        const Slot mostRecent = recency_.back();
        recency_.remove(mostRecent);
        return mostRecent;
    }

    [[nodiscard]] const SlotList* order() const override { return &recency_; }

private:
    SlotList recency_; ///< least recently used first
};

} // namespace fragscope::replacement
