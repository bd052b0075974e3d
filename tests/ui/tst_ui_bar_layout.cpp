#include "fragscope/ui/map/bar_layout.h"

#include <QTest>

using namespace fragscope;

namespace {

Extent extent(std::uint64_t start, std::uint64_t length, EntryKind kind = EntryKind::Block) {
    Extent made;
    made.start = start;
    made.length = length;
    made.kind = kind;
    return made;
}

const std::vector<Extent> oea{extent(0x10000, 0x100000),
                              extent(0x110000, 0x1000, EntryKind::NoAccess),
                              extent(0x111000, 0x80000)};

} // namespace

class TestBarLayout : public QObject {
    Q_OBJECT

private slots:

    void bars_fillTheWidthWithoutGaps() {
        const BarLayout layout(oea, 14, 700, 18);
        double x = 14;
        for (const Bar& bar : layout.bars()) {
            QCOMPARE(bar.left, x);
            x += bar.width;
        }
        QVERIFY(qAbs(x - 714) < 0.001);
    }

    void bars_smallEntry_isStillSeen_othersKeepProportion() {
        const BarLayout layout(oea, 0, 700, 18);
        QCOMPARE(layout.bars()[1].width, 18.0);
        QVERIFY(qAbs(layout.bars()[0].width / layout.bars()[2].width - 2.0) < 0.001);
    }

    void bars_moreThanFit_shareTheWidth() {
        std::vector<Extent> many;
        for (std::uint64_t i = 0; i < 100; ++i) {
            many.push_back(extent(i * 0x1000, 0x1000));
        }
        const BarLayout layout(many, 0, 200, 18);
        QVERIFY(qAbs(layout.bars()[99].left + layout.bars()[99].width - 200) < 0.001);
        QVERIFY(qAbs(layout.bars()[0].width - 2) < 0.001);
    }

    void xOf_andAddressAt_areInverse() {
        const BarLayout layout(oea, 14, 700, 18);
        for (std::uint64_t vaddr = 0x10000; vaddr < 0x191000; vaddr += 0x1000) {
            const std::optional<double> x = layout.xOf(vaddr);
            QVERIFY(x.has_value());
            const std::optional<std::uint64_t> back = layout.addressAt(*x + 0.0001);
            QVERIFY(back.has_value());
            QCOMPARE(*back / 0x1000, vaddr / 0x1000);
        }
        QVERIFY(!layout.xOf(0x191000));
        QVERIFY(!layout.addressAt(13));
        QVERIFY(!layout.addressAt(715));
    }
};

QTEST_GUILESS_MAIN(TestBarLayout)
#include "tst_ui_bar_layout.moc"
