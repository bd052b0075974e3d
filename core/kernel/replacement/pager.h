#pragma once

#include "fragscope/kernel/replacement/policy.h"
#include "fragscope/kernel/replacement/reference.h"

#include <memory>
#include <unordered_map>

namespace fragscope::replacement {

/// What one reference did.
struct Step {
    bool hit = false;                 ///< the page was resident
    Slot slot = 0;                    ///< where the page lies now
    std::optional<PageNumber> victim; ///< the page that left
    bool victimWasDirty = false;      ///< it was written since it was loaded and had to be saved
};

struct Totals {
    std::uint64_t references = 0;
    std::uint64_t hits = 0;
    std::uint64_t faults = 0;    ///< references that are not hits
    std::uint64_t evictions = 0; ///< pages that left
    std::uint64_t dirtyEvictions =
        0; ///< pages that had to be saved; those dirty at the end are not
};

/// Demand paging of one reference string: a number of frames, filled lowest first, and a policy
/// that says who leaves. No machine: pages have no contents here, time is counted in references.
///
/// Invariants:
///  1. the resident pages are at most as many as the frames, and each lies in one slot;
///  2. a slot is free or holds a page, never both;
///  3. the policy's own order, if it has one, holds exactly the slots in use.
class Pager {
public:
    /// `frames` is 1 or more; `policy` was made for that number.
    Pager(std::size_t frames, std::unique_ptr<Policy> policy);

    Step reference(Reference next);

    /// The resident pages: FIFO oldest first, LRU and MRU least recently used first, OPT in the
    /// order of loading, all others in the order of the slots.
    [[nodiscard]] std::vector<PageNumber> frames() const;

    /// Reference bits, parallel to frames(), and the hand, a slot; nullptr if the policy is not
    /// Clock.
    [[nodiscard]] const ClockState* clock() const { return policy_->clock(); }

    [[nodiscard]] const Totals& totals() const { return totals_; }

    /// Number of the first violated invariant, 0 if none.
    [[nodiscard]] unsigned check() const;

private:
    struct Frame {
        PageNumber page;
        bool used = false;
        bool dirty = false;
    };

    [[nodiscard]] std::optional<Slot> slotOf(PageNumber page) const;
    [[nodiscard]] std::vector<Slot> usedSlots() const;
    [[nodiscard]] bool orderHolds(const std::vector<Slot>& used) const;
    Slot load(PageNumber page, Step& step);
    void evict(Slot slot, Step& step);

    std::unique_ptr<Policy> policy_;
    std::vector<Frame> frames_;                         ///< by slot
    std::vector<Slot> free_;                            ///< a heap, lowest slot first
    std::unordered_map<std::uint64_t, Slot> residents_; ///< page number to slot
    Totals totals_;
};

} // namespace fragscope::replacement
