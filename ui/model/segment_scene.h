#pragma once

#include "fragscope/view/segments/segment_books.h"
#include "fragscope/view/segments/segment_classes.h"
#include "fragscope/view/segments/segment_history.h"
#include "fragscope/view/snapshot.h"

#include <optional>

namespace fragscope {

/// The segments of one moment: books, what moves, and the classes of frames.
struct SegmentScene {
    SegmentBooksRef books; ///< never null
    std::optional<SegmentMotion> motion;
    SegmentPicture picture;
    bool background = false; ///< a task compacts in the background
};

/// Reads the segments of each moment; paints only what changed since the one before. Shown only the
/// replica and the events, so that a moment is the same whichever way it was come to.
class SegmentReading {
public:
    /// Begins anew: another run.
    void reset() { *this = SegmentReading(colouring_); }

    explicit SegmentReading(SegmentColouring colouring = SegmentColouring::Age)
        : colouring_(colouring) {}

    [[nodiscard]] SegmentColouring colouring() const { return colouring_; }

    void setColouring(SegmentColouring colouring) { colouring_ = colouring; }

    /// Nothing if the machine has no segment heap.
    std::optional<SegmentScene> update(const Snapshot& moment);

    [[nodiscard]] const SegmentHistory& history() const { return history_; }

private:
    SegmentColouring colouring_;
    SegmentBooksReader reader_;
    SegmentHistory history_;
    FrameClasses frames_; ///< that the picture was painted over
    SegmentColouring paintedBy_ = SegmentColouring::Age;
    SegmentScene scene_;
};

} // namespace fragscope
