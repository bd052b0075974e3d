#include "fragscope/alloc/free_area.h"
#include "fragscope/alloc/heap_size.h"

#include <QTest>

using namespace fragscope;

class TestFreeArea : public QObject {
    Q_OBJECT

private slots:

    void wholePages_countsOnlyPagesInside_data() {
        QTest::addColumn<quint64>("start");
        QTest::addColumn<quint64>("length");
        QTest::addColumn<quint64>("first");
        QTest::addColumn<quint64>("pages");
        QTest::newRow("8190 bytes at 0x1001")
            << quint64{0x1001} << quint64{8190} << quint64{2} << quint64{0};
        QTest::newRow("8191 bytes at 0x1001")
            << quint64{0x1001} << quint64{8191} << quint64{2} << quint64{1};
        QTest::newRow("5000 bytes at 0x1e00")
            << quint64{0x1e00} << quint64{5000} << quint64{2} << quint64{1};
        QTest::newRow("one page") << quint64{0x3000} << quint64{4096} << quint64{3} << quint64{1};
        QTest::newRow("one byte less")
            << quint64{0x3000} << quint64{4095} << quint64{3} << quint64{0};
        QTest::newRow("inside a page")
            << quint64{0x3010} << quint64{64} << quint64{4} << quint64{0};
        QTest::newRow("nothing") << quint64{0x3000} << quint64{0} << quint64{3} << quint64{0};
    }

    void wholePages_countsOnlyPagesInside() {
        QFETCH(quint64, start);
        QFETCH(quint64, length);
        QFETCH(quint64, first);
        QFETCH(quint64, pages);
        const PageRun run = wholePages({VirtAddr(start), ByteCount(length)});
        QCOMPARE(run.first.value, first);
        QCOMPARE(run.pages.value, pages);
    }

    void placeInside_leavesNothingOrABlockInFront() {
        QCOMPARE(placeInside(0x1000, 16, 16, 32), 0x1000U);
        QCOMPARE(placeInside(0x1000, 16, 4096, 32), 0x1ff0U);
        QCOMPARE(placeInside(0x1fe0, 16, 4096, 32), 0x2ff0U); // 16 bytes in front are no block
        QCOMPARE(placeInside(0x1ff0, 16, 4096, 32), 0x1ff0U);
    }
};

QTEST_APPLESS_MAIN(TestFreeArea)

#include "tst_alloc_free_area.moc"
