#pragma once

#include "fragscope/view/replica/state_cell.h"

#include <deque>
#include <vector>

namespace fragscope {

/// Before-images of the last events: for each changed cell its old value (16 bytes), for each
/// replaced page a reference to the old page. Forgets the oldest events when it grows past a bound.
/// Invariants: (1) each event has at least one change, and the first of each event is marked;
/// (2) pages() belong to the Page changes, in the same order; (3) bytes() <= the bound.
class UndoRing {
public:
    explicit UndoRing(std::size_t mostBytes);

    void beginEvent() { first_ = Cell::firstOfEvent; }

    void note(Cell cell, std::uint64_t old) {
        if (count_ == changes_.size()) {
            grow();
        }
        changes_[(start_ + count_) & mask_] = {cell.bits | first_, old};
        ++count_;
        first_ = 0;
    }

    void notePage(FrameNumber frame, PageRef old);
    void endEvent();

    /// Puts the state back before the last event; false if none is kept. Does not touch nextSeq.
    bool undoInto(ViewState& state);

    void clear();

    /// Events that can be undone.
    [[nodiscard]] std::uint64_t events() const { return events_; }

    /// What is held alive, a page reference counted as a page.
    [[nodiscard]] std::size_t bytes() const {
        return count_ * sizeof(Change) + pages_.size() * pageBytes;
    }

private:
    struct Change {
        std::uint64_t cell;
        std::uint64_t old;
    };

    [[nodiscard]] Change& at(std::size_t index) { return changes_[(start_ + index) & mask_]; }

    void grow();
    void dropOldest();

    std::size_t mostBytes_;
    std::vector<Change> changes_; ///< circular; size is a power of two
    std::deque<PageRef> pages_;
    std::size_t mask_ = 0;
    std::size_t start_ = 0;
    std::size_t count_ = 0;
    std::uint64_t events_ = 0;
    std::uint64_t first_ = 0; ///< mark of the next change
};

} // namespace fragscope
