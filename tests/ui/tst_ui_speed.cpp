#include "fragscope/ui/engine/engine.h"
#include "fragscope/ui/window/speed.h"

#include <QTest>

using namespace fragscope;

class TestSpeed : public QObject {
    Q_OBJECT

private slots:

    void places_riseFromAQuarterToAThousand_thenFull() {
        QCOMPARE(Speed::stepsPerSecond(Speed::lowest), 0.25);
        QCOMPARE(Speed::stepsPerSecond(Speed::highest - 1), 1000.0);
        QCOMPARE(Speed::stepsPerSecond(Speed::highest), Engine::fullSpeed);
        for (int place = Speed::lowest + 1; place < Speed::highest; ++place) {
            QVERIFY(Speed::stepsPerSecond(place) > Speed::stepsPerSecond(place - 1));
            QVERIFY(Speed::stepsPerSecond(place) <= 2.1 * Speed::stepsPerSecond(place - 1));
        }
    }

    void texts_readWell() {
        QCOMPARE(Speed::text(Speed::lowest), QStringLiteral("1/4 steps/s"));
        QCOMPARE(Speed::text(Speed::preset), QStringLiteral("10 steps/s"));
        QCOMPARE(Speed::text(Speed::highest), QStringLiteral("full speed"));
    }
};

QTEST_GUILESS_MAIN(TestSpeed)
#include "tst_ui_speed.moc"
