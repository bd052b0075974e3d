#pragma once

#include "fragscope/view/state.h"

#include <deque>
#include <memory>

namespace fragscope {

/// What the replica must know of a machine beforehand; everything else arrives as events.
struct MachineShape {
    PageCount frames;
    std::uint32_t cpus = 1;
    std::uint32_t tlbSlots = 64; ///< slot numbers of TlbFill are below this
};

/// Follows a machine by its state events, forwards and backwards.
/// Invariants: (1) undo after apply restores the state exactly; (2) it never reads the machine.
/// Before-images are kept in a ring bounded by bytes, page-sized ones as references.
class Replica {
public:
    explicit Replica(const MachineShape& shape, std::size_t undoBytes = std::size_t{64} << 20);
    ~Replica();

    /// Applies the event state().nextSeq (an event of another seq is a broken invariant).
    void apply(const Event& event);

    /// Coalesced density: the frame has this page from now on. Cannot be undone (clears the undo
    /// ring).
    void applyPageImage(const Event& event, const PageRef& page);

    /// Undoes the last applied event; false if its before-image is no longer kept.
    bool undo();

    /// Events that undo() can take back now.
    [[nodiscard]] std::uint64_t undoable() const;

    [[nodiscard]] const ViewState& state() const;

    /// Jumps to a state saved earlier (a keyframe); clears the undo ring.
    void restore(const ViewState& keyframe);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace fragscope
