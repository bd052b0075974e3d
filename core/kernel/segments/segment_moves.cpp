// Primitive changes of the books while a segment moves.
#include "fragscope/base/check.h"
#include "fragscope/kernel/segments/segment_table.h"

namespace fragscope {

/// The free run in which the new place of a segment begins (down) or ends (up).
SegmentId SegmentTable::runFor(const Segment& moved, FrameNumber to) const {
    SegmentId run = 0;
    if (to < moved.base) {
        run = moved.order.previous;
        while (run != 0 && base(run) > to) {
            run = previous(run);
        }
    } else {
        run = moved.order.next;
        while (run != 0 && end(run) < to + moved.frames) {
            run = next(run);
        }
    }
    FRAGSCOPE_CHECK(run != 0 && isFree(run) && to != moved.base, "a segment moves to a free run");
    return run;
}

SegmentMove SegmentTable::beginMove(SegmentId id, FrameNumber to) {
    const Segment moved = segment(id);
    FRAGSCOPE_CHECK(moved.state == SegmentState::Used || moved.state == SegmentState::InTransit,
                    "only a segment can move");
    const SegmentId run = runFor(moved, to);
    const bool above = moved.order.next == run;
    if (base(run) < to && !above) {
        cutFront(run, to - base(run)); // `run` keeps the part from the new place on
    }
    const bool below = next(run) == id;
    const FrameNumber newEnd = to + moved.frames;
    FRAGSCOPE_CHECK(below || end(run) >= newEnd, "the new place is too small");
    if (!below && end(run) > newEnd) {
        cutBack(run, newEnd - base(run));
    }
    SegmentMove move{.segment = id,
                     .target = 0,
                     .from = moved.base,
                     .to = to,
                     .frames = moved.frames,
                     .state = moved.state};
    setState(id, SegmentState::Moving);
    delist(run);
    if (below || above) {
        unlink(run);
        dropDescriptor(run);
        const FrameNumber start = below ? to : moved.base;
        setBounds(id, start, (below ? moved.end() : newEnd) - start);
        return move;
    }
    setState(run, SegmentState::Target);
    move.target = run;
    return move;
}

void SegmentTable::finishMove(const SegmentMove& move) {
    const SegmentId id = move.segment;
    const std::uint32_t zone = zoneOf(id);
    setState(id, move.state);
    if (move.target == 0) {
        const bool up = move.upwards();
        const FrameNumber left = up ? move.from : move.to + move.frames;
        const FrameNumber leftEnd = up ? move.to : move.from + move.frames;
        setBounds(id, move.to, move.frames);
        freeAround(insertFree(up ? previous(id) : id, zone, left, leftEnd - left, 0));
        return;
    }
    const SegmentId before = previous(move.target);
    unlink(move.target);
    dropDescriptor(move.target);
    const SegmentId below = previous(id);
    unlink(id);
    linkAfter(id, before, zone);
    setBounds(id, move.to, move.frames);
    freeAround(insertFree(below == before ? id : below, zone, move.from, move.frames, 0));
}

/// A free run that a move has left joins its free neighbours.
void SegmentTable::freeAround(SegmentId id) {
    if (const SegmentId above = next(id); above != 0 && isFree(above)) {
        joinNext(id);
    }
    if (const SegmentId below = previous(id); below != 0 && isFree(below)) {
        joinNext(below);
    }
}

} // namespace fragscope
