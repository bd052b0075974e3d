#include "fragscope/base/error.h"

#include <QTest>

#include "support/print.h"

using namespace fragscope;

class TestBaseError : public QObject {
    Q_OBJECT

private slots:

    void text_partsKnown_areJoinedInOrder_data() {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<quint64>("line");
        QTest::addColumn<quint64>("column");
        QTest::addColumn<QByteArray>("key");
        QTest::addColumn<QByteArray>("expected");
        QTest::newRow("all") << QByteArray("a.toml") << quint64{3} << quint64{7}
                             << QByteArray("order") << QByteArray("a.toml:3:7: order: unknown");
        QTest::newRow("no column") << QByteArray("a.jsonl") << quint64{3} << quint64{0}
                                   << QByteArray() << QByteArray("a.jsonl:3: unknown");
        QTest::newRow("column without line") << QByteArray("a") << quint64{0} << quint64{7}
                                             << QByteArray() << QByteArray("a: unknown");
        QTest::newRow("key only") << QByteArray() << quint64{0} << quint64{0} << QByteArray("order")
                                  << QByteArray("order: unknown");
        QTest::newRow("reason only")
            << QByteArray() << quint64{0} << quint64{0} << QByteArray() << QByteArray("unknown");
    }

    void text_partsKnown_areJoinedInOrder() {
        QFETCH(QByteArray, file);
        QFETCH(quint64, line);
        QFETCH(quint64, column);
        QFETCH(QByteArray, key);
        QFETCH(QByteArray, expected);
        Error error = badInput("unknown");
        error.file = file.toStdString();
        error.line = line;
        error.column = column;
        error.key = key.toStdString();
        QCOMPARE(error.text(), expected.toStdString());
    }

    void makers_kindOfError_haveTheirExitCode() {
        QCOMPARE(badInput("x").code, ExitCode::BadInput);
        const Error refused = systemRefused("r.db", "disk full");
        QCOMPARE(refused.code, ExitCode::SystemRefused);
        QCOMPARE(refused.text(), std::string("r.db: disk full"));
    }

    /// Scripts rely on these numbers.
    void exitCode_numbers_areThoseOfTheManual() {
        QCOMPARE(static_cast<int>(ExitCode::Good), 0);
        QCOMPARE(static_cast<int>(ExitCode::ExpectationFailed), 1);
        QCOMPARE(static_cast<int>(ExitCode::Usage), 2);
        QCOMPARE(static_cast<int>(ExitCode::BadInput), 3);
        QCOMPARE(static_cast<int>(ExitCode::LimitReached), 4);
        QCOMPARE(static_cast<int>(ExitCode::SystemRefused), 5);
        QCOMPARE(static_cast<int>(ExitCode::Interrupted), 130);
    }
};

QTEST_GUILESS_MAIN(TestBaseError)
#include "tst_base_error.moc"
