#include "fragscope/view/replica/undo_ring.h"

#include <utility>

namespace fragscope {

namespace {

constexpr std::size_t smallestRing = 1024;

bool isFirst(std::uint64_t cell) {
    return (cell & Cell::firstOfEvent) != 0;
}

} // namespace

UndoRing::UndoRing(std::size_t mostBytes) : mostBytes_(mostBytes), changes_(smallestRing) {
    mask_ = smallestRing - 1;
}

void UndoRing::grow() {
    std::vector<Change> larger(changes_.size() * 2);
    for (std::size_t i = 0; i < count_; ++i) {
        larger[i] = at(i);
    }
    changes_ = std::move(larger);
    mask_ = changes_.size() - 1;
    start_ = 0;
}

void UndoRing::notePage(FrameNumber frame, PageRef old) {
    note(Cell::of(CellKind::Page, frame.value), 0);
    pages_.push_back(std::move(old));
}

void UndoRing::endEvent() {
    if (first_ != 0) {
        note(Cell::of(CellKind::Nothing), 0);
    }
    ++events_;
    while (bytes() > mostBytes_) {
        dropOldest();
    }
}

void UndoRing::dropOldest() {
    do {
        if (Cell{at(0).cell}.kind() == CellKind::Page) {
            pages_.pop_front();
        }
        start_ = (start_ + 1) & mask_;
        --count_;
    } while (count_ > 0 && !isFirst(at(0).cell));
    --events_;
}

bool UndoRing::undoInto(ViewState& state) {
    if (events_ == 0) {
        return false;
    }
    bool more = true;
    while (more) {
        const Change change = at(--count_);
        const Cell cell{change.cell};
        if (cell.kind() == CellKind::Page) {
            state.memory.setPage(FrameNumber(cell.place()), std::move(pages_.back()));
            pages_.pop_back();
        } else {
            exchange(state, cell, change.old);
        }
        more = !isFirst(change.cell);
    }
    --events_;
    return true;
}

void UndoRing::clear() {
    pages_.clear();
    start_ = 0;
    count_ = 0;
    events_ = 0;
}

} // namespace fragscope
