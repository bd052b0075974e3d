#include "fragscope/base/check.h"
#include "fragscope/hardware/paging/pte.h"

#include <QTest>

#include "kernel/support/kernel_bench.h"

using namespace fragscope;
using fragscope::test::KernelBench;

namespace {

constexpr PageNumber page{0x40000000 >> pageShift};
constexpr std::uint64_t ad = pte::accessed | pte::dirty;

/// What a CPU finds at an address with these tables; nothing on a fault.
std::optional<std::uint64_t> walk(KernelBench& bench, const Process& process, PageNumber at) {
    Cpu& cpu = bench.cpus[0];
    bench.mmu.writeCr3(cpu, process.tables.cr3());
    const auto result = bench.mmu.translate(cpu, startOf(at) + ByteCount(8), AccessKind::Read);
    return result ? std::optional(result->paddr.value) : std::nullopt;
}

} // namespace

class TestKernelPageTables : public QObject {
    Q_OBJECT

private slots:

    void map_page_isWhatTheProcessorFinds() {
        KernelBench bench;
        Process& process = bench.makeProcess();
        QCOMPARE(process.tables.leaf(page), 0U);
        QVERIFY(!walk(bench, process, page).has_value());
        QVERIFY(process.tables.map(page, {.frame = FrameNumber(300)}, Rule::None));
        QCOMPARE(walk(bench, process, page), std::optional(300 * pageBytes + 8));
        const Pte leaf{process.tables.leaf(page)};
        QCOMPARE(leaf.frame().value, 300U);
        QVERIFY(leaf.writable() && leaf.user() && leaf.noExecute());
        QVERIFY(!walk(bench, process, page + PageCount(1)).has_value());
    }

    void map_readOnly_forbidsWrites() {
        KernelBench bench;
        Process& process = bench.makeProcess();
        QVERIFY(
            process.tables.map(page, {.frame = FrameNumber(300), .writable = false}, Rule::None));
        bench.cpus[0].setPrivilege(Privilege::User);
        bench.mmu.writeCr3(bench.cpus[0], process.tables.cr3());
        QVERIFY(!bench.mmu.translate(bench.cpus[0], startOf(page), AccessKind::Write).ok());
        QVERIFY(bench.mmu.translate(bench.cpus[0], startOf(page), AccessKind::Read).ok());
    }

    void map_accessedAndDirtyOfTheOldEntry_areCarriedOver() {
        KernelBench bench;
        Process& process = bench.makeProcess();
        QVERIFY(process.tables.map(page, {.frame = FrameNumber(300)}, Rule::None));
        QCOMPARE(process.tables.leaf(page) & ad, 0U);
        bench.mmu.writeCr3(bench.cpus[0], process.tables.cr3());
        QVERIFY(bench.mmu.translate(bench.cpus[0], startOf(page), AccessKind::Write).ok());
        const std::uint64_t old = process.tables.exchange(page, Rule::None);
        QCOMPARE(old & ad, ad);
        QCOMPARE(process.tables.leaf(page), 0U);
        QVERIFY(process.tables.map(page, {.frame = FrameNumber(301), .old = old}, Rule::None));
        QCOMPARE(process.tables.leaf(page) & ad, ad);
        QCOMPARE(Pte{process.tables.leaf(page)}.frame().value, 301U);
    }

    void exchange_noTable_isZeroAndStoresNothing() {
        KernelBench bench;
        Process& process = bench.makeProcess();
        bench.log.clear();
        QCOMPARE(process.tables.exchange(page, Rule::None), 0U);
        QVERIFY(bench.all(EventKind::PteStore).empty());
    }

    void clearPlainly_bitsSetSinceTheLook_areLost() {
        KernelBench bench;
        Process& process = bench.makeProcess();
        QVERIFY(process.tables.map(page, {.frame = FrameNumber(300)}, Rule::None));
        const std::uint64_t seen = process.tables.leaf(page);
        bench.mmu.writeCr3(bench.cpus[0], process.tables.cr3());
        QVERIFY(bench.mmu.translate(bench.cpus[0], startOf(page), AccessKind::Write).ok());
        QCOMPARE(process.tables.clearPlainly(page, seen, Rule::None) & ad, 0U);
        QCOMPARE(process.tables.leaf(page), 0U);
    }

    void events_changeOfALeaf_isOnePteStore() {
        KernelBench bench;
        Process& process = bench.makeProcess();
        QVERIFY(process.tables.map(page, {.frame = FrameNumber(300)}, Rule::None));
        QCOMPARE(bench.all(EventKind::PteStore).size(),
                 std::size_t{4}); // three tables and the leaf
        bench.log.clear();
        QVERIFY(process.tables.map(page, {.frame = FrameNumber(301)}, Rule::AbsentToPresent));
        const auto stores = bench.all(EventKind::PteStore);
        QCOMPARE(stores.size(), std::size_t{1});
        QCOMPARE(Pte{stores[0].a}.frame().value, 300U);
        QCOMPARE(Pte{stores[0].value}.frame().value, 301U);
        QCOMPARE(stores[0].b, 1U);
        QCOMPARE(stores[0].vaddr, startOf(page).value);
        QCOMPARE(stores[0].rule, Rule::AbsentToPresent);
    }

    void mapLarge_aligned_isOneEntryForAllPages() {
        KernelBench bench({}, 1, mib(8));
        Process& process = bench.makeProcess();
        QVERIFY(process.tables.mapLarge(page, FrameNumber(1024), true, Rule::None));
        QVERIFY(Pte{process.tables.leaf(page + PageCount(511))}.large());
        QCOMPARE(walk(bench, process, page + PageCount(5)), std::optional(1029 * pageBytes + 8));
        QVERIFY_EXCEPTION_THROWN(
            (void)process.tables.mapLarge(page, FrameNumber(1025), true, Rule::None), LogicError);
    }

    void splitLarge_any_samePlacesAndRightsInSmallPages() {
        KernelBench bench({}, 1, mib(8));
        Process& process = bench.makeProcess();
        QVERIFY(process.tables.mapLarge(page, FrameNumber(1024), true, Rule::None));
        QVERIFY(walk(bench, process, page).has_value()); // sets A
        QVERIFY(process.tables.splitLarge(page + PageCount(77)));
        for (std::uint64_t i = 0; i < wordsPerPage; ++i) {
            const Pte leaf{process.tables.leaf(page + PageCount(i))};
            QCOMPARE(leaf.frame().value, 1024 + i);
            QVERIFY(leaf.present() && leaf.writable() && leaf.user() && leaf.noExecute());
            QVERIFY(leaf.accessed() && !leaf.large());
        }
        bench.mmu.invalidateAll(bench.cpus[0]);
        QCOMPARE(walk(bench, process, page + PageCount(5)), std::optional(1029 * pageBytes + 8));
        QVERIFY(!process.tables.splitLarge(page)); // nothing left to split
    }

    void map_noFrameForATable_isFalse() {
        KernelBench bench;
        Process& process = bench.makeProcess();
        FrameTable& frames = bench.kernel.frames();
        while (const auto run = frames.findRun(PageCount(1), FrameNumber(0))) {
            frames.take(*run, PageCount(1), FrameUse::Data, 9, Rule::None);
        }
        QVERIFY(!process.tables.map(page, {.frame = FrameNumber(300)}, Rule::None));
        QVERIFY(!process.tables.mapLarge(page, FrameNumber(512), true, Rule::None));
    }

    void release_drawnPages_givesAllTablesBack() {
        for (std::uint64_t seed = 1; seed <= 20; ++seed) {
            KernelBench bench;
            Rng rng(seed);
            const std::uint64_t before = bench.freeFrames();
            Process& process = bench.makeProcess();
            for (int i = 0; i < 20; ++i) {
                const PageNumber at{rng.below(1ULL << 35)}; // the lower half
                QVERIFY(process.tables.map(at, {.frame = FrameNumber(400)}, Rule::None));
            }
            QVERIFY(bench.freeFrames() < before - 20);
            process.tables.release();
            QCOMPARE(bench.freeFrames(), before - 1); // the map's frame is left
        }
    }
};

QTEST_GUILESS_MAIN(TestKernelPageTables)
#include "tst_kernel_page_tables.moc"
