#include "fragscope/base/rng.h"
#include "fragscope/ui/map/cell_image.h"
#include "fragscope/ui/theme/look.h"

#include <QTest>

using namespace fragscope;

namespace {

std::vector<std::uint8_t> randomKinds(Rng& rng, std::uint64_t frames) {
    std::vector<std::uint8_t> kinds(frames);
    for (std::uint8_t& kind : kinds) {
        kind = static_cast<std::uint8_t>(rng.below(frameClassCount));
    }
    return kinds;
}

} // namespace

class TestCellImage : public QObject {
    Q_OBJECT

private slots:

    void update_incremental_equalsPaintedFromNothing_data() {
        QTest::addColumn<quint64>("frames");
        QTest::addColumn<QSize>("room");
        QTest::newRow("large cells with letters") << quint64{500} << QSize(600, 400);
        QTest::newRow("small cells") << quint64{5000} << QSize(400, 300);
        QTest::newRow("folded cells") << quint64{300'000} << QSize(400, 300);
    }

    void update_incremental_equalsPaintedFromNothing() {
        QFETCH(quint64, frames);
        QFETCH(QSize, room);
        const Look look(ThemeName::Dark);
        const CellGrid grid = CellGrid::fitting(frames, room);
        CellImage incremental;
        incremental.reset(grid, look.theme(), look.codeFont(), Letters::Everywhere);
        Rng rng(frames);
        std::vector<std::uint8_t> kinds = randomKinds(rng, frames);
        incremental.update(kinds);
        for (int round = 0; round < 20; ++round) {
            const QImage before = incremental.image().copy();
            for (int change = 0; change < 40; ++change) {
                kinds[rng.below(frames)] = static_cast<std::uint8_t>(rng.below(frameClassCount));
            }
            const QRect changed = incremental.update(kinds);
            CellImage fresh;
            fresh.reset(grid, look.theme(), look.codeFont(), Letters::Everywhere);
            fresh.update(kinds);
            QCOMPARE(incremental.image(), fresh.image());
            // Nothing changed outside of the rectangle it names.
            for (int y = 0; y < before.height(); ++y) {
                for (int x = 0; x < before.width(); ++x) {
                    if (!changed.contains(x, y) &&
                        before.pixel(x, y) != fresh.image().pixel(x, y)) {
                        QFAIL("a pixel changed outside");
                    }
                }
            }
        }
    }

    void update_sameKinds_changesNothing() {
        const Look look;
        CellImage image;
        image.reset(CellGrid::fitting(500, {600, 400}), look.theme(), look.codeFont(),
                    Letters::WhereNeeded);
        const std::vector<std::uint8_t> kinds(500, static_cast<std::uint8_t>(FrameClass::BlockO));
        QVERIFY(!image.update(kinds).isEmpty());
        QVERIFY(image.update(kinds).isEmpty());
    }

    void update_eachKind_looksDifferent() {
        const Look look;
        const CellGrid grid = CellGrid::fitting(frameClassCount, {600, 100});
        CellImage image;
        image.reset(grid, look.theme(), look.codeFont(), Letters::WhereNeeded);
        std::vector<std::uint8_t> kinds;
        for (std::size_t i = 0; i < frameClassCount; ++i) {
            kinds.push_back(static_cast<std::uint8_t>(i));
        }
        image.update(kinds);
        for (std::uint64_t i = 0; i < frameClassCount; ++i) {
            for (std::uint64_t j = i + 1; j < frameClassCount; ++j) {
                QVERIFY(image.image().copy(grid.rectOf(i)) != image.image().copy(grid.rectOf(j)));
            }
        }
    }

    void folded_mostlyOneKind_isThatKindAndCountsUsed() {
        std::vector<std::uint8_t> kinds(64, static_cast<std::uint8_t>(FrameClass::Free));
        QCOMPARE(folded(kinds).used, std::uint64_t{0});
        std::fill_n(kinds.begin(), 10, static_cast<std::uint8_t>(FrameClass::Kernel));
        std::fill_n(kinds.begin() + 20, 12, static_cast<std::uint8_t>(FrameClass::BlockA));
        QCOMPARE(folded(kinds).kind, FrameClass::BlockA);
        QCOMPARE(folded(kinds).used, std::uint64_t{22});
        kinds[40] = static_cast<std::uint8_t>(FrameClass::InEntryE);
        QCOMPARE(folded(kinds).kind, FrameClass::InEntryE); // what moves is never folded away
    }
};

QTEST_MAIN(TestCellImage)
#include "tst_ui_cell_image.moc"
