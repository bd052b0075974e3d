#pragma once

#include "fragscope/kernel/replacement/slot_list.h"

#include <cstdint>

namespace fragscope::replacement {

/// Working set: keeps exactly the pages used by the last `working_set.window` references, the
/// current one included, so the number of frames in use varies (Denning, "The working set model for
/// program behavior", CACM 11(5), 1968). One reference leaves the window for each that enters, so
/// at most one page leaves with it. With fewer frames than the working set has pages, the one used
/// least recently is replaced, as LRU does.
class WorkingSet final : public Policy {
public:
    WorkingSet(std::size_t frames, std::uint64_t window)
        : window_(window), lastUse_(frames, 0), recency_(frames) {}

    void loaded(Slot slot) override {
        lastUse_[slot] = now_;
        recency_.pushBack(slot);
    }

    void hit(Slot slot) override {
        lastUse_[slot] = now_;
        recency_.moveToBack(slot);
    }

    void forget(Slot slot) override { recency_.remove(slot); }

    Slot takeVictim() override {
        const Slot leastRecent = recency_.front();
        recency_.remove(leastRecent);
        return leastRecent;
    }

    std::optional<Slot> giveUp(std::optional<Slot> next) override {
        ++now_;
        if (recency_.size() == 0 || recency_.front() == next) {
            return std::nullopt;
        }
        const bool inWindow = now_ - lastUse_[recency_.front()] < window_;
        return inWindow ? std::nullopt : std::optional(takeVictim());
    }

private:
    std::uint64_t window_;
    std::uint64_t now_ = 0;              ///< number of the current reference, from 1
    std::vector<std::uint64_t> lastUse_; ///< by slot, the number of a reference
    SlotList recency_;                   ///< least recently used first
};

} // namespace fragscope::replacement
