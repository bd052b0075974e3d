#include "fragscope/ui/engine/engine.h"
#include "fragscope/ui/panels/event_model.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include "ui/synthetic_source.h"

using namespace fragscope;
using namespace fragscope::test;

namespace {

EventLog someLog() {
    Engine engine;
    engine.open(syntheticRun(2100));
    engine.lookAhead(~0ULL);
    engine.waitUntilIdle();
    return engine.latest()->moment->log;
}

std::uint64_t countOf(const EventLog& log, const KindSet& kinds, std::uint64_t before) {
    std::uint64_t count = 0;
    for (std::uint64_t seq = log.firstSeq(); seq < before; ++seq) {
        count += kinds.test(static_cast<std::size_t>(log.at(seq).kind)) ? 1U : 0U;
    }
    return count;
}

} // namespace

class TestEventModel : public QObject {
    Q_OBJECT

private slots:

    void initTestCase() { log_ = someLog(); }

    void rows_areTheEventsBeforeTheCursor_newestFirst() {
        EventModel model;
        QAbstractItemModelTester tester(&model,
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        for (const std::uint64_t cursor :
             {std::uint64_t{100}, std::uint64_t{900}, std::uint64_t{5000}, std::uint64_t{4000},
              std::uint64_t{4001}, std::uint64_t{0}, log_.endSeq()}) {
            model.show(log_, cursor, 1);
            QCOMPARE(static_cast<std::uint64_t>(model.rowCount()),
                     countOf(log_, kindsOf(EventClass::Important), cursor));
            for (int row = 0; row < model.rowCount(); ++row) {
                QVERIFY(model.seqOf(row) < cursor);
                QVERIFY(row == 0 || model.seqOf(row) < model.seqOf(row - 1));
            }
        }
    }

    void filter_eachClass_showsItsKindsOnly() {
        EventModel model;
        QAbstractItemModelTester tester(&model,
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.show(log_, log_.endSeq(), 1);
        for (std::size_t i = 0; i < eventClassCount; ++i) {
            const auto eventClass = static_cast<EventClass>(i);
            model.setClass(eventClass);
            QCOMPARE(static_cast<std::uint64_t>(model.rowCount()),
                     countOf(log_, kindsOf(eventClass), log_.endSeq()));
            QVERIFY(!nameOf(eventClass).isEmpty());
        }
    }

    void step_insertsRowsInsteadOfReset() {
        EventModel model;
        model.setClass(EventClass::Everything);
        model.show(log_, 100, 1);
        QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
        QSignalSpy removed(&model, &QAbstractItemModel::rowsRemoved);
        QSignalSpy reset(&model, &QAbstractItemModel::modelReset);
        model.show(log_, 103, 1);
        model.show(log_, 101, 1);
        QCOMPARE(inserted.count(), 1);
        QCOMPARE(removed.count(), 1);
        QCOMPARE(reset.count(), 0);
        model.show(log_, log_.endSeq(), 1); // far: anew
        QCOMPARE(reset.count(), 1);
        model.show(log_, log_.endSeq(), 2); // another run: anew
        QCOMPARE(reset.count(), 2);
    }

    void fault_hasDescriptionAndReason() {
        EventModel model;
        model.setClass(EventClass::Faults);
        model.show(log_, log_.endSeq(), 1);
        QVERIFY(model.rowCount() > 0);
        const QString what = model.index(0, EventModel::What).data().toString();
        const QString why = model.index(0, EventModel::Why).data().toString();
        QVERIFY2(what.contains(QStringLiteral("fault")), qPrintable(what));
        QVERIFY2(why.contains(QStringLiteral("not present")), qPrintable(why));
        QVERIFY(model.index(0, EventModel::What).data(Qt::ToolTipRole).toString().contains(why));
        QCOMPARE(model.index(0, 0).data(EventModel::seqRole).toULongLong(), model.seqOf(0));
    }

    void header_namesEveryColumn() {
        const EventModel model;
        for (int column = 0; column < model.columnCount(); ++column) {
            QVERIFY(
                !model.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString().isEmpty());
        }
    }

private:
    EventLog log_;
};

QTEST_GUILESS_MAIN(TestEventModel)
#include "tst_ui_event_model.moc"
