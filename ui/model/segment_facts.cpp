#include "fragscope/ui/model/segment_facts.h"

#include "fragscope/base/text.h"
#include "fragscope/event/rule.h"
#include "fragscope/ui/widgets/text.h"
#include "fragscope/view/frame_classes.h"

#include <QObject>

#include <algorithm>

namespace fragscope {

namespace {

constexpr std::size_t mostMoves = 12; ///< of a history

QString lengthText(PageCount frames) {
    return QObject::tr("%1, %2").arg(
        counted(frames.value, QObject::tr("frame"), QObject::tr("frames")),
        qt(text(bytesOf(frames))));
}

QString stateText(const SegmentScene& scene, const Segment& run, const SegmentGap* gap) {
    switch (run.state) {
    case SegmentState::Used:
        return QObject::tr("used");
    case SegmentState::InTransit:
        return QObject::tr("in transit: in a message, mapped by nobody");
    case SegmentState::Moving:
        return scene.motion && scene.motion->segment == run.id
                   ? QObject::tr("moving to %1").arg(qt(text(scene.motion->to)))
                   : QObject::tr("moving");
    case SegmentState::Target:
        return QObject::tr("a segment moves here");
    case SegmentState::Hole:
        return QObject::tr("hole: no memory here");
    case SegmentState::Free:
    case SegmentState::Unused:
        break;
    }
    if (gap == nullptr) {
        return QObject::tr("free, above all segments");
    }
    switch (gap->cause) {
    case GapCause::Free:
        break;
    case GapCause::Alignment:
        return QObject::tr("free: the segment above is aligned");
    case GapCause::Hole:
        return QObject::tr("free: too small for what is above the hole");
    case GapCause::Locked:
        return QObject::tr("free: the segment above is locked");
    }
    return QObject::tr("free: a compaction wins it");
}

/// Its list, and its neighbours there.
void addListFacts(std::vector<Fact>& facts, const SegmentBooks& books, const Segment& run) {
    if (!books.hasLists) {
        return;
    }
    const bool large = books.largestBlock == 0 && listOf(run.frames) == 0;
    const auto base = [&](SegmentId id, const QString& none) {
        const Segment* other = id == 0 ? nullptr : books.run(id);
        return other == nullptr ? none : qt(text(other->base));
    };
    const QString length = counted(run.frames.value, QObject::tr("frame"), QObject::tr("frames"));
    const QString name = large ? QObject::tr("of large runs") : QObject::tr("of %1").arg(length);
    facts.push_back(
        {QObject::tr("List"), run.unmovable ? QObject::tr("%1, unmovable").arg(name) : name});
    facts.push_back({QObject::tr("Next"), base(run.list.next, QObject::tr("none: the last"))});
    facts.push_back(
        {QObject::tr("Previous"), base(run.list.previous, QObject::tr("none: the first"))});
}

void addMoves(std::vector<Fact>& facts, const std::vector<SegmentMoveView>& moves) {
    facts.push_back({QObject::tr("Moved"), moves.empty()
                                               ? QObject::tr("never")
                                               : counted(moves.size(), QObject::tr("time"),
                                                         QObject::tr("times, latest first"))});
    for (std::size_t i = 0; i < std::min(moves.size(), mostMoves); ++i) {
        const SegmentMoveView& move = moves[i];
        facts.push_back({QString(), QObject::tr("%1 \u2192 %2, event %3")
                                        .arg(qt(text(move.from)), qt(text(move.to)))
                                        .arg(move.seq)});
    }
}

/// While a segment is moved its descriptor may cover old and new place: it lies at the old one.
Segment asMoved(Segment run, const std::optional<SegmentMotion>& motion) {
    if (run.state == SegmentState::Moving && motion && motion->segment == run.id) {
        run.base = motion->from;
        run.frames = motion->frames;
    }
    return run;
}

QString ageText(const SegmentBooks& books, const Segment& segment) {
    std::uint64_t older = 0;
    std::uint64_t all = 0;
    for (const SegmentZoneView& zone : books.zones) {
        for (const Segment& run : zone.runs) {
            all += isSegment(run) ? 1U : 0U;
            older += isSegment(run) && run.birth < segment.birth ? 1U : 0U;
        }
    }
    return QObject::tr("%1; %2 of %3 older")
        .arg(grouped(segment.birth), grouped(older), grouped(all));
}

void addSegment(std::vector<Fact>& facts,
                const SegmentBooks& books,
                const Names& names,
                const Segment& run) {
    facts.push_back(
        {QObject::tr("Owner"),
         QObject::tr("%1 at %2").arg(qt(names.process(run.owner)), qt(text(run.vaddr)))});
    facts.push_back({QObject::tr("Birth"), ageText(books, run)});
    facts.push_back({QObject::tr("Alignment"),
                     qt(text(bytesOf(PageCount(1ULL << std::min<unsigned>(run.alignLog2, 51)))))});
    facts.push_back({QObject::tr("Locks"), run.locks == 0
                                               ? QObject::tr("none: it may be moved")
                                               : QObject::tr("%1: it stays").arg(run.locks)});
    if (run.asked != run.frames && run.asked.value != 0) {
        facts.push_back({QObject::tr("Asked for"), lengthText(run.asked)});
    }
}

} // namespace

std::vector<Fact> segmentFacts(const SegmentScene& scene,
                               const SegmentHistory& history,
                               const Names& names,
                               FrameNumber frame,
                               std::uint64_t seq) {
    std::vector<Fact> facts;
    const SegmentZoneView* zone = scene.books->zoneAt(frame);
    const auto index = zone == nullptr ? std::nullopt : zone->indexAt(frame);
    if (!index) {
        return facts;
    }
    const Segment run = asMoved(zone->runs[*index], scene.motion);
    facts.push_back({QObject::tr("State"), stateText(scene, run, zone->gapAt(frame))});
    facts.push_back({QObject::tr("Base"),
                     QObject::tr("%1 at %2").arg(qt(text(run.base)), qt(text(startOf(run.base))))});
    facts.push_back({QObject::tr("Length"), lengthText(run.frames)});
    if (isSegment(run)) {
        addSegment(facts, *scene.books, names, run);
        addMoves(facts, history.movesOf(run.birth, seq));
    } else if (run.state == SegmentState::Free) {
        facts.push_back(
            {QObject::tr("Cut"), counted(run.depth, QObject::tr("time"), QObject::tr("times"))});
        addListFacts(facts, *scene.books, run);
    }
    if (run.frames.value > 1 && frame >= run.base) {
        facts.push_back({QObject::tr("Frame"), QObject::tr("%1, number %2 of the run")
                                                   .arg(qt(text(frame)))
                                                   .arg((frame - run.base).value)});
    }
    return facts;
}

QString segmentTitle(const Segment& run) {
    if (isSegment(run)) {
        return QObject::tr("Segment %1").arg(run.birth);
    }
    return run.state == SegmentState::Hole     ? QObject::tr("Hole")
           : run.state == SegmentState::Target ? QObject::tr("New place")
                                               : QObject::tr("Free run");
}

} // namespace fragscope
