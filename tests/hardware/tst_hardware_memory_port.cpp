#include "fragscope/hardware/paging/memory_port.h"

#include <QTest>

#include "hardware/support/event_log.h"
#include "hardware/support/paged_machine.h"

using namespace fragscope;
using namespace fragscope::test;

namespace {

constexpr VirtAddr first{0x7f0000403000};
constexpr VirtAddr second{0x7f0000404000};
constexpr PhysAddr frameA{0x2345000};
constexpr PhysAddr frameB{0x3456000}; // not the neighbour of frame A

CpuConfig withStoreBuffer(unsigned entries) {
    CpuConfig config;
    config.storeBufferEntries = entries;
    return config;
}

struct PortMachine : PagedMachine {
    explicit PortMachine(const CpuConfig& config = {}) : PagedMachine(config), port(mmu, memory) {
        map(first, frameA, pageFlags);
    }

    MemoryPort port;
};

} // namespace

class MemoryPortTest : public QObject {
    Q_OBJECT

private slots:
    void loadAndStore_everySizeAndOffset_crossingOrNot();
    void store_secondPageMissing_touchesNothingAndNamesThatPage();
    void store_firstPageMissing_namesTheAddress();
    void store_secondPageReadOnly_touchesNothing();
    void readModifyWrite_absentOrReadOnly_reportsWrite();
    void readModifyWrite_returnsOldAndStoresNew();
    void store_leftToCaller_emitsNoPhysStore();
    void storeBuffer_ownLoadsSeeIt_memoryDoesNot();
    void storeBuffer_partialOverlap_isForwardedByteByByte();
    void storeBuffer_full_drainsTheOldestFirst();
    void storeBuffer_drainPoints_data();
    void storeBuffer_drainPoints();
    void storeBuffer_pageWalk_doesNotReadIt();
    void twoCpus_storeBuffers_showTheClassicTsoOutcome();
};

void MemoryPortTest::loadAndStore_everySizeAndOffset_crossingOrNot() {
    PortMachine machine;
    machine.map(second, frameB, PagedMachine::pageFlags);
    for (unsigned bytes = 1; bytes <= 8; ++bytes) {
        for (std::uint64_t offset = 4080; offset < 4112; ++offset) {
            const VirtAddr address = first + ByteCount(offset);
            const std::uint64_t value = 0x1122334455667788ULL + offset;
            const std::uint64_t mask = bytes == 8 ? ~0ULL : (1ULL << (8 * bytes)) - 1;
            QVERIFY(machine.port.store(machine.cpu, address, value, bytes).ok());
            QCOMPARE(machine.port.load(machine.cpu, address, bytes)->value, value & mask);
            for (unsigned i = 0; i < bytes; ++i) {
                const std::uint64_t at = offset + i;
                const PhysAddr byte =
                    at < 4096 ? frameA + ByteCount(at) : frameB + ByteCount(at - 4096);
                QCOMPARE(machine.memory.load(byte, 1), value >> (8 * i) & 0xff);
            }
        }
    }
}

void MemoryPortTest::store_secondPageMissing_touchesNothingAndNamesThatPage() {
    PortMachine machine;
    machine.memory.store(frameA + ByteCount(4088), 0x5555555555555555ULL);
    const auto result = machine.port.store(machine.cpu, first + ByteCount(4092), ~0ULL, 8);
    QVERIFY(!result.ok());
    QCOMPARE(result.error().errorCode, fault_bits::write);
    QCOMPARE(machine.cpu.cr2(), second);
    QCOMPARE(machine.memory.load(frameA + ByteCount(4088)), 0x5555555555555555ULL);
}

void MemoryPortTest::store_firstPageMissing_namesTheAddress() {
    PortMachine machine;
    machine.map(second, frameB, PagedMachine::pageFlags);
    machine.memory.store(machine.entryOf(first, 1), 0);
    const VirtAddr address = first + ByteCount(4092);
    QVERIFY(!machine.port.store(machine.cpu, address, ~0ULL, 8).ok());
    QCOMPARE(machine.cpu.cr2(), address);
    QCOMPARE(machine.memory.load(frameB), 0U);
    // The second page was never asked for: its A bit is clear.
    QVERIFY(!Pte{machine.memory.load(machine.entryOf(second, 1))}.accessed());
}

void MemoryPortTest::store_secondPageReadOnly_touchesNothing() {
    PortMachine machine;
    machine.map(second, frameB, pte::present | pte::user);
    QVERIFY(machine.port.load(machine.cpu, first + ByteCount(4092), 8).ok());
    const auto result = machine.port.store(machine.cpu, first + ByteCount(4092), ~0ULL, 8);
    QCOMPARE(result.error().errorCode, fault_bits::write | fault_bits::present);
    QCOMPARE(machine.memory.load(frameA + ByteCount(4088)), 0U);
}

void MemoryPortTest::readModifyWrite_absentOrReadOnly_reportsWrite() {
    PortMachine machine;
    machine.cpu.setPrivilege(Privilege::User);
    const auto same = [](std::uint64_t old) { return old; };
    QCOMPARE(machine.port.readModifyWrite(machine.cpu, second, 8, same).error().errorCode, 6U);
    machine.map(second, frameB, pte::present | pte::user);
    QCOMPARE(machine.port.readModifyWrite(machine.cpu, second, 8, same).error().errorCode, 7U);
    QCOMPARE(machine.port.load(machine.cpu, second)->value, 0U);
}

void MemoryPortTest::readModifyWrite_returnsOldAndStoresNew() {
    PortMachine machine;
    machine.memory.store(frameA, 41);
    const auto result = machine.port.readModifyWrite(machine.cpu, first, 4,
                                                     [](std::uint64_t old) { return old + 1; });
    QCOMPARE(result->value, 41U);
    QCOMPARE(machine.memory.load(frameA), 42U);
    QVERIFY(Pte{machine.memory.load(machine.entryOf(first, 1))}.dirty());
}

void MemoryPortTest::store_leftToCaller_emitsNoPhysStore() {
    PortMachine machine;
    QVERIFY(machine.port.store(machine.cpu, first, 1).ok()); // sets A and D
    EventLog log(machine.events, {EventKind::PhysStore});
    QVERIFY(machine.port.store(machine.cpu, first, 2, 8, StoreEvents::LeftToCaller).ok());
    QVERIFY(log.events.empty());
    QVERIFY(machine.port.store(machine.cpu, first, 3).ok());
    QCOMPARE(log.events.size(), 1U);
}

void MemoryPortTest::storeBuffer_ownLoadsSeeIt_memoryDoesNot() {
    PortMachine machine(withStoreBuffer(4));
    const auto stored = machine.port.store(machine.cpu, first, 7);
    QVERIFY(stored->buffered);
    QCOMPARE(machine.memory.load(frameA), 0U);
    QCOMPARE(machine.port.load(machine.cpu, first)->value, 7U);
    machine.mmu.drainOneStore(machine.cpu);
    QCOMPARE(machine.memory.load(frameA), 7U);
    QVERIFY(machine.cpu.storeBuffer.empty());
}

void MemoryPortTest::storeBuffer_partialOverlap_isForwardedByteByByte() {
    PortMachine machine(withStoreBuffer(8));
    machine.map(second, frameB, PagedMachine::pageFlags);
    machine.memory.store(frameA, 0x8877665544332211ULL);
    QVERIFY(machine.port.store(machine.cpu, first + ByteCount(2), 0xbbaa, 2).ok());
    QVERIFY(machine.port.store(machine.cpu, first + ByteCount(3), 0xcc, 1).ok());
    QCOMPARE(machine.port.load(machine.cpu, first)->value, 0x88776655ccaa2211ULL);
    QCOMPARE(machine.port.load(machine.cpu, first + ByteCount(3), 2)->value, 0x55ccU);
    // Across a page border: one entry for each piece.
    QVERIFY(machine.port.store(machine.cpu, first + ByteCount(4093), 0x060504030201ULL, 6).ok());
    QCOMPARE(machine.port.load(machine.cpu, first + ByteCount(4093), 6)->value, 0x060504030201ULL);
    QCOMPARE(machine.memory.load(frameB), 0U);
    machine.mmu.drainStores(machine.cpu);
    QCOMPARE(machine.memory.load(frameB, 4), 0x060504U);
    QCOMPARE(machine.memory.load(frameA), 0x88776655ccaa2211ULL);
}

void MemoryPortTest::storeBuffer_full_drainsTheOldestFirst() {
    PortMachine machine(withStoreBuffer(2));
    for (std::uint64_t i = 0; i < 3; ++i) {
        QVERIFY(machine.port.store(machine.cpu, first + ByteCount(8 * i), i + 1).ok());
    }
    QCOMPARE(machine.memory.load(frameA), 1U);
    QCOMPARE(machine.memory.load(frameA + ByteCount(8)), 0U);
    QCOMPARE(machine.cpu.storeBuffer.stores().size(), 2U);
}

void MemoryPortTest::storeBuffer_drainPoints_data() {
    QTest::addColumn<int>("way");
    const char* const ways[] = {"INVLPG", "MOV CR3", "MOV CR0", "MOV CR4",
                                "EFER",   "INVPCID", "locked",  "fence"};
    for (int i = 0; i < 8; ++i) {
        QTest::newRow(ways[i]) << i;
    }
}

void MemoryPortTest::storeBuffer_drainPoints() {
    QFETCH(int, way);
    PortMachine machine(withStoreBuffer(4));
    Cpu& cpu = machine.cpu;
    QVERIFY(machine.port.store(cpu, first, 7).ok());
    switch (way) {
    case 0:
        machine.mmu.invalidatePage(cpu, first);
        break;
    case 1:
        machine.mmu.writeCr3(cpu, cpu.registers().cr3);
        break;
    case 2:
        machine.mmu.writeCr0(cpu, cpu.registers().cr0);
        break;
    case 3:
        machine.mmu.writeCr4(cpu, cpu.registers().cr4);
        break;
    case 4:
        machine.mmu.writeEfer(cpu, cpu.registers().efer);
        break;
    case 5:
        QVERIFY(machine.mmu.invalidatePcid(cpu, InvpcidType::AllContexts, 0, first).ok());
        break;
    case 6:
        QVERIFY(machine.port
                    .readModifyWrite(cpu, first + ByteCount(64), 8,
                                     [](std::uint64_t old) { return old; })
                    .ok());
        break;
    default:
        machine.mmu.drainStores(cpu);
    }
    QCOMPARE(machine.memory.load(frameA), 7U);
    QVERIFY(cpu.storeBuffer.empty());
}

void MemoryPortTest::storeBuffer_pageWalk_doesNotReadIt() {
    PortMachine machine(withStoreBuffer(4));
    // The page table itself, mapped at `second`: the store of a new entry waits in the buffer.
    const PhysAddr leaf = machine.map(VirtAddr(first.value + 0x5000), PhysAddr(0), 0);
    machine.map(second, startOf(frameOf(leaf)), PagedMachine::pageFlags);
    const VirtAddr entry = second + ByteCount(offsetInPage(leaf));
    QVERIFY(machine.port.store(machine.cpu, entry, frameB.value | PagedMachine::pageFlags).ok());
    QVERIFY(!machine.port.load(machine.cpu, first + ByteCount(0x5000)).ok());
    machine.mmu.drainStores(machine.cpu);
    QVERIFY(machine.port.load(machine.cpu, first + ByteCount(0x5000)).ok());
}

void MemoryPortTest::twoCpus_storeBuffers_showTheClassicTsoOutcome() {
    // x = 1; read y || y = 1; read x: both may read 0 (SDM vol. 3A, 8.2.3.4).
    PortMachine machine(withStoreBuffer(4));
    Cpu other(machine.events, 1, withStoreBuffer(4));
    machine.mmu.writeCr3(other, machine.root.value);
    const VirtAddr x = first;
    const VirtAddr y = first + ByteCount(64);
    QVERIFY(machine.port.store(machine.cpu, x, 1).ok());
    QVERIFY(machine.port.store(other, y, 1).ok());
    QCOMPARE(machine.port.load(machine.cpu, y)->value, 0U);
    QCOMPARE(machine.port.load(other, x)->value, 0U);
    machine.mmu.drainStores(machine.cpu);
    machine.mmu.drainStores(other);
    QCOMPARE(machine.port.load(machine.cpu, y)->value, 1U);
    QCOMPARE(machine.port.load(other, x)->value, 1U);
}

QTEST_GUILESS_MAIN(MemoryPortTest)
#include "tst_hardware_memory_port.moc"
