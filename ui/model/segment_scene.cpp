#include "fragscope/ui/model/segment_scene.h"

#include <algorithm>

namespace fragscope {

namespace {

bool compactsInBackground(const ViewState& state) {
    return std::any_of(state.tasks.begin(), state.tasks.end(), [](const TaskView& task) {
        return task.calls[0].listing == ListingId::BackgroundCompaction;
    });
}

} // namespace

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
        scene_ = {books, motion, paintSegments(moment.frames, *books, motion, colouring_), false};
        frames_ = moment.frames;
        paintedBy_ = colouring_;
    }
    scene_.background = compactsInBackground(moment.state);
    return scene_;
}

} // namespace fragscope
