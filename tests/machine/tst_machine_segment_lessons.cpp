// What the lessons on segments claim beyond their figures: the length of the array of areas at
// every change, and how long a request waits for the background task.
#include <QTest>

#include "machine/support/shipped.h"
#include "support/sample_run.h"
#include <map>

using namespace fragscope;
using namespace fragscope::test;

namespace {

RunConfig shipped(const QString& name) {
    return shippedConfig(FRAGSCOPE_SOURCE_DIR "/scenarios/segments/" + name + ".toml");
}

} // namespace

class MachineSegmentLessons : public QObject {
    Q_OBJECT

private slots:

    /// Between two free areas lies a segment: with n segments the array has n to 2n + 1 entries.
    void array_everyChange_isAsLongAsThereAreAreas() {
        SampleRun run(shipped("array-of-areas"));
        run.finish();
        std::uint64_t live = 0;
        std::uint64_t longest = 0;
        std::uint64_t changes = 0;
        std::uint64_t last = 0;
        bool shrank = false;
        for (const Event& event : run.log) {
            live += event.kind == EventKind::SegmentAllocated ? 1 : 0;
            if (event.kind == EventKind::AreasChanged) {
                const std::uint64_t segments =
                    live - (event.rule == Rule::SegmentUnmapped ? 1 : 0); // its frames follow
                QVERIFY2(
                    event.value >= segments && event.value <= 2 * segments + 1,
                    qPrintable(QString("%1 areas, %2 segments").arg(event.value).arg(segments)));
                shrank = shrank || event.value < last;
                last = event.value;
                longest = std::max(longest, last);
                ++changes;
            }
            live -= event.kind == EventKind::SegmentFreed ? 1 : 0;
        }
        QCOMPARE(changes, 800ULL); // 400 requests, 400 frees
        QVERIFY(longest > 100 && shrank);
        QCOMPARE(live, 0ULL);
        QCOMPARE(last, 1ULL);
    }

    /// DEFRAG 3.3: an allocation waits for the segment in motion, not for a compaction.
    void background_request_waitsForOneSegmentOnly() {
        RunConfig config = shipped("background-alone");
        config.processes[0].accesses = 3000;
        SampleRun run(config);
        run.finish();
        QVERIFY(run.count(EventKind::SegmentMoved) > 1000);
        QCOMPARE(run.count(EventKind::SegmentRefused), std::size_t{0});
        std::uint64_t longestPass = 0;
        std::map<std::uint32_t, std::uint64_t> begun;
        for (const Event& event : run.log) {
            if (event.kind == EventKind::CompactionBegun) {
                begun[event.task] = event.timeCycles;
            } else if (event.kind == EventKind::CompactionDone) {
                longestPass = std::max(longestPass, event.timeCycles - begun[event.task]);
                QVERIFY(event.a <= 1); // one segment for each time that it takes the lock
            }
        }
        QVERIFY(longestPass > 0);
        std::uint64_t longestCall = 0;
        for (const Event& event : run.all(EventKind::SegmentCallDone)) {
            longestCall = std::max(longestCall, event.value);
        }
        QVERIFY2(longestCall < longestPass + 20'000,
                 qPrintable(QString("%1, pass %2").arg(longestCall).arg(longestPass)));
    }
};

QTEST_APPLESS_MAIN(MachineSegmentLessons)

#include "tst_machine_segment_lessons.moc"
