#pragma once

#include "fragscope/kernel/segments/segment_layout.h"

namespace fragscope {

/// A segment on its way, mostly down. If the free run at the new place touches the segment, the
/// segment's descriptor covers both until the end; else the new place has a descriptor of its own.
struct SegmentMove {
    SegmentId segment = 0;
    SegmentId target = 0; ///< the new place; 0 = the segment's own descriptor covers it
    FrameNumber from{};
    FrameNumber to{};
    PageCount frames{};
    SegmentState state = SegmentState::Used; ///< of the segment, afterwards

    [[nodiscard]] bool upwards() const { return to > from; }
};

/// The books of the segment heap and the primitive changes to them; which run serves a request is
/// decided elsewhere (quick_fit.h, top_of_heap.h).
///
/// Invariants (segment_check.h looks after them): Q1 the runs of a zone tile it in the order of
/// their links; Q2 with lists, each free run is in exactly the list of its length.
class SegmentTable {
public:
    /// A run of frames without memory inside a zone.
    struct Hole {
        FrameNumber begin{};
        PageCount frames{};
    };

    struct ZoneSpec {
        FrameNumber begin{};
        FrameNumber end{};
        std::vector<Hole> holes; ///< ascending, inside, not touching each other
    };

    /// `lists`: free runs are kept in lists by length (quick-fit), or by order and migrate type
    /// (buddy: the shape has a largest block).
    SegmentTable(WordStore& words, SegmentShape shape, bool lists);

    /// Writes empty books: free runs between the holes, for buddy cut into the largest blocks at
    /// multiples of their size. Needs a descriptor for each.
    void format(const std::vector<ZoneSpec>& zones);

    [[nodiscard]] const SegmentShape& shape() const { return shape_; }

    [[nodiscard]] bool usesLists() const { return lists_; }

    [[nodiscard]] const WordStore& words() const { return words_; }

    // ---- reading ----
    [[nodiscard]] Segment segment(SegmentId id) const;
    [[nodiscard]] SegmentZone zone(std::uint32_t zone) const;
    [[nodiscard]] SegmentId first(std::uint32_t zone) const;
    [[nodiscard]] SegmentId last(std::uint32_t zone) const;
    [[nodiscard]] SegmentId next(SegmentId id) const;
    [[nodiscard]] SegmentId previous(SegmentId id) const;
    [[nodiscard]] FrameNumber base(SegmentId id) const;
    [[nodiscard]] PageCount frames(SegmentId id) const;
    [[nodiscard]] SegmentState state(SegmentId id) const;
    [[nodiscard]] std::uint32_t zoneOf(SegmentId id) const;

    [[nodiscard]] FrameNumber end(SegmentId id) const { return base(id) + frames(id); }

    [[nodiscard]] bool isFree(SegmentId id) const { return state(id) == SegmentState::Free; }

    [[nodiscard]] PageCount freeFrames(std::uint32_t zone) const;
    [[nodiscard]] SegmentId head(std::uint32_t zone, std::uint32_t list) const;
    [[nodiscard]] SegmentId nextInList(SegmentId id) const;

    /// Buddy: the migrate type of a run, and of the pageblock of a frame.
    [[nodiscard]] bool isUnmovable(SegmentId id) const;
    [[nodiscard]] bool isUnmovable(FrameNumber frame) const;

    /// Descriptors that are not in use.
    [[nodiscard]] std::uint32_t spare() const;

    // ---- a run changes its state ----
    struct Holder {
        std::uint32_t owner = 0;
        VirtAddr vaddr{};
        PageCount asked{};
        PageCount alignment{1};
        bool unmovable = false;
    };

    /// A free run becomes a segment of the holder; it gets the next birth number.
    void use(SegmentId id, const Holder& holder);

    /// A segment becomes a free run.
    void release(SegmentId id);

    void setState(SegmentId id, SegmentState state);
    void setLocks(SegmentId id, std::uint16_t locks);
    void setHolder(SegmentId id, std::uint32_t owner, VirtAddr vaddr);
    void setAlignment(SegmentId id, PageCount alignment);
    void setAsked(SegmentId id, PageCount asked);
    void setUnmovable(SegmentId id, bool unmovable);      ///< a free run changes its list
    void setUnmovable(FrameNumber frame, bool unmovable); ///< the pageblock of the frame
    void setTop(std::uint32_t zone, FrameNumber top);
    void setResume(std::uint32_t zone, FrameNumber resume);

    // ---- a run changes its bounds ----
    /// Cuts a free run in two: `id` keeps the upper part, the lower `frames` get a new descriptor,
    /// which is returned. Needs a spare descriptor.
    SegmentId cutFront(SegmentId id, PageCount frames);

    /// Likewise: `id` keeps the lower `frames`, the rest gets the new descriptor. `fresh`: it is
    /// memory that no segment has had yet, which does not count as cut.
    SegmentId cutBack(SegmentId id, PageCount frames, bool fresh = false);

    /// A free run takes over its free neighbour above; the neighbour's descriptor is spare then.
    void joinNext(SegmentId id);

    // ---- a segment moves ----
    /// Reserves `to`, in a free run below or above the segment, for a segment that is about to be
    /// copied there; the new place must be free, but for what overlaps the segment. Until
    /// finishMove the segment is Moving. Needs two spare descriptors.
    SegmentMove beginMove(SegmentId id, FrameNumber to);

    /// The segment lies at its new place only; what it left is free.
    void finishMove(const SegmentMove& move);

private:
    [[nodiscard]] std::uint64_t zonePlace(std::uint32_t zone) const;
    [[nodiscard]] std::uint64_t place(SegmentId id) const;
    [[nodiscard]] std::uint64_t field(SegmentId id, std::uint64_t word) const;
    void setField(SegmentId id, std::uint64_t word, std::uint64_t value);
    void addToZone(std::uint32_t zone, std::uint64_t word, std::uint64_t added);

    SegmentId takeDescriptor();
    void dropDescriptor(SegmentId id);
    void linkAfter(SegmentId id, SegmentId before, std::uint32_t zone);
    void unlink(SegmentId id);
    void enlist(SegmentId id);
    void delist(SegmentId id);
    void setBounds(SegmentId id, FrameNumber base, PageCount frames);
    SegmentId insertFree(SegmentId before,
                         std::uint32_t zone,
                         FrameNumber base,
                         PageCount frames,
                         std::uint16_t depth);
    [[nodiscard]] SegmentId runFor(const Segment& moved, FrameNumber to) const;
    void insertBlocks(std::uint32_t zone, FrameNumber begin, FrameNumber end);
    [[nodiscard]] std::uint64_t listPlace(SegmentId id, std::uint32_t zone, PageCount frames) const;
    void freeAround(SegmentId id);

    WordStore& words_;
    SegmentShape shape_;
    bool lists_;
};

} // namespace fragscope
