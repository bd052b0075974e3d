#include "fragscope/ui/map/physical_map.h"
#include "fragscope/ui/map/slot_strip.h"
#include "fragscope/ui/map/virtual_map.h"
#include "fragscope/ui/theme/look.h"
#include "fragscope/ui/widgets/frame_clock.h"

#include <QSignalSpy>
#include <QTest>

using namespace fragscope;

namespace {

constexpr std::uint64_t frameCount = 512;

FrameClasses classesWith(FrameClass kind, std::uint64_t first, std::uint64_t count) {
    auto classes = std::make_shared<std::vector<std::uint8_t>>(frameCount, std::uint8_t{0});
    std::fill_n(classes->begin() + static_cast<std::ptrdiff_t>(first), count,
                static_cast<std::uint8_t>(kind));
    return classes;
}

MoveView someMove() {
    MoveView move;
    move.lengthBytes = move.blockLengthBytes = 8 * pageBytes;
    move.sourcePaddr = move.blockSourcePaddr = 300 * pageBytes;
    move.destinationPaddr = move.blockDestinationPaddr = 40 * pageBytes;
    move.blockNumber = 3;
    move.blockCopiedBytes = 5 * pageBytes;
    return move;
}

} // namespace

class TestMap : public QObject {
    Q_OBJECT

private slots:

    void init() {
        map_ = std::make_unique<PhysicalMap>(look_, clock_);
        map_->resize(700, 400);
        map_->show(classesWith(FrameClass::BlockO, 32, 64), {});
        map_->QWidget::show();
        QVERIFY(QTest::qWaitForWindowExposed(map_.get()));
    }

    void cleanup() { map_.reset(); }

    void click_onACell_selectsItsFrame() {
        QSignalSpy selected(map_.get(), &PhysicalMap::frameSelected);
        QTest::mouseClick(map_->viewport(), Qt::LeftButton, {}, map_->rectOfFrame(77).center());
        QCOMPARE(selected.count(), 1);
        QCOMPARE(selected.first().first().toULongLong(), 77ULL);
        QCOMPARE(map_->selected(), std::optional<std::uint64_t>(77));
    }

    void arrowKeys_moveTheSelection_andStayInside() {
        map_->setSelected(0);
        QTest::keyClick(map_.get(), Qt::Key_Left);
        QCOMPARE(map_->selected(), std::optional<std::uint64_t>(0));
        QTest::keyClick(map_.get(), Qt::Key_Right);
        QCOMPARE(map_->selected(), std::optional<std::uint64_t>(1));
        QTest::keyClick(map_.get(), Qt::Key_Down);
        QCOMPARE(map_->selected(), std::optional<std::uint64_t>(1 + map_->grid().columns));
        map_->setSelected(frameCount - 1);
        QTest::keyClick(map_.get(), Qt::Key_Down);
        QCOMPARE(map_->selected(), std::optional<std::uint64_t>(frameCount - 1));
    }

    void picture_afterManyUpdates_equalsAFreshMap() {
        for (std::uint64_t first = 0; first < 400; first += 13) {
            map_->show(classesWith(FrameClass::BlockA, first, 50), {});
        }
        PhysicalMap fresh(look_, clock_);
        fresh.resize(map_->size());
        fresh.show(classesWith(FrameClass::BlockA, 390, 50), {});
        fresh.QWidget::show();
        QVERIFY(QTest::qWaitForWindowExposed(&fresh));
        map_->show(classesWith(FrameClass::BlockA, 390, 50), {});
        QCOMPARE(map_->picture(), fresh.picture());
        QCOMPARE(map_->grab().toImage(), fresh.grab().toImage());
    }

    void move_isDrawn_andGoesAgain() {
        const QImage before = map_->grab().toImage();
        map_->show(classesWith(FrameClass::BlockO, 32, 64), someMove());
        const QImage during = map_->grab().toImage();
        QVERIFY(before != during);
        map_->show(classesWith(FrameClass::BlockO, 32, 64), {});
        QCOMPARE(map_->grab().toImage(), before);
    }

    void flight_followsTheClock_andLands() {
        const QImage before = map_->grab().toImage();
        map_->fly({{300, 40, clock_.nowMs(), 400}});
        QVERIFY(map_->flying());
        clock_.advance(100);
        const QImage early = map_->grab().toImage();
        clock_.advance(100);
        const QImage later = map_->grab().toImage();
        QVERIFY(early != before);
        QVERIFY(later != early);
        clock_.advance(300);
        QVERIFY(!map_->flying());
        QCOMPARE(map_->grab().toImage(), before);
    }

    void zoom_inAndFit_keepsSelectionInSight() {
        map_->setSelected(frameCount - 1);
        map_->zoomIn();
        map_->zoomIn();
        QVERIFY(map_->viewport()->rect().contains(map_->rectOfFrame(frameCount - 1).center()));
        map_->setZoom(0);
        QVERIFY(map_->viewport()->rect().contains(map_->rectOfFrame(0)));
        QVERIFY(map_->viewport()->rect().contains(map_->rectOfFrame(frameCount - 1)));
    }

    void theme_change_repaintsTheCells() {
        const QImage light = map_->picture().copy();
        look_.setTheme(ThemeName::Dark);
        QVERIFY(map_->picture() != light);
        look_.setTheme(ThemeName::Light);
        QCOMPARE(map_->picture(), light);
    }

    void rowLabels_areBinaryUnits() {
        QCOMPARE(rowLabel(0), QStringLiteral("0 M"));
        QCOMPARE(rowLabel(512 * 1024), QStringLiteral("0 M+512"));
        QCOMPARE(rowLabel(3 * 1024 * 1024), QStringLiteral("3 M"));
        QCOMPARE(rowLabel(2ULL << 30), QStringLiteral("2 G"));
    }

    void owners_areWrittenIntoLargeCellsOnly() {
        auto owners = std::make_shared<std::vector<std::uint8_t>>(512, std::uint8_t{1});
        (*owners)[40] = 3;
        map_->show(classesWith(FrameClass::Shared, 32, 64), {});
        for (const int zoom : {8, 32}) {
            map_->setZoom(zoom);
            map_->showOwners(nullptr);
            const QImage without = map_->grab().toImage();
            map_->showOwners(owners);
            const QImage with = map_->grab().toImage();
            QCOMPARE(with != without, zoom == 32);
            const QRect cell = map_->rectOfFrame(41);
            QCOMPARE(with.copy(cell), without.copy(cell)); // of one owner nothing is said
        }
    }

    void pulse_fades_andIsOver() {
        map_->show(classesWith(FrameClass::OwnPage, 32, 64), {});
        const QImage plain = map_->grab().toImage();
        map_->pulse({{40, clock_.nowMs(), 400}});
        QVERIFY(map_->animated());
        const QImage fresh = map_->grab().toImage();
        clock_.advance(200);
        const QImage later = map_->grab().toImage();
        QVERIFY(fresh != plain && later != plain && later != fresh);
        clock_.advance(300);
        QVERIFY(!map_->animated() && map_->pulses().empty());
        QCOMPARE(map_->grab().toImage(), plain);
        map_->pulse({{40, clock_.nowMs(), 0}}); // without animation it stays
        clock_.advance(5000);
        QVERIFY(!map_->animated());
        QVERIFY(map_->grab().toImage() != plain);
    }

    void slotStrip_clickAndKeys_chooseThePageInASlot() {
        SlotStrip strip(look_);
        strip.resize(400, strip.sizeHint().height());
        std::vector<SlotCell> cells(400);
        cells[3] = {SlotKind::Own, QStringLiteral("slot 3"), 1, 0x5000};
        cells[4] = {SlotKind::Other, QStringLiteral("slot 4"), 2, 0x7000};
        strip.show(cells, 400, 398);
        strip.QWidget::show();
        QVERIFY(QTest::qWaitForWindowExposed(&strip));
        QVERIFY2(strip.caption().startsWith(QStringLiteral("swap: 398 of 400 slots free, the")),
                 qPrintable(strip.caption()));
        QSignalSpy chosen(&strip, &SlotStrip::chosen);
        QTest::mouseClick(&strip, Qt::LeftButton, {}, strip.rectOf(3).center());
        QCOMPARE(chosen.last().at(0).toUInt(), 1U);
        QCOMPARE(chosen.last().at(1).toULongLong(), 0x5000ULL);
        QTest::keyClick(&strip, Qt::Key_Right);
        QTest::keyClick(&strip, Qt::Key_Return);
        QCOMPARE(chosen.last().at(0).toUInt(), 2U);
        QTest::mouseClick(&strip, Qt::LeftButton, {}, strip.rectOf(5).center());
        QCOMPARE(chosen.size(), 2); // a free slot has no page
        const QImage used = strip.grab().toImage();
        QVERIFY(used.copy(strip.rectOf(3)) != used.copy(strip.rectOf(5)));
        QVERIFY(used.copy(strip.rectOf(3)) != used.copy(strip.rectOf(4)));
        QVERIFY(strip.rectOf(399).isEmpty());
        strip.resize(4000, strip.height());
        QCOMPARE(strip.caption(), QStringLiteral("swap: 398 of 400 slots free"));
    }

    void virtualMap_clickAndKeys_selectPages() {
        VirtualMap bars(look_, clock_);
        bars.resize(700, 120);
        Extent o;
        o.start = 0x10000000;
        o.length = 64 * pageBytes;
        o.label = 'O';
        Extent e = o;
        e.start += o.length;
        e.length = 4 * pageBytes;
        e.kind = EntryKind::NoAccess;
        e.label = 'E';
        bars.show({o, e}, std::make_shared<const PageStates::element_type>(),
                  {{0x10001238, 0x5238, 1, AccessSort::Read}});
        bars.QWidget::show();
        QVERIFY(QTest::qWaitForWindowExposed(&bars));
        QSignalSpy selected(&bars, &VirtualMap::pageSelected);
        const std::uint64_t page = 0x10000000 + 10 * pageBytes;
        const double x = *bars.bars().xOf(page + pageBytes / 2);
        QTest::mouseClick(&bars, Qt::LeftButton, {},
                          QPoint(static_cast<int>(x), bars.barArea().center().y()));
        QCOMPARE(selected.last().first().toULongLong(), static_cast<qulonglong>(page));
        QTest::keyClick(&bars, Qt::Key_Right);
        QCOMPARE(bars.selected(), std::optional(page + pageBytes));
        QTest::keyClick(&bars, Qt::Key_Left);
        QTest::keyClick(&bars, Qt::Key_Left);
        QCOMPARE(bars.selected(), std::optional(page - pageBytes));
    }

    void groupedHex_isInFours() {
        QCOMPARE(groupedHex(0x12359000), QStringLiteral("1235 9000"));
        QCOMPARE(groupedHex(0x7ffe12359000), QStringLiteral("7ffe 1235 9000"));
        QCOMPARE(groupedHex(0), QStringLiteral("0000 0000"));
    }

private:
    Look look_;
    ManualFrameClock clock_;
    std::unique_ptr<PhysicalMap> map_;
};

QTEST_MAIN(TestMap)
#include "tst_ui_map.moc"
