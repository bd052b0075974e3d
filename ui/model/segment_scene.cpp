#include "fragscope/ui/model/segment_scene.h"

namespace fragscope {

std::optional<SegmentScene> SegmentReading::update(const Snapshot& moment) {
    const SegmentBooksRef books = reader_.update(moment.state.memory);
    if (books == nullptr) {
        scene_ = {};
        return std::nullopt;
    }
    history_.add(moment.log);
    const std::optional<SegmentMotion> motion = segmentMotion(moment.state);
    const bool same = books == scene_.books && motion == scene_.motion &&
                      moment.frames == frames_ && colouring_ == paintedBy_;
    if (!same) {
        scene_ = {books, motion, paintSegments(moment.frames, *books, motion, colouring_)};
        frames_ = moment.frames;
        paintedBy_ = colouring_;
    }
    return scene_;
}

} // namespace fragscope
