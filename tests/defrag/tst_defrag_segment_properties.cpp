// Q1 to Q6 and T1 to T6 (DEFRAG 3.1, 3.2) after every operation, over all choices of the segment
// heap and of its compaction, with holes, locks and alignment.
#include "fragscope/defrag/compaction/realign.h"
#include "fragscope/kernel/segments/segment_gaps.h"

#include <QTest>

#include "defrag/support/any_segment_settings.h"
#include "defrag/support/slide_bench.h"
#include "hardware/support/event_log.h"
#include <algorithm>
#include <rapidcheck.h>

using namespace fragscope;
using namespace fragscope::test;

namespace {

constexpr std::uint64_t firstFrame = 3;
constexpr std::uint64_t endFrame = 600;
const std::vector<SegmentTable::Hole> holes{{FrameNumber(100), PageCount(9)},
                                            {FrameNumber(333), PageCount(70)}};

std::vector<SegmentTable::ZoneSpec> zonesFor(SegmentSpans spans) {
    if (spans != SegmentSpans::Separate) {
        return {{.begin = FrameNumber(firstFrame), .end = FrameNumber(endFrame), .holes = holes}};
    }
    std::vector<SegmentTable::ZoneSpec> zones;
    FrameNumber from(firstFrame);
    for (const SegmentTable::Hole& hole : holes) {
        zones.push_back({.begin = from, .end = hole.begin, .holes = {}});
        from = hole.begin + hole.frames;
    }
    zones.push_back({.begin = from, .end = FrameNumber(endFrame), .holes = {}});
    return zones;
}

bool isHole(std::uint64_t frame) {
    return std::any_of(holes.begin(), holes.end(), [frame](const SegmentTable::Hole& hole) {
        return frame >= hole.begin.value && frame < (hole.begin + hole.frames).value;
    });
}

/// A random program of requests, frees, locks, looks of the background task and of the one that
/// aligns again.
class RandomProgram {
public:
    explicit RandomProgram(std::uint64_t seed)
        : rng_(seed), heap_(anyHeap(rng_)), compaction_(anyCompaction(rng_)),
          bench_(heap_, zonesFor(heap_.spans), compaction_),
          realigner_(
              bench_.tasks.events, bench_.heap, bench_.slide, compaction_, bench_.tasks.scheduler),
          log_(bench_.tasks.events,
               {EventKind::SegmentMoved, EventKind::SegmentAligned, EventKind::RunCut,
                EventKind::SegmentRunsJoined}) {
        bench_.heap.setCompactor(compaction_.onFailure() ? &bench_.slide : nullptr);
        bench_.orderedByAge =
            heap_.spans != SegmentSpans::AcrossFill && compaction_.realign != Realign::ToTop;
    }

    void step() {
        log_.events.clear();
        remember();
        const std::uint64_t action = rng_.below(24);
        if (live_.empty() || action < 11) {
            allocate();
        } else if (action < 17) {
            release();
        } else if (action < 19) {
            toggleLock();
        } else if (action < 21) {
            lookInBackground();
        } else if (compaction_.realign != Realign::Never) {
            realign();
        }
        checkBooks();
        checkMoves();
    }

    void checkEnd() {
        for (const std::uint64_t frame : bench_.memory.written) {
            RC_ASSERT(!isHole(frame));
        }
        for (const SegmentId id : live_) {
            bench_.table.setLocks(id, 0);
        }
        for (std::uint32_t zone = 0; zone < bench_.shape.zones; ++zone) {
            checkFullCompaction(zone);
        }
    }

private:
    void remember() {
        before_.clear();
        runs_.clear();
        for (std::uint32_t zone = 0; zone < bench_.shape.zones; ++zone) {
            for (const Segment& run : decodeSegments(bench_.words, zone)) {
                before_[run.id] = run;
                runs_.push_back(run.frames);
            }
        }
    }

    [[nodiscard]] std::vector<PageCount> lengths() const {
        std::vector<PageCount> all;
        for (std::uint32_t zone = 0; zone < bench_.shape.zones; ++zone) {
            for (const Segment& run : decodeSegments(bench_.words, zone)) {
                all.push_back(run.frames);
            }
        }
        return all;
    }

    void allocate() {
        const PageCount asked(1 + rng_.below(1 + rng_.below(80)));
        const SegmentRequest request = bench_.allocateFilled(asked.value);
        if (request.segment == 0) {
            return;
        }
        live_.push_back(request.segment);
        const Segment segment = bench_.table.segment(request.segment);
        const PageCount rounded = roundedRequest(asked, heap_);
        RC_ASSERT(segment.frames >= rounded); // Q5
        RC_ASSERT(heap_.split != SegmentSplit::Always || segment.frames == rounded);
        RC_ASSERT(segment.base.value % alignmentOf(rounded, heap_).value == 0);
        RC_ASSERT(log_.count(EventKind::RunCut) <= 2); // Q6
        const bool only = log_.count(EventKind::SegmentRunsJoined) == 0 &&
                          log_.count(EventKind::SegmentMoved) == 0;
        if (request.why == Rule::SegmentHit && only) {
            RC_ASSERT(lengths() == runs_); // Q3
        }
    }

    void release() {
        const std::size_t n = rng_.below(live_.size());
        if (bench_.table.segment(live_[n]).locks == 0) {
            bench_.release(live_[n]);
            live_.erase(live_.begin() + static_cast<std::ptrdiff_t>(n));
        }
    }

    void toggleLock() {
        const SegmentId id = live_[rng_.below(live_.size())];
        bench_.table.setLocks(id, bench_.table.segment(id).locks != 0 ? 0 : 1);
        bench_.orderedByAge = bench_.orderedByAge && compaction_.locked != LockedSegments::Below;
    }

    /// From the resume pointer on until the budget is spent: at most a segment more than it.
    void lookInBackground() {
        const auto zone = static_cast<std::uint32_t>(rng_.below(bench_.shape.zones));
        Slide::Pass pass{.zone = zone,
                         .from = bench_.table.zone(zone).resume,
                         .budget = ByteCount(1 + rng_.below(60) * pageBytes),
                         .why = Rule::CompactInBackground};
        bench_.tasks.spawn(0, bench_.slide.compact(pass));
        bench_.tasks.run(~0ULL);
        std::uint64_t last = 0;
        for (const Event& event : log_.events) {
            last = event.kind == EventKind::SegmentMoved ? event.value * pageBytes : last;
        }
        const bool fills =
            heap_.spans == SegmentSpans::AcrossFill || compaction_.locked == LockedSegments::Below;
        RC_ASSERT(fills || pass.moved.value < pass.budget.value + last);
    }

    void realign() {
        const auto zone = static_cast<std::uint32_t>(rng_.below(bench_.shape.zones));
        bench_.tasks.spawn(0, realigner_.look(zone));
        bench_.tasks.run(~0ULL);
    }

    void checkBooks() {
        RC_ASSERT(bench_.issue() == std::string()); // Q1, Q2, Q4, T1
        std::uint64_t used = 0;
        for (const SegmentId id : live_) {
            const Segment segment = bench_.table.segment(id);
            const PageCount full = alignmentOf(roundedRequest(segment.asked, heap_), heap_);
            RC_ASSERT(bench_.holdsItsBytes(id)); // T4
            RC_ASSERT(segment.alignment() == full || segment.alignment().value == 1);
            RC_ASSERT(segment.alignment() == full || compaction_.relaxBelowPercent > 0);
            used += segment.frames.value;
        }
        std::uint64_t free = 0;
        for (std::uint32_t zone = 0; zone < bench_.shape.zones; ++zone) {
            free += bench_.table.freeFrames(zone).value;
        }
        RC_ASSERT(used + free + 79 == endFrame - firstFrame); // T5, and Q1 again
    }

    /// T2: down only, unless to be aligned again; nothing locked, nothing to another zone.
    void checkMoves() {
        for (const Event& event : log_.events) {
            if (event.kind == EventKind::SegmentMoved) {
                const bool up = event.rule == Rule::RealignUp || event.rule == Rule::RealignToTop;
                RC_ASSERT((event.paddr > event.a) == up);
            }
        }
        for (const SegmentId id : live_) {
            const auto old = before_.find(id);
            const Segment now = bench_.table.segment(id);
            if (old != before_.end() && old->second.state == SegmentState::Used) {
                RC_ASSERT(old->second.birth != now.birth || old->second.zone == now.zone);
                RC_ASSERT(old->second.locks == 0 || old->second.base == now.base);
            }
        }
    }

    /// T3, T5, T6 of a full compaction without locks.
    void checkFullCompaction(std::uint32_t zone) {
        log_.events.clear();
        pass(zone);
        std::uint64_t moved = 0;
        for (const Event& event : log_.events) {
            moved += event.kind == EventKind::SegmentMoved ? event.value : 0;
        }
        const SegmentZone whole = bench_.table.zone(zone);
        std::uint64_t live = 0;
        for (const Segment& run : decodeSegments(bench_.words, zone)) {
            live += run.state == SegmentState::Used ? run.frames.value : 0;
        }
        const bool fills = heap_.spans == SegmentSpans::AcrossFill;
        RC_ASSERT(fills || moved <= live); // T6
        const SegmentGaps gaps = gapsOf(bench_.words, zone);
        RC_ASSERT(gaps.locked.value == 0);
        RC_ASSERT(fills || !bench_.orderedByAge || gaps.free.value == 0);
        PageCount above{};
        for (const Segment& run : decodeSegments(bench_.words, zone)) {
            above += run.state == SegmentState::Free && run.base >= whole.top ? run.frames
                                                                              : PageCount(0);
        }
        RC_ASSERT(above + gaps.sum() == whole.free); // T5
        if (bench_.orderedByAge) {
            log_.events.clear();
            pass(zone);
            RC_ASSERT(log_.count(EventKind::SegmentMoved) == 0); // T3
        }
    }

    void pass(std::uint32_t zone) {
        Slide::Pass full{
            .zone = zone, .from = bench_.table.zone(zone).begin, .why = Rule::CompactInBackground};
        bench_.tasks.spawn(0, bench_.slide.compact(full));
        bench_.tasks.run(~0ULL);
    }

    Rng rng_;
    SegmentSettings heap_;
    CompactionSettings compaction_;
    SlideBench bench_;
    Realigner realigner_;
    EventLog log_;
    std::vector<SegmentId> live_;
    std::map<SegmentId, Segment> before_;
    std::vector<PageCount> runs_;
};

} // namespace

class DefragSegmentProperties : public QObject {
    Q_OBJECT

private slots:

    void invariantsHoldAfterEveryOperation() {
        QVERIFY(rc::check([] {
            RandomProgram program(*rc::gen::arbitrary<std::uint64_t>());
            for (int i = 0; i < 150; ++i) {
                program.step();
            }
            program.checkEnd();
        }));
    }
};

QTEST_GUILESS_MAIN(DefragSegmentProperties)
#include "tst_defrag_segment_properties.moc"
