#include "fragscope/ui/map/cell_grid.h"

#include <QTest>

using namespace fragscope;

class TestCellGrid : public QObject {
    Q_OBJECT

private slots:

    void fitting_anyMemoryAndRoom_showsAllFramesInside_data() {
        QTest::addColumn<quint64>("frames");
        QTest::addColumn<QSize>("room");
        for (const quint64 frames : {1ULL, 7ULL, 256ULL, 2048ULL, 100'000ULL, 1'048'576ULL}) {
            for (const QSize room :
                 {QSize(600, 250), QSize(1100, 480), QSize(300, 700), QSize(40, 30)}) {
                QTest::addRow("%llu in %dx%d", static_cast<unsigned long long>(frames),
                              room.width(), room.height())
                    << frames << room;
            }
        }
    }

    void fitting_anyMemoryAndRoom_showsAllFramesInside() {
        QFETCH(quint64, frames);
        QFETCH(QSize, room);
        const CellGrid grid = CellGrid::fitting(frames, room);
        QVERIFY(grid.cells() * grid.framesPerCell >= frames);
        QVERIFY(grid.size().width() <= room.width());
        QVERIFY(grid.size().height() <= room.height());
        QVERIFY(grid.cell.width() <= 2 * grid.cell.height() &&
                grid.cell.height() <= 2 * grid.cell.width());
    }

    void fitting_smallMemory_hasACellForEachFrame() {
        const CellGrid grid = CellGrid::fitting(2048, {1100, 480});
        QCOMPARE(grid.framesPerCell, std::uint64_t{1});
        QCOMPARE(grid.columns, std::uint64_t{64});
        QVERIFY(grid.lettered());
    }

    void fitting_largeMemory_foldsIntoCellsThatCanBeSeen() {
        const CellGrid grid = CellGrid::fitting(1'048'576, {1100, 480});
        QVERIFY(grid.framesPerCell > 1);
        QVERIFY(grid.cell.width() >= CellGrid::foldedCell &&
                grid.cell.height() >= CellGrid::foldedCell);
    }

    void cellAt_centreOfEveryCell_isThatCell() {
        const CellGrid grid = CellGrid::fitting(1000, {500, 300});
        for (std::uint64_t cell = 0; cell < grid.cells(); ++cell) {
            QCOMPARE(grid.cellAt(grid.rectOf(cell).center()), std::optional(cell));
        }
    }

    void cellAt_besideTheCells_isNone() {
        const CellGrid grid = CellGrid::fitting(1000, {500, 300});
        QVERIFY(!grid.cellAt({-1, 5}));
        QVERIFY(!grid.cellAt({grid.size().width(), 5}));
        QVERIFY(!grid.cellAt({5, grid.size().height()}));
        // The last row is not full.
        QVERIFY(grid.cells() % grid.columns != 0);
        QVERIFY(!grid.cellAt({grid.size().width() - 1, grid.size().height() - 1}));
    }

    void ofSide_isAsWideAsFits() {
        const CellGrid grid = CellGrid::ofSide(4096, 16, 1100);
        QCOMPARE(grid.columns, std::uint64_t{64});
        QCOMPARE(grid.size(), QSize(1024, 1024));
    }

    void rowsPerLabel_labelsDoNotTouch() {
        CellGrid grid = CellGrid::ofSide(4096, 8, 1100);
        QCOMPARE(rowsPerLabel(grid, 20), std::uint64_t{4});
        grid.cell = {20, 20};
        QCOMPARE(rowsPerLabel(grid, 20), std::uint64_t{1});
    }
};

QTEST_GUILESS_MAIN(TestCellGrid)
#include "tst_ui_cell_grid.moc"
