#include "fragscope/scenario/condition.h"

#include <QtTest>

#include "support/print.h"

using namespace fragscope;

namespace {

EventCondition parsed(std::string_view text) {
    auto condition = EventCondition::parse(text);
    if (!condition) {
        qFatal("%s", condition.error().text().c_str());
    }
    return std::move(condition).value();
}

Event fault(std::uint64_t vaddr) {
    Event event;
    event.kind = EventKind::PageFault;
    event.vaddr = vaddr;
    event.value = 4;
    return event;
}

bool onlyKind(const KindSet& kinds, EventKind kind) {
    return kinds.count() == 1 && kinds.test(static_cast<std::size_t>(kind));
}

} // namespace

class TestScenarioCondition : public QObject {
    Q_OBJECT

private slots:

    void kind_matchesOnlyThatKind() {
        EventCondition condition = parsed("page-fault");
        QVERIFY(onlyKind(condition.kinds(), EventKind::PageFault));
        QVERIFY(!condition.needsFull());
        Event other;
        other.kind = EventKind::MoveDone;
        QVERIFY(!condition.reached(other));
        QVERIFY(condition.reached(fault(0)));
    }

    void comparison_ofAField_isMade_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("expected"); // for a fault at 0x1000 with error code 4
        QTest::newRow("equal") << QByteArray("page-fault.vaddr == 0x1000") << true;
        QTest::newRow("not equal") << QByteArray("page-fault.vaddr != 0x1000") << false;
        QTest::newRow("less") << QByteArray("page-fault.vaddr < 0x1001") << true;
        QTest::newRow("not less") << QByteArray("page-fault.vaddr < 0x1000") << false;
        QTest::newRow("at most") << QByteArray("page-fault.vaddr<=4096") << true;
        QTest::newRow("greater") << QByteArray("vaddr > 0xfff") << true;
        QTest::newRow("not greater") << QByteArray("vaddr > 0x1000") << false;
        QTest::newRow("at least, size") << QByteArray("vaddr >= 4 KiB") << true;
        QTest::newRow("own name") << QByteArray("page-fault.error_code == 4") << true;
        QTest::newRow("rule") << QByteArray("page-fault.rule == None") << true;
        QTest::newRow("other rule") << QByteArray("page-fault.rule == NotMapped") << false;
    }

    void comparison_ofAField_isMade() {
        QFETCH(QByteArray, text);
        QFETCH(bool, expected);
        QCOMPARE(parsed(text.toStdString()).reached(fault(0x1000)), expected);
    }

    void count_isReachedAtTheNth() {
        EventCondition condition = parsed("count 3 of page-fault");
        QVERIFY(!condition.reached(fault(1)));
        QVERIFY(!condition.reached(fault(2)));
        QVERIFY(condition.reached(fault(3)));
    }

    void step_offersItsNumberAndNeedsStepEvents() {
        EventCondition condition = parsed("step 5");
        QCOMPARE(condition.stepTarget(), std::optional<std::uint64_t>(5));
        QVERIFY(onlyKind(condition.kinds(), EventKind::TaskStep));
        QVERIFY(condition.needsFull());
        Event step;
        step.kind = EventKind::TaskStep;
        step.value = 4;
        QVERIFY(!condition.reached(step));
        step.value = 5;
        QVERIFY(condition.reached(step));
    }

    void time_isReachedAtTheFirstEventThen() {
        EventCondition condition = parsed("time 100");
        Event event = fault(0);
        event.timeCycles = 99;
        QVERIFY(!condition.reached(event));
        event.timeCycles = 101;
        QVERIFY(condition.reached(event));
        QVERIFY(!condition.needsFull());
    }

    void wrongText_isAUsageErrorThatSaysWhy_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("expected");
        QTest::newRow("kind") << QByteArray("page-falt")
                              << QByteArray("`page-falt`: there is no event kind `page-falt`; did "
                                            "you mean `page-fault`?");
        QTest::newRow("empty") << QByteArray("")
                               << QByteArray("``: `` is neither an event kind nor a field");
        QTest::newRow("field") << QByteArray("page-fault.vadr == 1")
                               << QByteArray("`page-fault.vadr == 1`: there is no field `vadr`; "
                                             "did you mean `vaddr`?");
        QTest::newRow("operator") << QByteArray("vaddr = 1")
                                  << QByteArray("`vaddr = 1`: `=` is not one of == != < <= > >=");
        QTest::newRow("number") << QByteArray("vaddr == x")
                                << QByteArray("`vaddr == x`: `x` is not a number");
        QTest::newRow("rule") << QByteArray("rule == Nonsense")
                              << QByteArray("`rule == Nonsense`: there is no rule `Nonsense`");
        QTest::newRow("step") << QByteArray("step 0")
                              << QByteArray("`step 0`: `step` takes a number from 1");
        QTest::newRow("count") << QByteArray("count 3 page-fault")
                               << QByteArray("`count 3 page-fault`: expected `count N of KIND` "
                                             "with N from 1");
    }

    void wrongText_isAUsageErrorThatSaysWhy() {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, expected);
        const auto condition = EventCondition::parse(text.toStdString());
        QVERIFY(!condition);
        QVERIFY(condition.error().code == ExitCode::Usage);
        QCOMPARE(condition.error().reason, expected.toStdString());
    }
};

QTEST_GUILESS_MAIN(TestScenarioCondition)
#include "tst_scenario_condition.moc"
