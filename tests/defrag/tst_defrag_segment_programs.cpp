// Random programs in a machine with holes, locks and alignment: after every operation the books
// hold, each segment is mapped where they say, and every stamp is what its owner wrote last.
#include "fragscope/defrag/compaction/realign.h"

#include <QTest>

#include "defrag/support/any_segment_settings.h"
#include "defrag/support/compacting_machine.h"
#include <rapidcheck.h>

using namespace fragscope;
using namespace fragscope::test;

namespace {

/// Heaps of 6 MiB in all: large segments are those of more than 300 pages, aligned to 1 or 2 MiB.
SegmentMemorySettings anySegments(Rng& rng) {
    SegmentMemorySettings settings;
    settings.heap = anyHeap(rng);
    settings.heap.alignAbove = PageCount(300);
    settings.heap.alignment = PageCount(256ULL << rng.below(2));
    settings.areaJoin = static_cast<AreaJoin>(rng.below(3));
    settings.clear = rng.below(2) == 0;
    settings.largePages = rng.below(4) != 0;
    return settings;
}

class RandomPrograms {
public:
    explicit RandomPrograms(std::uint64_t seed)
        : rng_(seed), compaction_(anyCompaction(rng_)), settings_(anySegments(rng_)),
          bench_(static_cast<MoverAlgorithm>(1 + rng_.below(2)),
                 settings_,
                 mib(9),
                 compaction_,
                 {{PhysAddr(5ULL << 20), mib(1)}}),
          realigner_(bench_.events, heap(), bench_.slide, compaction_, bench_.scheduler),
          processes_{&bench_.makeProcess(), &bench_.makeProcess()} {}

    void step() {
        const std::uint64_t action = rng_.below(16);
        if (live_.empty() || action < 8) {
            allocate();
        } else if (action < 12) {
            release();
        } else if (action < 13) {
            const SegmentId id = live_[rng_.below(live_.size())].call.segment;
            heap().table().setLocks(id, bench_.segment(id).locks != 0 ? 0 : 1);
        } else if (compaction_.realign != Realign::Never && action < 15) {
            bench_.spawn(0, realigner_.look(0));
            bench_.run(10'000'000);
        } else {
            bench_.spawn(0, bench_.slide.makeRoom(0, PageCount(1), PageCount(1)));
            bench_.run(10'000'000);
        }
        check();
    }

private:
    struct Live {
        Process* process;
        SegmentCall call;
        std::uint64_t stamp;
        FrameNumber lockedAt{};
    };

    SegmentHeap& heap() { return bench_.kernel.segments()->heap(); }

    static VirtAddr lastWord(const Live& live) {
        return live.call.at + bytesOf(live.call.frames) - ByteCount(wordBytes);
    }

    void allocate() {
        Process& process = *processes_[rng_.below(2)];
        const SegmentCall call =
            bench_.allocate(process, 1 + rng_.below(rng_.below(4) == 0 ? 700 : 90));
        if (call.segment != 0) {
            live_.push_back({&process, call, rng_.next()});
            RC_ASSERT(bench_.write(process, call.at, live_.back().stamp));
            RC_ASSERT(bench_.write(process, lastWord(live_.back()), ~live_.back().stamp));
        }
    }

    void release() {
        const std::size_t n = rng_.below(live_.size());
        const bool locked = bench_.segment(live_[n].call.segment).locks != 0;
        bench_.release(*live_[n].process, live_[n].call.at);
        if (!locked) {
            live_.erase(live_.begin() + static_cast<std::ptrdiff_t>(n));
        }
    }

    void check() {
        RC_ASSERT(bench_.issue() == std::string());
        for (Live& one : live_) {
            const Segment segment = bench_.segment(one.call.segment);
            RC_ASSERT(segment.base.value >= 6ULL << 8 || segment.end().value <= 5ULL << 8);
            RC_ASSERT(bench_.read(*one.process, one.call.at) == one.stamp);
            RC_ASSERT(bench_.read(*one.process, lastWord(one)) == ~one.stamp);
            RC_ASSERT(one.lockedAt.value == 0 || one.lockedAt == segment.base);
            one.lockedAt = segment.locks != 0 ? segment.base : FrameNumber(0);
        }
    }

    Rng rng_;
    CompactionSettings compaction_;
    SegmentMemorySettings settings_;
    CompactingMachine bench_;
    Realigner realigner_;
    std::array<Process*, 2> processes_;
    std::vector<Live> live_;
};

} // namespace

class DefragSegmentPrograms : public QObject {
    Q_OBJECT

private slots:

    void contentsSurviveEveryOperation() {
        QVERIFY(rc::check([] {
            RandomPrograms programs(*rc::gen::arbitrary<std::uint64_t>());
            for (int i = 0; i < 50; ++i) {
                programs.step();
            }
        }));
    }
};

QTEST_GUILESS_MAIN(DefragSegmentPrograms)
#include "tst_defrag_segment_programs.moc"
