#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace fragscope::replacement {

class SlotList;

/// The number of a frame among the frames that a policy manages, from 0.
using Slot = std::size_t;

/// What Clock looks at: a reference bit for each slot, and the slot under the hand.
struct ClockState {
    std::vector<bool> referenced;
    Slot hand = 0;
};

/// Decides which page leaves when a frame is needed.
///
/// Owned and called by a Pager, which knows which page lies in which slot. Each reference is one
/// call of giveUp(), then either hit(), or loaded() with takeVictim() before it if no slot is free.
/// A policy knows slots only, and no time but the number of these calls. Free slots are filled
/// lowest first.
class Policy {
public:
    virtual ~Policy() = default;

    /// A page was loaded into `slot`, which was free, and is referenced for the first time.
    virtual void loaded(Slot slot) = 0;

    /// The page in `slot` is referenced again.
    virtual void hit(Slot slot) = 0;

    /// Every slot holds a page: the slot whose page is replaced. The policy forgets the page.
    virtual Slot takeVictim() = 0;

    /// The page in `slot` left for another reason than this policy's choice.
    virtual void forget(Slot /*slot*/) {}

    /// Asked before every reference, `next` being the slot of its page if that is resident: a slot
    /// that is emptied although nobody needs it, never `next` itself. The policy forgets the page.
    virtual std::optional<Slot> giveUp(std::optional<Slot> /*next*/) { return std::nullopt; }

    /// The order in which the policy sees the pages, where that is not the order of the slots.
    [[nodiscard]] virtual const SlotList* order() const { return nullptr; }

    /// Reference bits and hand; only Clock has them.
    [[nodiscard]] virtual const ClockState* clock() const { return nullptr; }

protected:
    Policy() = default;
    Policy(const Policy&) = default;
    Policy& operator=(const Policy&) = default;
};

} // namespace fragscope::replacement
