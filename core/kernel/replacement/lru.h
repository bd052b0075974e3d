#pragma once

#include "fragscope/kernel/replacement/slot_list.h"

namespace fragscope::replacement {

/// LRU, least recently used: replaces the page that was not used for the longest time. A stack
/// algorithm: N frames always hold a part of what N + 1 frames hold, so more frames never mean more
/// faults (Mattson, Gecsei, Slutz, Traiger, "Evaluation techniques for storage hierarchies", IBM
/// Systems Journal 9(2), 1970). A loop over one page more than there are frames never hits.
class Lru final : public Policy {
public:
    explicit Lru(std::size_t frames) : recency_(frames) {}

    void loaded(Slot slot) override { recency_.pushBack(slot); }

    void hit(Slot slot) override { recency_.moveToBack(slot); }

    void forget(Slot slot) override { recency_.remove(slot); }

    Slot takeVictim() override {
        const Slot leastRecent = recency_.front();
        recency_.remove(leastRecent);
        return leastRecent;
    }

    [[nodiscard]] const SlotList* order() const override { return &recency_; }

private:
    SlotList recency_; ///< least recently used first
};

} // namespace fragscope::replacement
