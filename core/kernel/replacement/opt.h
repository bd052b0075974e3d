#pragma once

#include "fragscope/kernel/replacement/reference.h"
#include "fragscope/kernel/replacement/settings.h"
#include "fragscope/kernel/replacement/slot_list.h"

#include <span>

namespace fragscope::replacement {

/// OPT, also MIN: replaces the page whose next use lies farthest in the future, for which it must
/// know the whole reference string. No policy has fewer faults (Belady, "A study of replacement
/// algorithms for a virtual-storage computer", IBM Systems Journal 5(2), 1966). Only pages that are
/// never used again can tie; `opt.tie` says which of them goes. Faults do not depend on it.
class Opt final : public Policy {
public:
    /// `string` holds the references that will follow, one for each call of loaded() or hit().
    Opt(std::size_t frames, OptTie tie, std::span<const Reference> string);

    void loaded(Slot slot) override;
    void hit(Slot slot) override;
    Slot takeVictim() override;
    void forget(Slot slot) override;

    [[nodiscard]] const SlotList* order() const override { return &loadOrder_; }

private:
    void use(Slot slot);
    [[nodiscard]] std::vector<Slot> tieOrder() const;

    OptTie tie_;
    std::vector<std::size_t> nextUse_; ///< of the page of each reference: a later index, or never
    std::vector<std::size_t> slotUse_; ///< of the page in each slot
    std::size_t now_ = 0;              ///< references so far
    SlotList loadOrder_;               ///< loaded first first
    SlotList recency_;                 ///< least recently used first
};

} // namespace fragscope::replacement
