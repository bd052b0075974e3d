#include "fragscope/base/units.h"

#include <QTest>

#include <type_traits>

using namespace fragscope;

// What must not compile: mixing kinds of quantity is the mistake that these types exist to prevent.
template <class A, class B>
concept Addable = requires(A a, B b) {
    a + b;
};

template <class A, class B>
concept Comparable = requires(A a, B b) {
    a < b;
};

class TestBaseUnits : public QObject {
    Q_OBJECT

private slots:

    void kinds_differentQuantities_doNotMix() {
        QVERIFY((Addable<VirtAddr, ByteCount>));
        QVERIFY((!Addable<VirtAddr, VirtAddr>));
        QVERIFY((!Addable<VirtAddr, PageCount>));
        QVERIFY((!Addable<ByteCount, PageCount>));
        QVERIFY((!Comparable<VirtAddr, PhysAddr>));
        QVERIFY((Comparable<PhysAddr, PhysAddr>));
        QVERIFY((!std::is_convertible_v<std::uint64_t, PhysAddr>));
        QVERIFY((!std::is_convertible_v<PhysAddr, std::uint64_t>));
    }

    void position_differenceOfTwo_isDistance() {
        const VirtAddr low(0x1000);
        const VirtAddr high(0x4000);
        QVERIFY((std::is_same_v<decltype(high - low), ByteCount>));
        QCOMPARE((high - low).value, 0x3000ULL);
        QCOMPARE((low + (high - low)).value, high.value);
        QVERIFY(low < high);
    }

    void amount_arithmetic_keepsKind() {
        ByteCount size = kib(4);
        size += ByteCount(96);
        QCOMPARE(size.value, 4192ULL);
        QCOMPARE((size - ByteCount(96)).value, kib(4).value);
        QCOMPARE((kib(1) * 3).value, 3072ULL);
        QCOMPARE((kib(3) / 3).value, 1024ULL);
        size -= size;
        QCOMPARE(size.value, 0ULL);
    }

    void pageOf_addressInsidePage_givesPageAndOffset() {
        const VirtAddr inside(0x0000'7fff'1234'5678);
        QCOMPARE(pageOf(inside).value, 0x7fff'1234'5ULL);
        QCOMPARE(offsetInPage(inside), 0x678ULL);
        QCOMPARE(startOf(pageOf(inside)).value, 0x0000'7fff'1234'5000ULL);
        const PhysAddr physical(0x2fff);
        QCOMPARE(frameOf(physical).value, 2ULL);
        QCOMPARE(offsetInPage(physical), 0xfffULL);
        QCOMPARE(startOf(frameOf(physical)).value, 0x2000ULL);
    }

    void pagesFor_partialPage_roundsUp_data() {
        QTest::addColumn<quint64>("bytes");
        QTest::addColumn<quint64>("pages");
        QTest::newRow("nothing") << quint64{0} << quint64{0};
        QTest::newRow("one byte") << quint64{1} << quint64{1};
        QTest::newRow("one byte short") << quint64{4095} << quint64{1};
        QTest::newRow("exact") << quint64{4096} << quint64{1};
        QTest::newRow("one byte over") << quint64{4097} << quint64{2};
        QTest::newRow("2 MiB") << quint64{2u << 20} << quint64{512};
    }

    void pagesFor_partialPage_roundsUp() {
        QFETCH(quint64, bytes);
        QFETCH(quint64, pages);
        QCOMPARE(pagesFor(ByteCount(bytes)).value, pages);
        QVERIFY(bytesOf(pagesFor(ByteCount(bytes))) >= ByteCount(bytes));
    }

    void constants_pageSizes_agree() {
        QCOMPARE(pageBytes, 4096ULL);
        QCOMPARE(wordsPerPage, 512ULL);
        QCOMPARE(largePageBytes, pageBytes * wordsPerPage);
        QCOMPARE(hugePageBytes, largePageBytes * wordsPerPage);
        QCOMPARE(gib(1).value, hugePageBytes);
        QCOMPARE(mib(2).value, largePageBytes);
    }
};

QTEST_GUILESS_MAIN(TestBaseUnits)
#include "tst_base_units.moc"
