#include "fragscope/event/event_kind.h"
#include "fragscope/ui/model/shared_fold.h"
#include "fragscope/ui/plots/memory_use.h"

#include <QTest>

using namespace fragscope;

namespace {

void append(EventLog& log, Event event) {
    event.seq = log.endSeq();
    log.append(event);
}

Event use(std::uint64_t time, std::uint32_t process, std::uint64_t resident) {
    Event event;
    event.kind = EventKind::MemoryUse;
    event.timeCycles = time;
    event.object = process;
    event.value = 100;
    event.a = 90;
    event.b = resident;
    return event;
}

Event shared(EventKind kind, std::uint32_t process, std::uint64_t page) {
    Event event;
    event.kind = kind;
    event.object = process;
    event.vaddr = page * pageBytes;
    event.value = 1;
    event.a = 8;
    return event;
}

} // namespace

/// What plots and inspector fold from the events themselves.
class TestMemoryUse : public QObject {
    Q_OBJECT

private slots:

    void points_areOfTheirProcessAndUse_eachEventOnce() {
        EventLog log;
        MemoryUseFold fold;
        QVERIFY(!fold.any());
        append(log, use(10, 1, 1));
        append(log, use(20, 2, 5));
        append(log, use(30, 1, 2));
        fold.add(log);
        fold.add(log);
        QCOMPARE(fold.processes(), std::size_t{2});
        const std::vector<PlotPoint> expected{{10, 1}, {30, 2}};
        QVERIFY(fold.points(1, UseOfPages::Resident) == expected);
        QVERIFY(fold.points(2, UseOfPages::Committed) == std::vector<PlotPoint>({{20, 90}}));
        QVERIFY(fold.points(3, UseOfPages::Reserved).empty());
    }

    void points_manyEvents_stayBounded_keepGreatestAndLatest() {
        EventLog log;
        MemoryUseFold fold;
        for (std::uint64_t i = 0; i < 5 * MemoryUseFold::mostPoints; ++i) {
            append(log, use(i, 1, i == 777 ? 5000 : i % 7));
        }
        append(log, use(log.endSeq(), 1, 3));
        fold.add(log);
        const std::vector<PlotPoint> points = fold.points(1, UseOfPages::Resident);
        QVERIFY(points.size() <= MemoryUseFold::mostPoints + 1);
        QVERIFY(points.size() > MemoryUseFold::mostPoints / 4);
        double greatest = 0;
        for (std::size_t i = 1; i < points.size(); ++i) {
            QVERIFY(points[i - 1].time < points[i].time);
            greatest = std::max(greatest, points[i].value);
        }
        QCOMPARE(greatest, 5000.0);
        QCOMPARE(points.back().value, 3.0);
    }

    void sharedObjects_areAsTheyWereBeforeTheMoment() {
        EventLog log;
        append(log, shared(EventKind::SharedCreated, 0, 0));
        append(log, shared(EventKind::SharedAttached, 1, 100));
        append(log, shared(EventKind::SharedAttached, 2, 200));
        append(log, shared(EventKind::SharedDestroyed, 0, 0));
        append(log, shared(EventKind::SharedDetached, 1, 100));
        SharedFold fold;
        fold.add(log);
        QVERIFY(fold.before(0).empty());
        QCOMPARE(fold.before(1).size(), std::size_t{1});
        QCOMPARE(fold.before(3).front().attachments.size(), std::size_t{2});
        QVERIFY(fold.before(3).front().named);
        const SharedObjectView last = fold.before(5).front();
        QVERIFY(!last.named);
        QCOMPARE(last.frames, std::uint64_t{8});
        QCOMPARE(last.attachments.size(), std::size_t{1});
        QCOMPARE(last.attachments.front().process, std::uint32_t{2});
        QCOMPARE(fold.before(2).front().attachments.size(), std::size_t{1}); // a step back
    }
};

QTEST_GUILESS_MAIN(TestMemoryUse)
#include "tst_ui_memory_use.moc"
