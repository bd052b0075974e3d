#pragma once

#include "fragscope/kernel/replacement/policy.h"

namespace fragscope::replacement {

/// Slots in some order: of loading, of recency. Every operation but inOrder() takes constant time,
/// as in a kernel that threads such a list through its frame table.
///
/// Invariants:
///  1. a slot is in the list at most once;
///  2. following next from the head visits size() slots and ends at the head, and so does previous.
class SlotList {
public:
    /// For slots 0 to `frames` - 1.
    explicit SlotList(std::size_t frames);

    /// Appends a slot that is not in the list.
    void pushBack(Slot slot);

    /// Takes out a slot that is in the list.
    void remove(Slot slot);

    void moveToBack(Slot slot) {
        remove(slot);
        pushBack(slot);
    }

    [[nodiscard]] std::size_t size() const { return size_; }

    [[nodiscard]] bool contains(Slot slot) const { return links_.at(slot).next != notLinked; }

    /// The first and the last slot of a list that is not empty.
    [[nodiscard]] Slot front() const;
    [[nodiscard]] Slot back() const;

    /// All slots from front to back.
    [[nodiscard]] std::vector<Slot> inOrder() const;

    /// Number of the first violated invariant, 0 if none.
    [[nodiscard]] unsigned check() const;

private:
    static constexpr Slot notLinked = static_cast<Slot>(-1);

    struct Link {
        Slot previous = notLinked;
        Slot next = notLinked;
    };

    [[nodiscard]] Slot head() const { return links_.size() - 1; }

    std::vector<Link> links_; ///< one for each slot; the last one is the head
    std::size_t size_ = 0;
};

} // namespace fragscope::replacement
