#pragma once

#include "fragscope/view/frame_classes.h"
#include "fragscope/view/segments/segment_books.h"
#include "fragscope/view/segments/segment_motion.h"

namespace fragscope {

/// What the colour of a segment says.
enum class SegmentColouring : std::uint8_t { Age, Owner, Lock };

inline constexpr std::size_t segmentColourings = 3;

/// The class of every frame of a machine with segments, and where runs begin.
struct SegmentPicture {
    FrameClasses frames; ///< as in FrameClassifier; in the zones of the heap, of segments and gaps
    FrameClasses joined; ///< a byte per frame: 1 = it belongs to the run of the frame before it
};

/// `frames` are the classes by the frame table; what lies in a zone of the heap is painted over.
/// Ages are quarters of the segments that there are, by birth number; equal ones do not exist.
SegmentPicture paintSegments(const FrameClasses& frames,
                             const SegmentBooks& books,
                             const std::optional<SegmentMotion>& motion,
                             SegmentColouring colouring);

} // namespace fragscope
