// Segments of a machine are compacted while their owners run: contents, maps, large pages, waits.
#include "fragscope/base/rng.h"

#include <QTest>

#include "defrag/support/compacting_machine.h"
#include <map>
#include <rapidcheck.h>

using namespace fragscope;
using namespace fragscope::test;

namespace {

enum class WriterLine : std::uint16_t { Write = 1, Read };

/// Writes each word of a segment's pages in turn and reads what it wrote the round before.
Steps writer(Kernel& kernel,
             Process& process,
             VirtAddr at,
             std::uint64_t pages,
             std::uint64_t rounds,
             std::uint64_t& wrong) {
    AccessRequest request{.process = &process};
    for (std::uint64_t round = 1; round <= rounds; ++round) {
        for (std::uint64_t page = 0; page < pages; ++page) {
            request.address = at + ByteCount(page * pageBytes + 8 * (page % 512));
            request.kind = AccessKind::Read;
            co_yield WriterLine::Read;
            co_await access(kernel, request);
            wrong += round > 1 && request.value != ((round - 1) << 32 | page) ? 1U : 0U;
            request.kind = AccessKind::Write;
            request.value = round << 32 | page;
            co_yield WriterLine::Write;
            co_await access(kernel, request);
        }
    }
}

SegmentMemorySettings top() {
    SegmentMemorySettings settings;
    settings.heap.placement = SegmentPlacement::Top;
    return settings;
}

} // namespace

class DefragSegments : public QObject {
    Q_OBJECT

private slots:

    void writersLoseNothing_data() {
        QTest::addColumn<int>("algorithm");
        QTest::newRow("stop the world") << int(MoverAlgorithm::StopTheWorld);
        QTest::newRow("entry E") << int(MoverAlgorithm::EntryE);
    }

    void writersLoseNothing() {
        QFETCH(int, algorithm);
        CompactingMachine bench(static_cast<MoverAlgorithm>(algorithm), top());
        Process& process = bench.makeProcess();
        const SegmentCall gap = bench.allocate(process, 500);
        const SegmentCall busy = bench.allocate(process, 40);
        bench.allocate(process, 900);
        bench.release(process, gap.at);
        std::uint64_t wrong = 0;
        process.cpus.push_back(1);
        bench.spawn(1, writer(bench.kernel, process, busy.at, 40, 600, wrong), process.number,
                    bench.scheduler.clock(0));
        SegmentCall call{.frames = PageCount(400)}; // 96 at the top: compaction
        bench.spawn(0, allocateSegment(bench.kernel, process, call));
        bench.run(10'000'000);
        QVERIFY(call.segment != 0);
        QCOMPARE(wrong, 0ULL);
        QCOMPARE(process.state, ProcessState::Running);
        QCOMPARE(bench.segment(busy.segment).base.value, 512ULL);
        QCOMPARE(bench.slide.totals().bytes, 940 * pageBytes);
        QVERIFY(!bench.all(EventKind::WaitEnded).empty());
        QCOMPARE(bench.issue(), std::string());
        QCOMPARE(process.map.count(), std::size_t{5}); // E and the old entries are gone
    }

    void aLargeSegmentIsLargeAgain() {
        SegmentMemorySettings settings = top();
        settings.heap.alignAbove = PageCount(511);
        settings.heap.alignment = PageCount(512);
        for (const auto algorithm : {MoverAlgorithm::StopTheWorld, MoverAlgorithm::EntryE}) {
            CompactingMachine bench(algorithm, settings, mib(16));
            Process& process = bench.makeProcess();
            const SegmentCall gap = bench.allocate(process, 512);
            const SegmentCall large = bench.allocate(process, 1024);
            QVERIFY(bench.write(process, large.at + ByteCount(700 * pageBytes), 7));
            bench.release(process, gap.at);
            const std::uint64_t free = bench.freeFrames();
            bench.spawn(0, bench.slide.makeRoom(0, PageCount(1), PageCount(1)));
            bench.run(10'000'000);
            QCOMPARE(bench.segment(large.segment).base.value, 512ULL);
            QVERIFY(Pte{process.tables.leaf(pageOf(large.at))}.large());
            QVERIFY(Pte{process.tables.leaf(pageOf(large.at) + PageCount(512))}.dirty());
            QCOMPARE(bench.freeFrames(), free); // no table is left over
            QCOMPARE(bench.read(process, large.at + ByteCount(700 * pageBytes)), 7ULL);
            QCOMPARE(bench.issue(), std::string());
        }
    }

    /// A process that is killed while its segment moves gives it back when the move is over.
    void theOwnerMayDieInAMove() {
        CompactingMachine bench(MoverAlgorithm::EntryE, top());
        Process& process = bench.makeProcess();
        Process& other = bench.makeProcess();
        const SegmentCall gap = bench.allocate(process, 100);
        bench.allocate(process, 200);
        const SegmentCall kept = bench.allocate(other, 10);
        bench.write(other, kept.at, 5);
        bench.release(process, gap.at);
        bench.spawn(0, bench.slide.makeRoom(0, PageCount(1), PageCount(1)));
        while (!process.move.active) {
            bench.run(1);
        }
        bench.kernel.end(process, ProcessState::Killed);
        bench.run(10'000'000);
        QVERIFY(process.reaped);
        QCOMPARE(bench.read(other, kept.at), 5ULL);
        QCOMPARE(bench.issue(), std::string());
        QCOMPARE(bench.kernel.segments()->heap().table().freeFrames(0).value, 1536ULL - 10);
    }

    /// Random programs of two processes; each request may compact.
    void contentsSurvive() {
        QVERIFY(rc::check([] {
            Rng rng(*rc::gen::arbitrary<std::uint64_t>());
            SegmentMemorySettings settings;
            settings.heap.placement = static_cast<SegmentPlacement>(1 + rng.below(2));
            settings.heap.alignAbove = PageCount(300);
            settings.heap.alignment = PageCount(512);
            CompactionSettings compaction;
            compaction.extent = static_cast<CompactionExtent>(rng.below(2));
            CompactingMachine bench(static_cast<MoverAlgorithm>(1 + rng.below(2)), settings, mib(8),
                                    compaction);
            Process* processes[] = {&bench.makeProcess(), &bench.makeProcess()};
            struct Live {
                Process* process;
                SegmentCall call;
                std::uint64_t stamp;
            };
            std::vector<Live> live;
            for (int i = 0; i < 50; ++i) {
                if (live.empty() || rng.below(5) < 3) {
                    Process& process = *processes[rng.below(2)];
                    const SegmentCall call =
                        bench.allocate(process, 1 + rng.below(rng.below(6) == 0 ? 600 : 90));
                    if (call.segment != 0) {
                        live.push_back({&process, call, rng.next()});
                        const VirtAddr last = call.at + bytesOf(call.frames) - ByteCount(8);
                        RC_ASSERT(bench.write(process, call.at, live.back().stamp));
                        RC_ASSERT(bench.write(process, last, ~live.back().stamp));
                    }
                } else {
                    const std::size_t n = rng.below(live.size());
                    bench.release(*live[n].process, live[n].call.at);
                    live.erase(live.begin() + static_cast<std::ptrdiff_t>(n));
                }
                RC_ASSERT(bench.issue() == std::string());
                for (const Live& one : live) {
                    const VirtAddr last = one.call.at + bytesOf(one.call.frames) - ByteCount(8);
                    RC_ASSERT(bench.read(*one.process, one.call.at) == one.stamp);
                    RC_ASSERT(bench.read(*one.process, last) == ~one.stamp);
                }
            }
        }));
    }
};

QTEST_GUILESS_MAIN(DefragSegments)
#include "tst_defrag_segments.moc"
