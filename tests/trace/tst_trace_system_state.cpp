#include "fragscope/trace/system_state.h"

#include <QTest>

#include "support/print.h"
#include "trace/trace_files.h"

using namespace fragscope;

class TestTraceSystemState : public QObject {
    Q_OBJECT

private slots:

    void read_buddyinfo_givesEveryZone() {
        const auto state = readSystemState(sampleFile("sample.buddyinfo"));
        QVERIFY(state);
        QCOMPARE(state->pageBlockOrder, 0ULL);
        QCOMPARE(state->zones.size(), std::size_t{3});
        const ZoneFreeBlocks& normal = state->zones[1];
        QCOMPARE(normal.node, 0ULL);
        QCOMPARE(normal.zone, std::string("Normal"));
        QVERIFY(normal.migrateType.empty());
        QVERIFY((normal.blocks == std::vector<std::uint64_t>{6263, 2859, 1529, 1192, 738, 840, 858,
                                                             490, 396, 386, 1693}));
        QCOMPARE(state->zones[2].node, 1ULL);
    }

    void read_pagetypeinfo_givesEveryTypeAndNoPageBlocks() {
        const auto state = readSystemState(sampleFile("sample.pagetypeinfo"));
        QVERIFY(state);
        QCOMPARE(state->pageBlockOrder, 9ULL);
        QCOMPARE(state->zones.size(), std::size_t{4});
        QCOMPARE(state->zones[1].zone, std::string("Normal"));
        QCOMPARE(state->zones[1].migrateType, std::string("Movable"));
        QVERIFY((state->zones[1].blocks == std::vector<std::uint64_t>{100000, 529, 411}));
        QVERIFY(state->zones[1].atLeast && !state->zones[0].atLeast);
    }

    void read_malformed_namesLineAndReason_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<qulonglong>("line");
        QTest::addColumn<QString>("reason");
        const auto row = [](const char* name, const char* text, qulonglong line,
                            const char* reason) {
            QTest::newRow(name) << QByteArray(text) << line << QString(reason);
        };
        row("another file", "MemTotal: 8 kB\n", 0, "neither /proc/buddyinfo nor");
        row("empty", "", 0, "neither /proc/buddyinfo nor");
        row("no node", "Node x, zone DMA 1\n", 1, "`x` is not a decimal number");
        row("no zone", "Node 0, DMA 1\n", 1, "expected `Node N, zone NAME`");
        row("no type", "Node 0, zone DMA, 1\n", 1, "expected `type`");
        row("no counts", "Node 0, zone DMA 1\nNode 0, zone Normal\n", 2, "0 counts");
        row("count is no number", "Node 0, zone DMA 1 -2\n", 1, "`-2` is not a decimal number");
        row("count too large", "Node 0, zone DMA 99999999999999999999\n", 1, "is too large");
        row("block order", "Page block order: many\n", 1, "`many` is not a decimal number");
    }

    void read_malformed_namesLineAndReason() {
        QFETCH(QByteArray, text);
        QFETCH(qulonglong, line);
        QFETCH(QString, reason);
        const std::string path = files_.write(text);
        const auto state = readSystemState(path);
        QVERIFY(!state);
        QCOMPARE(state.error().file, path);
        QCOMPARE(state.error().line, line);
        QVERIFY2(contains(state.error().reason, reason.toStdString()),
                 state.error().reason.c_str());
    }

    void read_missingFile_saysSo() {
        const auto state = readSystemState("/nowhere/buddyinfo");
        QVERIFY(!state);
        QVERIFY(contains(state.error().text(), "/nowhere/buddyinfo: cannot open"));
    }

private:
    TraceFiles files_;
};

QTEST_GUILESS_MAIN(TestTraceSystemState)
#include "tst_trace_system_state.moc"
