#include "fragscope/hardware/paging/pte.h"
#include "fragscope/kernel/frames/frame_layout.h"
#include "fragscope/kernel/frames/kernel_plan.h"

#include <QTest>

#include "kernel/support/kernel_bench.h"

using namespace fragscope;
using fragscope::test::KernelBench;

/// Where the books of frames lie and what they cost: lesson L14's figures.
class TestKernelPlan : public QObject {
    Q_OBJECT

    /// The leaf that the kernel's own tables hold for an address; 0 if there is none.
    static std::uint64_t leafOf(const KernelBench& bench, std::uint64_t cr3, VirtAddr address) {
        PhysAddr table(cr3 & pte::frameMask);
        for (unsigned level = table_level::pml4;; --level) {
            const Pte entry{bench.memory.load(entryAddress(table, address, level))};
            if (!entry.present() || level == table_level::pt) {
                return entry.bits;
            }
            table = entry.base();
        }
    }

private slots:

    void tableCost_lesson14_isAsTheLessonSays_data() {
        QTest::addColumn<std::uint64_t>("entryBytes");
        QTest::addColumn<std::uint64_t>("frames");
        QTest::addColumn<std::uint64_t>("hundredthsOfPercent");
        QTest::newRow("16 bytes") << std::uint64_t{16} << std::uint64_t{512} << std::uint64_t{39};
        QTest::newRow("24 bytes") << std::uint64_t{24} << std::uint64_t{768} << std::uint64_t{59};
        QTest::newRow("32 bytes") << std::uint64_t{32} << std::uint64_t{1024} << std::uint64_t{78};
    }

    void tableCost_lesson14_isAsTheLessonSays() {
        QFETCH(std::uint64_t, entryBytes);
        QFETCH(std::uint64_t, frames);
        QFETCH(std::uint64_t, hundredthsOfPercent);
        const PageCount memory = pagesFor(mib(512));
        QCOMPARE(memory.value, std::uint64_t{131'072});
        const ByteCount bytes = frameTableBytes(memory, entryBytes);
        QCOMPARE(pagesFor(bytes).value, frames);
        QCOMPARE((bytes.value * 10'000 + mib(256).value) / mib(512).value, hundredthsOfPercent);
    }

    void tableCost_oddNumberOfFrames_isRoundedUpToPages() {
        QCOMPARE(frameTableBytes(PageCount(129), 32).value, 2 * pageBytes);
    }

    void booksCost_pool_isCountedToo() {
        const KernelPlan array = planKernel(PageCount(131'072), {});
        QCOMPARE(array.booksCost().value, mib(4).value + mib(1).value); // table, 65,536 nodes
        const KernelPlan list = planKernel(PageCount(131'072), {.books = FrameBooks::List});
        QCOMPARE(list.booksCost().value, mib(4).value + mib(4).value); // table, heap of nodes
    }

    void regions_all_areMappedForTheSupervisorWithGuards() {
        KernelSettings settings;
        settings.paging.swapSlots = 600;
        KernelBench bench(settings);
        const Process& process = bench.makeProcess();
        for (const std::uint64_t cr3 : {bench.kernel.plan().cr3(), process.tables.cr3()}) {
            for (const KernelRegion& region : bench.kernel.plan().regions) {
                if (region.pages.value == 0) {
                    continue; // books that this machine does not have
                }
                const VirtAddr end = region.start + bytesOf(region.pages);
                for (VirtAddr at = region.start; at < end; at += ByteCount(pageBytes)) {
                    const Pte leaf{leafOf(bench, cr3, at)};
                    QVERIFY(leaf.present() && leaf.writable() && !leaf.user());
                    QVERIFY(leaf.base() == region.place + (at - region.start));
                }
                for (const VirtAddr guard : {region.start - ByteCount(1), end}) {
                    QVERIFY(!Pte{leafOf(bench, cr3, guard)}.present());
                    QVERIFY(bench.kernel.plan().isGuard(guard));
                }
            }
        }
    }

    void user_touchesTheBooks_faults() {
        KernelBench bench;
        Process& process = bench.makeProcess();
        AccessRequest request =
            fragscope::test::requestFor(process, kernel_space::table, AccessKind::Read);
        bench.spawn(0, fragscope::test::accessOnce(bench.kernel, request), process.number);
        bench.run();
        const auto faults = bench.all(EventKind::PageFault);
        QVERIFY(request.killed);
        QCOMPARE(faults.size(), std::size_t{1});
        QCOMPARE(faults[0].value, std::uint64_t{fault_bits::user | fault_bits::present});
    }

    void placeOf_guardAndForeign_isNothing() {
        const KernelPlan plan = planKernel(PageCount(2048), {});
        QVERIFY(plan.placeOf(kernel_space::table) == plan.root.frameTable);
        QVERIFY(!plan.placeOf(kernel_space::table - ByteCount(1)));
        QVERIFY(!plan.placeOf(VirtAddr(0x1000)));
    }
};

QTEST_GUILESS_MAIN(TestKernelPlan)
#include "tst_kernel_kernel_plan.moc"
