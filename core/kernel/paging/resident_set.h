#pragma once

#include "fragscope/base/units.h"
#include "fragscope/kernel/paging/settings.h"
#include "fragscope/kernel/replacement/policy.h"
#include "fragscope/kernel/replacement/reference.h"

#include <map>
#include <memory>
#include <span>

namespace fragscope {

/// The frames that a replacement may take, in numbered slots, and the policy that chooses among
/// them.
///
/// Invariants: (1) a slot holds one frame or none; (2) at most as many frames as slots.
/// Simplified: the order that a policy keeps lies beside the emulated memory.
class ResidentSet {
public:
    /// For `frames` frames (at least 1); the replacement is not None. `future`: all references that
    /// will follow; only OPT looks at them.
    ResidentSet(const PagingSettings& settings,
                std::size_t frames,
                std::span<const replacement::Reference> future);

    [[nodiscard]] bool full() const { return places_.size() == slots_.size(); }

    /// A frame left the working set and has still its page.
    [[nodiscard]] bool mustTrim() const { return !leaving_.empty(); }

    [[nodiscard]] bool contains(FrameNumber frame) const;

    /// By slot; frame 0 = the slot is empty.
    [[nodiscard]] const std::vector<FrameNumber>& frames() const { return slots_; }

    /// A page was loaded into the frame; the set must not be full.
    void add(FrameNumber frame);

    /// A victim that could not leave.
    void putBack(FrameNumber frame);

    /// The page in the frame was used again.
    void used(FrameNumber frame);

    /// The policy's choice, which leaves the set; the set must be full, or mustTrim().
    FrameNumber takeVictim();

    /// The frame is free, or not for the policy to take; nothing happens if it was not in.
    void remove(FrameNumber frame);

private:
    void refer(std::optional<replacement::Slot> next);

    std::unique_ptr<replacement::Policy> policy_;
    std::vector<FrameNumber> slots_;
    std::map<FrameNumber, replacement::Slot> places_;
    std::vector<FrameNumber> leaving_; ///< in no slot any more, oldest first
    std::vector<bool> fresh_; ///< by slot: the access that wanted the page is counted already
};

} // namespace fragscope
