#pragma once

#include "fragscope/view/machine_shape.h"
#include "fragscope/view/replica/undo_ring.h"
#include "fragscope/view/state.h"

namespace fragscope {

/// Follows a machine by its state events, forwards and backwards.
/// Invariants: (1) undo after apply restores the state exactly; (2) it never reads the machine.
/// Before-images are kept in a ring bounded by bytes, page-sized ones as references.
///
/// What the events say of a task's calls: an event at a depth greater than the task's enters the
/// calls in between with all locals zero; so does one that names another listing at its depth.
/// Calls deeper than the task's depth and TLB slots that are not used are all zeros.
class Replica {
public:
    static constexpr std::size_t defaultUndoBytes = std::size_t{64} << 20;

    explicit Replica(const MachineShape& shape, std::size_t undoBytes = defaultUndoBytes);

    /// Applies the event state().nextSeq (an event of another seq is a broken invariant).
    void apply(const Event& event);

    /// Coalesced density: the frame has this page from now on. Cannot be undone (clears the undo
    /// ring).
    void applyPageImage(const Event& event, const PageRef& page);

    /// Coalesced density: nothing that the replica folds happened before event `seq` (kinds that
    /// others asked for have numbers, too). Clears the undo ring if any number is left out.
    void skipTo(std::uint64_t seq);

    /// Undoes the last applied event; false if its before-image is no longer kept.
    bool undo();

    /// Events that undo() can take back now.
    [[nodiscard]] std::uint64_t undoable() const { return ring_.events(); }

    /// Memory that the before-images take.
    [[nodiscard]] std::size_t undoBytes() const { return ring_.bytes(); }

    [[nodiscard]] const ViewState& state() const { return state_; }

    /// Jumps to a state saved earlier (a keyframe); clears the undo ring.
    void restore(const ViewState& keyframe);

private:
    void set(Cell cell, std::uint64_t value);
    void fold(const Event& event);
    void foldTask(const Event& event);
    void foldMove(const Event& event);
    void store(PhysAddr address, std::uint64_t value, unsigned bytes);
    void fill(PhysAddr address, ByteCount length, std::byte value);
    void copy(PhysAddr destination, PhysAddr source, ByteCount length);
    void copyFrames(FrameNumber destination, FrameNumber source, PageCount count);
    void copyBytes(PhysAddr destination, PhysAddr source, ByteCount length);
    void replacePage(FrameNumber frame, const PageRef& page);
    std::byte* writablePage(FrameNumber frame);
    void fillTlb(const Event& event);
    void dropTlb(const Event& event);
    void startTask(const Event& event);
    void step(const Event& event);
    void enter(std::size_t task, std::size_t depth, std::uint64_t listing, std::uint64_t line);
    void leaveBelow(std::size_t task, std::size_t depth);
    void clearLocals(std::size_t task, std::size_t level);
    void setMove(const MoveView& move);
    void checkCpu(std::uint64_t cpu) const;

    ViewState state_;
    UndoRing ring_;
};

} // namespace fragscope
