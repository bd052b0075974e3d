#include "fragscope/kernel/frames/kernel_heap.h"
#include "fragscope/kernel/frames/page_actions.h"

#include <QTest>

#include "kernel/support/kernel_bench.h"

using namespace fragscope;
using fragscope::test::BenchLine;
using fragscope::test::KernelBench;

namespace {

constexpr std::uint64_t pattern = 0x1122'3344'5566'7788;

Steps storeWord(Kernel& kernel, VirtAddr address) {
    co_yield BenchLine::One;
    kernel.memory().store(address, pattern);
    co_yield BenchLine::Two;
}

/// Stores twice to the same page.
Steps storeTwice(Kernel& kernel, VirtAddr address) {
    co_yield BenchLine::One;
    kernel.memory().store(address, pattern);
    kernel.memory().store(address + ByteCount(8), pattern);
    co_yield BenchLine::Two;
}

} // namespace

class TestKernelMemory : public QObject {
    Q_OBJECT

private slots:

    void store_inARegion_reachesItsPhysicalPlace() {
        KernelBench bench;
        const VirtAddr address = kernel_space::heap + ByteCount(256);
        bench.spawn(1, storeWord(bench.kernel, address));
        bench.run();
        QCOMPARE(bench.memory.load(bench.kernel.plan().root.kernelHeap + ByteCount(256)), pattern);
        QVERIFY(!bench.kernel.memory().faulted());
    }

    void store_atCpl0_leavesPrivilegeAndProcessAsTheyWere() {
        KernelBench bench;
        Process& process = bench.makeProcess();
        bench.spawn(0, storeWord(bench.kernel, kernel_space::heap), process.number);
        bench.run();
        QCOMPARE(bench.cpus[0].privilege(), Privilege::User);
        QCOMPARE(bench.cpus[0].process, process.number);
    }

    void store_onAGuard_isAKernelFaultAndChangesNothing() {
        KernelBench bench;
        bench.spawn(0, storeTwice(bench.kernel, kernel_space::table - ByteCount(16)));
        bench.run();
        const auto faults = bench.all(EventKind::KernelFault);
        QVERIFY(bench.kernel.memory().faulted());
        QCOMPARE(faults.size(), std::size_t{1}); // the second store does nothing
        QCOMPARE(faults[0].vaddr, kernel_space::table.value - 16);
        QCOMPARE(faults[0].value, std::uint64_t{fault_bits::write});
        QCOMPARE(faults[0].rule, Rule::GuardPageHit);
    }

    void store_twiceOnOnePage_walksOnceWithTheTlb() {
        KernelBench bench;
        bench.spawn(0, storeTwice(bench.kernel, kernel_space::heap));
        bench.run();
        QCOMPARE(bench.kernel.memory().costs().accesses, std::uint64_t{2});
        QCOMPARE(bench.kernel.memory().costs().walkReferences, std::uint64_t{4});
        QCOMPARE(bench.kernel.memory().costs().cycles,
                 2 * bench.cost.tlbHit + 4 * bench.cost.walkReference);
        QVERIFY(!bench.all(EventKind::TlbFill).empty());
        QCOMPARE(bench.all(EventKind::TlbMiss).at(0).object, 0U); // the kernel's, not a process's
    }

    void store_withoutTheTlb_leavesNoEntry() {
        KernelSettings settings;
        settings.kernelUsesTlb = false;
        KernelBench bench(settings);
        bench.spawn(0, storeTwice(bench.kernel, kernel_space::heap));
        bench.run();
        QCOMPARE(bench.kernel.memory().costs().accesses, std::uint64_t{2});
        QCOMPARE(bench.kernel.memory().costs().walkReferences, std::uint64_t{0});
        QVERIFY(bench.all(EventKind::TlbFill).empty());
    }

    void guard_withoutTheTlb_faultsToo() {
        KernelSettings settings;
        settings.kernelUsesTlb = false;
        KernelBench bench(settings);
        bench.spawn(0, storeWord(bench.kernel, kernel_space::nodes - ByteCount(8)));
        bench.run();
        QVERIFY(bench.kernel.memory().faulted());
        QCOMPARE(bench.all(EventKind::KernelFault).at(0).rule, Rule::GuardPageHit);
    }

    void kernelTask_afterItsProcessHasEnded_usesTheKernelsTables() {
        KernelBench bench;
        Process& process = bench.makeProcess();
        bench.addBlock(process, 2, 200);
        bench.spawn(0, storeWord(bench.kernel, kernel_space::heap), process.number);
        bench.run();
        QCOMPARE(bench.cpus[0].registers().cr3, process.tables.cr3());
        bench.kernel.end(process, ProcessState::Exited);
        QCOMPARE(bench.cpus[0].registers().cr3, bench.kernel.plan().cr3());
        // Whoever gets the frame of the dead process's topmost table must not matter.
        bench.memory.fill(startOf(process.tables.root()), ByteCount(pageBytes), std::byte{0xff});
        bench.spawn(0, storeWord(bench.kernel, kernel_space::heap + ByteCount(8)));
        bench.run();
        QVERIFY(!bench.kernel.memory().faulted());
    }

    void lateTask_ofAProcessThatHasEnded_usesTheKernelsTables() {
        KernelBench bench;
        Process& process = bench.makeProcess();
        bench.kernel.end(process, ProcessState::Exited);
        bench.memory.fill(startOf(process.tables.root()), ByteCount(pageBytes), std::byte{0xff});
        bench.spawn(0, storeWord(bench.kernel, kernel_space::heap), process.number);
        bench.run();
        QVERIFY(!bench.kernel.memory().faulted());
        QCOMPARE(bench.cpus[0].registers().cr3, bench.kernel.plan().cr3());
    }

    // ---- the kernel heap ----

    void heap_objects_lieBesideEachOther() {
        KernelBench bench;
        KernelHeap& heap = bench.kernel.frames().heap();
        const auto first = heap.allocate(ByteCount(24));
        const auto second = heap.allocate(ByteCount(24));
        QVERIFY(first && second);
        // The end of the free block is given out: the heap fills from its end.
        QVERIFY(*first + ByteCount(24) == kernel_space::heap + kib(16));
        QVERIFY(*second + ByteCount(32) == *first);
    }

    void heap_drawnOperations_neverOverlapAndMergeAtTheEnd() {
        for (std::uint64_t seed = 1; seed <= 20; ++seed) {
            KernelBench bench;
            KernelHeap& heap = bench.kernel.frames().heap();
            Rng rng(seed);
            std::map<std::uint64_t, std::uint64_t> live; ///< address to size
            for (int i = 0; i < 300; ++i) {
                const ByteCount size(8 * (1 + rng.below(30)));
                if (const auto object = rng.below(3) != 0 ? heap.allocate(size) : std::nullopt) {
                    const auto next = live.lower_bound(object->value);
                    QVERIFY(next == live.end() || object->value + size.value < next->first);
                    QVERIFY(next == live.begin() ||
                            std::prev(next)->first + std::prev(next)->second < object->value);
                    live[object->value] = size.value;
                } else if (!live.empty()) {
                    auto victim = live.begin();
                    std::advance(victim, static_cast<std::ptrdiff_t>(rng.below(live.size())));
                    heap.free(VirtAddr(victim->first));
                    live.erase(victim);
                }
            }
            for (const auto& [address, size] : live) {
                heap.free(VirtAddr(address));
            }
            QVERIFY(heap.allocate(kib(16) - ByteCount(8)).has_value()); // one free block again
        }
    }

    void heap_full_isNothing() {
        KernelBench bench;
        KernelHeap& heap = bench.kernel.frames().heap();
        QVERIFY(heap.allocate(kib(16) - ByteCount(8)).has_value());
        QVERIFY(!heap.allocate(ByteCount(8)).has_value());
    }
};

QTEST_GUILESS_MAIN(TestKernelMemory)
#include "tst_kernel_kernel_memory.moc"
