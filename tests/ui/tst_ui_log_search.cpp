#include "fragscope/event/event_kind.h"
#include "fragscope/ui/engine/log_search.h"

#include <QTest>

using namespace fragscope;

namespace {

/// Steps at the seqs that are multiples of three, numbered from 1; a step lasts ten cycles.
EventLog logOf(std::uint64_t events) {
    EventLog log;
    for (std::uint64_t seq = 0; seq < events; ++seq) {
        Event event;
        event.seq = seq;
        event.timeCycles = seq / 3 * 10;
        event.kind = seq % 3 == 0 ? EventKind::TaskStep : EventKind::PhysStore;
        event.value = seq % 3 == 0 ? seq / 3 + 1 : 0;
        log.append(event);
    }
    return log;
}

} // namespace

class TestLogSearch : public QObject {
    Q_OBJECT

private slots:

    void stepAtOrAfter_betweenSteps_isTheNext() {
        const EventLog log = logOf(31);
        QCOMPARE(stepAtOrAfter(log, 0), std::uint64_t{0});
        QCOMPARE(stepAtOrAfter(log, 1), std::uint64_t{3});
        QCOMPARE(stepAtOrAfter(log, 30), std::uint64_t{30});
        QCOMPARE(stepAtOrAfter(log, 31), std::uint64_t{31});
    }

    void stepAtOrBefore_betweenSteps_isTheLast() {
        const EventLog log = logOf(31);
        QCOMPARE(stepAtOrBefore(log, 5), std::optional<std::uint64_t>(3));
        QCOMPARE(stepAtOrBefore(log, 1000), std::optional<std::uint64_t>(30));
        QVERIFY(!stepAtOrBefore(EventLog(), 0));
    }

    void seqOfStep_everyStep_isWhereItBegins() {
        const EventLog log = logOf(3000);
        for (std::uint64_t step = 0; step < 1000; ++step) {
            QCOMPARE(seqOfStep(log, step), step * 3);
        }
        QCOMPARE(seqOfStep(log, 1000), std::uint64_t{3000});
    }

    void seqAtTime_withinAStep_isTheNextStep() {
        const EventLog log = logOf(3000);
        QCOMPARE(seqAtTime(log, 0), std::uint64_t{0});
        QCOMPARE(seqAtTime(log, 95), std::uint64_t{30});
        QCOMPARE(seqAtTime(log, 100), std::uint64_t{30});
        QCOMPARE(seqAtTime(log, 1'000'000), std::uint64_t{3000});
    }

    void seqAtTime_runWithoutSteps_isTheEvent() {
        EventLog log;
        for (std::uint64_t seq = 0; seq < 10; ++seq) {
            Event event;
            event.seq = seq;
            event.timeCycles = seq * 100;
            event.kind = EventKind::PageFault;
            log.append(event);
        }
        QCOMPARE(seqAtTime(log, 450), std::uint64_t{5});
    }
};

QTEST_GUILESS_MAIN(TestLogSearch)
#include "tst_ui_log_search.moc"
