#include "fragscope/base/check.h"
#include "fragscope/base/rng.h"
#include "fragscope/view/machine_shape.h"
#include "fragscope/view/page_map_reader.h"

#include <QTest>

#include <cstring>
#include <vector>

using namespace fragscope;

class TestPageMap : public QObject {
    Q_OBJECT

private slots:
    void loadStore_randomSizes_equalPlainBytes();
    void copy_original_isNotChangedByWrites();
    void copy_untouchedPages_areShared();
    void load_pastTheEnd_readsAllOnes();
    void store_pastTheEnd_isRefused();
    void reader_acrossFrames_readsAllOnes();
    void ramBetween_holes_leavesThePieces();
};

void TestPageMap::loadStore_randomSizes_equalPlainBytes() {
    constexpr std::uint64_t frames = 1030; // more than two chunks
    std::vector<unsigned char> plain(frames * pageBytes);
    PageMap map{PageCount(frames)};
    Rng rng(1);
    for (int i = 0; i < 20'000; ++i) {
        const auto bytes = static_cast<unsigned>(1 + rng.below(8));
        const std::uint64_t at = rng.below(frames) * pageBytes + rng.below(pageBytes - bytes + 1);
        std::uint64_t expected = 0;
        std::memcpy(&expected, plain.data() + at, bytes);
        QCOMPARE(map.load(PhysAddr(at), bytes), expected);
        const std::uint64_t value = rng.next();
        map.store(PhysAddr(at), value, bytes);
        std::memcpy(plain.data() + at, &value, bytes);
    }
    for (std::uint64_t at = 0; at < plain.size(); at += wordBytes) {
        std::uint64_t expected = 0;
        std::memcpy(&expected, plain.data() + at, wordBytes);
        if (map.load(PhysAddr(at)) != expected) {
            QFAIL("memory differs");
        }
    }
}

void TestPageMap::copy_original_isNotChangedByWrites() {
    PageMap map{PageCount(600)};
    map.store(PhysAddr(8), 1);
    const PageMap copy = map;
    map.store(PhysAddr(8), 2);
    map.store(PhysAddr(550 * pageBytes), 3);
    QCOMPARE(copy.load(PhysAddr(8)), std::uint64_t{1});
    QCOMPARE(copy.load(PhysAddr(550 * pageBytes)), std::uint64_t{0});
    QCOMPARE(map.load(PhysAddr(8)), std::uint64_t{2});
}

void TestPageMap::copy_untouchedPages_areShared() {
    PageMap map{PageCount(4)};
    map.store(PhysAddr(0), 1);
    map.store(PhysAddr(pageBytes), 1);
    const PageMap copy = map;
    map.store(PhysAddr(0), 2);
    QVERIFY(copy.page(FrameNumber(1)).same(map.page(FrameNumber(1))));
    QVERIFY(!copy.page(FrameNumber(0)).same(map.page(FrameNumber(0))));
}

void TestPageMap::load_pastTheEnd_readsAllOnes() {
    const PageMap map{PageCount(2)};
    QCOMPARE(map.load(PhysAddr(2 * pageBytes)), ~std::uint64_t{0});
    QCOMPARE(map.load(PhysAddr(2 * pageBytes), 2), std::uint64_t{0xffff});
    QVERIFY(map.page(FrameNumber(~0ULL >> pageShift)).empty());
}

void TestPageMap::store_pastTheEnd_isRefused() {
    PageMap map{PageCount(2)};
    QVERIFY_EXCEPTION_THROWN(map.store(PhysAddr(2 * pageBytes), 1), LogicError);
    QVERIFY_EXCEPTION_THROWN(map.store(PhysAddr(pageBytes - 4), 1), LogicError);
}

void TestPageMap::reader_acrossFrames_readsAllOnes() {
    PageMap map{PageCount(2)};
    map.store(PhysAddr(pageBytes), 7);
    const PageMapReader reader(map);
    QCOMPARE(reader.read(PhysAddr(pageBytes)), std::uint64_t{7});
    QCOMPARE(reader.read(PhysAddr(pageBytes - 4)), ~std::uint64_t{0});
    QCOMPARE(reader.read(PhysAddr(~0ULL - 7)), ~std::uint64_t{0});
}

void TestPageMap::ramBetween_holes_leavesThePieces() {
    const auto at = [](std::uint64_t frame) { return PhysAddr(frame * pageBytes); };
    const auto frames = [](std::uint64_t n) { return bytesOf(PageCount(n)); };
    const auto ram = ramBetween(
        PageCount(20),
        {{at(10), frames(2)}, {at(4), frames(1)}, {at(11), frames(3)}, {at(18), frames(9)}});
    QCOMPARE(ram.size(), std::size_t{3});
    QVERIFY(ram[0].start == at(0) && ram[0].length == frames(4));
    QVERIFY(ram[1].start == at(5) && ram[1].length == frames(5));
    QVERIFY(ram[2].start == at(14) && ram[2].length == frames(4));
    QCOMPARE(ramOf({.frames = PageCount(3), .ram = {}}).size(), std::size_t{1});
}

QTEST_GUILESS_MAIN(TestPageMap)
#include "tst_view_page_map.moc"
