#include "fragscope/event/event_kind.h"
#include "fragscope/ui/timeline/lane_fold.h"
#include "fragscope/ui/timeline/time_scale.h"

#include <QTest>

using namespace fragscope;

namespace {

class LogMaker {
public:
    void add(EventKind kind,
             std::uint64_t time,
             std::uint8_t cpu,
             std::uint32_t task,
             std::uint64_t value = 0,
             std::uint64_t a = 0) {
        Event event;
        event.seq = log.endSeq();
        event.timeCycles = time;
        event.kind = kind;
        event.cpu = cpu;
        event.task = task;
        event.value = value;
        event.a = a;
        log.append(event);
    }

    void start(std::uint32_t task, TaskRole role) {
        add(EventKind::TaskStarted, 0, 0, task, 0, static_cast<std::uint64_t>(role));
    }

    void step(std::uint64_t time,
              std::uint8_t cpu,
              std::uint32_t task,
              ListingId listing = ListingId::Application) {
        add(EventKind::TaskStep, time, cpu, task, 0, static_cast<std::uint64_t>(listing));
    }

    void wait(std::uint64_t time, std::uint8_t cpu, std::uint32_t task) {
        add(EventKind::TaskStatusChange, time, cpu, task,
            static_cast<std::uint64_t>(TaskStatus::Waiting));
    }

    EventLog log;
};

std::uint64_t busy(const LaneFold::Totals& totals, std::size_t cpu, BusyWith with) {
    return totals.busyCycles[cpu].at(static_cast<std::size_t>(with));
}

std::uint64_t marks(const LaneFold::Totals& totals, LaneMark mark) {
    return totals.marks.at(static_cast<std::size_t>(mark));
}

} // namespace

class TestLaneFold : public QObject {
    Q_OBJECT

private slots:

    void busy_isTimeUntilTheNextStepOrWait() {
        LogMaker maker;
        maker.start(1, TaskRole::Mover);
        maker.start(2, TaskRole::Application);
        maker.step(0, 0, 1);
        maker.step(10, 1, 2);
        maker.step(100, 0, 1);
        maker.wait(250, 0, 1);
        maker.step(400, 1, 2, ListingId::HandlerRewalk);
        maker.step(900, 0, 1);
        maker.step(1000, 1, 2);
        LaneFold fold(2);
        QVERIFY(fold.add(maker.log, 2));
        const LaneFold::Totals totals = fold.totals();
        QCOMPARE(busy(totals, 0, BusyWith::Mover), std::uint64_t{250});
        QCOMPARE(busy(totals, 1, BusyWith::Application), std::uint64_t{390});
        QCOMPARE(busy(totals, 1, BusyWith::Handler), std::uint64_t{600});
        QCOMPARE(fold.endCycles(), std::uint64_t{1000});
    }

    void marks_areCountedWhereTheyHappen() {
        LogMaker maker;
        maker.step(0, 0, 1);
        maker.add(EventKind::PageFault, 100, 0, 1);
        maker.add(EventKind::MapStore, 200, 0, 1);
        maker.add(EventKind::MapStore, 5000, 0, 1);
        maker.add(EventKind::LostWrite, 5000, 0, 1);
        maker.add(EventKind::ShootdownSent, 6000, 0, 1);
        LaneFold fold(1);
        fold.add(maker.log, 0);
        QCOMPARE(marks(fold.totals(), LaneMark::MapStore), std::uint64_t{2});
        QCOMPARE(marks(fold.totals(), LaneMark::Violation), std::uint64_t{1});
        QCOMPARE(marks(fold.totals(0, 1000), LaneMark::MapStore), std::uint64_t{1});
        QCOMPARE(marks(fold.totals(0, 1000), LaneMark::Fault), std::uint64_t{1});
        QCOMPARE(marks(fold.totals(1000, 5500), LaneMark::Violation), std::uint64_t{1});
        QCOMPARE(marks(fold.totals(5600, 7000), LaneMark::Shootdown), std::uint64_t{1});
    }

    void longRun_foldsPieces_sumsStayExact() {
        LogMaker maker;
        maker.start(1, TaskRole::Application);
        constexpr std::uint64_t steps = 20'000;
        for (std::uint64_t i = 0; i <= steps; ++i) {
            maker.step(i * 37, 0, 1);
            if (i % 10 == 0) {
                maker.add(EventKind::PageFault, i * 37, 0, 1);
            }
        }
        LaneFold fold(1);
        fold.add(maker.log, 0);
        QVERIFY(fold.pieceCycles() > LaneFold::smallestPiece);
        QVERIFY(fold.endCycles() / fold.pieceCycles() <= LaneFold::mostPieces);
        QCOMPARE(busy(fold.totals(), 0, BusyWith::Application), steps * 37);
        QCOMPARE(marks(fold.totals(), LaneMark::Fault), steps / 10 + 1);
    }

    void add_inParts_equalsAddAtOnce() {
        LogMaker maker;
        maker.start(1, TaskRole::Mover);
        LaneFold parts(1);
        for (std::uint64_t i = 0; i < 3000; ++i) {
            maker.step(i * i, 0, 1);
            parts.add(maker.log, 0, 7);
        }
        while (!parts.add(maker.log, 0, 100)) {
        }
        LaneFold whole(1);
        whole.add(maker.log, 0);
        QCOMPARE(parts.pieceCycles(), whole.pieceCycles());
        for (std::uint64_t from = 0; from < whole.endCycles(); from += 100'000) {
            QCOMPARE(parts.totals(from, from + 100'000).busyCycles,
                     whole.totals(from, from + 100'000).busyCycles);
        }
    }

    void timeScale_pixelAndBack_isTheSameTime() {
        const TimeScale scale{1000, 501'000, 130, 1500};
        QCOMPARE(scale.xOf(1000), 130.0);
        QCOMPARE(scale.xOf(501'000), 1630.0);
        QCOMPARE(scale.timeAt(-50), std::uint64_t{1000});
        QCOMPARE(scale.timeAt(99'999), std::uint64_t{501'000});
        for (std::uint64_t time = 1000; time < 501'000; time += 4999) {
            QCOMPARE(scale.timeAt(scale.xOf(time)), time);
        }
    }
};

QTEST_GUILESS_MAIN(TestLaneFold)
#include "tst_ui_lane_fold.moc"
