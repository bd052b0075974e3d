#include "fragscope/ui/map/flight.h"

#include <QTest>

using namespace fragscope;

class TestFlight : public QObject {
    Q_OBJECT

private slots:

    void rectAt_startAndEnd_areTheTwoPlaces() {
        const PageFlight flight{1, 2, 1000, 400};
        const QRectF from(10, 20, 8, 8);
        const QRectF to(300, 90, 16, 16);
        QCOMPARE(rectAt(flight, from, to, 1000), from);
        QCOMPARE(rectAt(flight, from, to, 1400), to);
        QCOMPARE(rectAt(flight, from, to, 500), from);
        QCOMPARE(rectAt(flight, from, to, 9000), to);
    }

    void shareAt_time_risesAndIsEased() {
        const PageFlight flight{1, 2, 0, 100};
        double last = -1;
        for (qint64 now = 0; now <= 100; ++now) {
            QVERIFY(flight.shareAt(now) > last);
            last = flight.shareAt(now);
        }
        QCOMPARE(flight.shareAt(50), 0.5);
        QVERIFY(flight.shareAt(10) < 0.1); // slow at first
    }

    void withoutDuration_isThereAtOnce() {
        const PageFlight flight{1, 2, 5, 0};
        QCOMPARE(flight.shareAt(5), 1.0);
        QVERIFY(flight.overAt(5));
    }

    void curve_pointsOnPath_agreeWithArithmetic() {
        for (const QPointF end : {QPointF(200, 300), QPointF(300, 12), QPointF(5, -250)}) {
            const FlightCurve curve = FlightCurve::between({0, 0}, end);
            QCOMPARE(curve.at(0), QPointF(0, 0));
            QCOMPARE(curve.at(1), end);
            const QPainterPath path = curve.path();
            QCOMPARE(path.pointAtPercent(0), curve.at(0));
            QCOMPARE(path.pointAtPercent(1), curve.at(1));
            QCOMPARE(curve.head(10).first(), end);
        }
    }

    void curve_level_risesAboveBothEnds() {
        const FlightCurve curve = FlightCurve::between({0, 100}, {400, 110});
        QVERIFY(curve.at(0.5).y() < 90);
    }
};

QTEST_GUILESS_MAIN(TestFlight)
#include "tst_ui_flight.moc"
