#include "fragscope/hardware/memory/physical_memory.h"

#include <QTest>

#include "hardware/support/event_log.h"

using namespace fragscope;
using fragscope::test::EventLog;

class PhysicalMemoryTest : public QObject {
    Q_OBJECT

private slots:
    void load_neverWritten_readsZeroAndStaysUnbacked();
    void store_eachSize_keepsNeighboursAndEmitsOneEvent();
    void access_acrossFrameBorder_isRefused();
    void hole_loadAndStore_onesDroppedAndEvent();
    void addressAboveSize_isAHole();
    void page_heldBySomebody_isNotWrittenInPlace();
    void copy_wholeFrame_sharesThePage();
    void copy_overlapping_actsAsMemmove_data();
    void copy_overlapping_actsAsMemmove();
    void copy_fromHole_tellsAFillNotACopy();
    void fill_wholeFrameWithZero_unbacksIt();
    void dirtyFrames_areAscendingAndTakenOnce();
    void hugeMemory_isSparse();
    void pageImages_carryTheContents();
};

void PhysicalMemoryTest::load_neverWritten_readsZeroAndStaysUnbacked() {
    EventBus bus;
    PhysicalMemory memory(bus, mib(4));
    QCOMPARE(memory.load(PhysAddr(0x3ff8)), 0U);
    QVERIFY(memory.page(FrameNumber(3)).empty());
}

void PhysicalMemoryTest::store_eachSize_keepsNeighboursAndEmitsOneEvent() {
    EventBus bus;
    EventLog log(bus, {EventKind::PhysStore});
    PhysicalMemory memory(bus, mib(1));
    for (unsigned bytes = 1; bytes <= 8; ++bytes) {
        const PhysAddr at(0x1000 + 16 * bytes);
        memory.storeQuietly(at, ~0ULL);
        memory.store(at, 0x8877665544332211ULL, bytes);
        const std::uint64_t mask = bytes == 8 ? ~0ULL : (1ULL << (8 * bytes)) - 1;
        QCOMPARE(memory.load(at, bytes), 0x8877665544332211ULL & mask);
        QCOMPARE(memory.load(at), (0x8877665544332211ULL & mask) | ~mask);
        QCOMPARE(log.events.size(), bytes);
        QCOMPARE(log.events.back().value, 0x8877665544332211ULL & mask);
        QCOMPARE(unsigned{log.events.back().size}, bytes);
    }
}

void PhysicalMemoryTest::access_acrossFrameBorder_isRefused() {
    EventBus bus;
    PhysicalMemory memory(bus, mib(1));
    QVERIFY_EXCEPTION_THROWN(static_cast<void>(memory.load(PhysAddr(0xffd), 4)), LogicError);
    QVERIFY_EXCEPTION_THROWN(memory.store(PhysAddr(0xffc), 0, 8), LogicError);
    QVERIFY_EXCEPTION_THROWN(memory.store(PhysAddr(0), 0, 9), LogicError);
    QVERIFY_EXCEPTION_THROWN(memory.store(PhysAddr(0), 0, 0), LogicError);
}

void PhysicalMemoryTest::hole_loadAndStore_onesDroppedAndEvent() {
    EventBus bus;
    EventLog log(bus, {EventKind::HoleAccess, EventKind::PhysStore});
    PhysicalMemory memory(bus, mib(1), {{PhysAddr(0xa0000), kib(128)}});
    QVERIFY(!memory.isRam(FrameNumber(0xa0)));
    QVERIFY(memory.isRam(FrameNumber(0x9f)));
    QVERIFY(memory.isRam(FrameNumber(0xc0)));
    memory.store(PhysAddr(0xa0000), 5, 2);
    QCOMPARE(memory.load(PhysAddr(0xa0000), 2), 0xffffU);
    QCOMPARE(log.count(EventKind::HoleAccess), 2U);
    QCOMPARE(log.count(EventKind::PhysStore), 0U);
    QVERIFY(memory.takeDirtyFrames().empty());
}

void PhysicalMemoryTest::addressAboveSize_isAHole() {
    EventBus bus;
    EventLog log(bus, {EventKind::HoleAccess});
    PhysicalMemory memory(bus, mib(1));
    QCOMPARE(memory.load(PhysAddr(mib(1).value)), ~0ULL);
    memory.store(PhysAddr(mib(900).value), 1);
    QCOMPARE(log.events.size(), 2U);
}

void PhysicalMemoryTest::page_heldBySomebody_isNotWrittenInPlace() {
    EventBus bus;
    PhysicalMemory memory(bus, mib(1));
    memory.store(PhysAddr(0x2000), 1);
    const PageRef held = memory.page(FrameNumber(2));
    memory.store(PhysAddr(0x2000), 2);
    QCOMPARE(std::to_integer<int>(held.bytes()[0]), 1);
    QCOMPARE(memory.load(PhysAddr(0x2000)), 2U);
}

void PhysicalMemoryTest::copy_wholeFrame_sharesThePage() {
    EventBus bus;
    EventLog log(bus, {EventKind::PhysCopy});
    PhysicalMemory memory(bus, mib(1));
    memory.store(PhysAddr(0x2008), 7);
    memory.copy(PhysAddr(0x5000), PhysAddr(0x2000), kib(8));
    QVERIFY(memory.page(FrameNumber(2)).same(memory.page(FrameNumber(5))));
    memory.store(PhysAddr(0x5008), 8);
    QCOMPARE(memory.load(PhysAddr(0x2008)), 7U);
    QCOMPARE(log.events.size(), 1U);
    QCOMPARE(log.events[0].a, 0x2000U);
    QCOMPARE(log.events[0].b, 8192U);
}

void PhysicalMemoryTest::copy_overlapping_actsAsMemmove_data() {
    QTest::addColumn<quint64>("destination");
    QTest::addColumn<quint64>("source");
    QTest::addColumn<quint64>("length");
    QTest::newRow("down by 24") << quint64{0x2100} << quint64{0x2118} << quint64{9000};
    QTest::newRow("up by 24") << quint64{0x2118} << quint64{0x2100} << quint64{9000};
    QTest::newRow("up by a frame") << quint64{0x3000} << quint64{0x2000} << quint64{0x4000};
    QTest::newRow("down by a frame") << quint64{0x2000} << quint64{0x3000} << quint64{0x4000};
    QTest::newRow("up inside a frame") << quint64{0x2010} << quint64{0x2008} << quint64{64};
    QTest::newRow("onto itself") << quint64{0x2000} << quint64{0x2000} << quint64{0x1800};
}

void PhysicalMemoryTest::copy_overlapping_actsAsMemmove() {
    QFETCH(quint64, destination);
    QFETCH(quint64, source);
    QFETCH(quint64, length);
    EventBus bus;
    PhysicalMemory memory(bus, kib(64));
    std::vector<std::uint8_t> twin(kib(64).value);
    for (std::size_t i = 0; i < twin.size(); ++i) {
        twin[i] = static_cast<std::uint8_t>(i * 7 + i / 251);
        memory.storeQuietly(PhysAddr(i), twin[i], 1);
    }
    memory.copy(PhysAddr(destination), PhysAddr(source), ByteCount(length));
    std::memmove(twin.data() + destination, twin.data() + source, length);
    for (std::size_t i = 0; i < twin.size(); ++i) {
        QCOMPARE(memory.load(PhysAddr(i), 1), std::uint64_t{twin[i]});
    }
}

void PhysicalMemoryTest::copy_fromHole_tellsAFillNotACopy() {
    EventBus bus;
    EventLog log(bus, {EventKind::PhysCopy, EventKind::PhysFill});
    PhysicalMemory memory(bus, mib(1), {{PhysAddr(0x4000), kib(4)}});
    memory.store(PhysAddr(0x3000), 9);
    memory.copy(PhysAddr(0x1000), PhysAddr(0x3000), kib(8));
    QCOMPARE(memory.load(PhysAddr(0x1000)), 9U);
    QCOMPARE(memory.load(PhysAddr(0x2000)), ~0ULL);
    QCOMPARE(log.events.size(), 2U);
    QCOMPARE(log.events[0].kind, EventKind::PhysCopy);
    QCOMPARE(log.events[0].b, 4096U);
    QCOMPARE(log.events[1].kind, EventKind::PhysFill);
    QCOMPARE(log.events[1].paddr, 0x2000U);
}

void PhysicalMemoryTest::fill_wholeFrameWithZero_unbacksIt() {
    EventBus bus;
    PhysicalMemory memory(bus, mib(1));
    memory.fill(PhysAddr(0x1800), kib(6), std::byte{0xab});
    QCOMPARE(memory.load(PhysAddr(0x17ff), 1), 0U);
    QCOMPARE(memory.load(PhysAddr(0x1800), 1), 0xabU);
    QCOMPARE(memory.load(PhysAddr(0x2fff), 1), 0xabU);
    QCOMPARE(memory.load(PhysAddr(0x3000), 1), 0U);
    memory.fill(PhysAddr(0x2000), kib(4), std::byte{0});
    QVERIFY(memory.page(FrameNumber(2)).empty());
    QCOMPARE(memory.load(PhysAddr(0x2000)), 0U);
}

void PhysicalMemoryTest::dirtyFrames_areAscendingAndTakenOnce() {
    EventBus bus;
    PhysicalMemory memory(bus, gib(1));
    memory.store(PhysAddr(gib(1).value - 8), 1);
    memory.store(PhysAddr(0x5000), 1);
    memory.store(PhysAddr(0x5008), 1);
    memory.store(PhysAddr(0x1000), 1);
    const std::vector<FrameNumber> expected{FrameNumber(1), FrameNumber(5), FrameNumber(0x3ffff)};
    QVERIFY(memory.takeDirtyFrames() == expected);
    QVERIFY(memory.takeDirtyFrames().empty());
    memory.store(PhysAddr(0x5000), 2);
    QCOMPARE(memory.takeDirtyFrames().size(), 1U);
}

void PhysicalMemoryTest::hugeMemory_isSparse() {
    EventBus bus;
    PhysicalMemory memory(bus, ByteCount(1ULL << 52));
    const PhysAddr top((1ULL << 52) - 8);
    memory.store(top, 42);
    memory.store(PhysAddr(1ULL << 51), 43);
    QCOMPARE(memory.load(top), 42U);
    QCOMPARE(memory.load(PhysAddr(1ULL << 51)), 43U);
    QCOMPARE(memory.load(PhysAddr(1ULL << 50)), 0U);
    QCOMPARE(memory.takeDirtyFrames().size(), 2U);
}

void PhysicalMemoryTest::pageImages_carryTheContents() {
    EventBus bus;
    EventLog log(bus, {EventKind::PageImage});
    PhysicalMemory memory(bus, mib(1));
    memory.store(PhysAddr(0x3000), 0x5a);
    memory.emitPageImages();
    memory.store(PhysAddr(0x3000), 0x5b);
    QCOMPARE(log.pages.size(), 1U);
    QCOMPARE(log.events[0].paddr, 0x3000U);
    QCOMPARE(std::to_integer<int>(log.pages[0].bytes()[0]), 0x5a);
}

QTEST_GUILESS_MAIN(PhysicalMemoryTest)
#include "tst_hardware_physical_memory.moc"
