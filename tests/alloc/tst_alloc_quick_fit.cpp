#include <QTest>

#include "alloc/support/allocator_check.h"

using namespace fragscope;
using namespace fragscope::test;

namespace {

AllocatorSettings quickFit(std::string_view coalesce, std::string_view lists = "64") {
    return allocatorWith(
        "quick-fit",
        {{"heap_size", "8192"}, {"heap_limit", "8192"}, {"coalesce", coalesce}, {"lists", lists}});
}

/// Members of the list of this name and row, by distance from the start of the heap.
std::vector<std::uint64_t> members(AllocatorBench& bench, std::string_view name, unsigned row) {
    std::vector<std::uint64_t> starts;
    const HeapPicture heap = bench.picture();
    for (const FreeListPicture& list : heap.lists) {
        if (list.name == name && list.row == row) {
            for (const FreeListMember& member : list.members) {
                starts.push_back(member.start.value - bench.extent().start);
            }
        }
    }
    return starts;
}

using Starts = std::vector<std::uint64_t>;

} // namespace

/// Exact lists above a general pool.
class TestQuickFit : public QObject {
    Q_OBJECT

private slots:

    void default_mergesWhenARequestFails() {
        QVERIFY(defaultSettings(AllocatorKind::QuickFit).coalesce == Coalesce::Deferred);
    }

    void freed_comesBackToARequestOfItsSize() {
        AllocatorBench bench(quickFit("deferred"));
        const std::uint64_t a = bench.take(40);
        const std::uint64_t b = bench.take(40);
        bench.give(a);
        QVERIFY(bench.rule() == Rule::HeapListed);
        bench.give(b);
        QCOMPARE(members(bench, "quick list", 2), (Starts{64, 0})); // 33 to 48 bytes: list 2
        QCOMPARE(bench.take(60), b + 64);                           // another size: from the pool
        QVERIFY(bench.rule() == Rule::HeapFirstFit);
        QCOMPARE(bench.take(33), b);
        QVERIFY(bench.rule() == Rule::HeapExactList);
        QCOMPARE(bench.counts().searched, std::uint64_t{1});
        QCOMPARE(bench.take(48), a);
    }

    /// Seven references or so, however many blocks there are.
    void exactList_costsTheSameForManyBlocks() {
        std::set<std::uint64_t> costs;
        for (const int blocks : {1, 10, 80}) {
            AllocatorBench bench(quickFit("deferred"));
            std::vector<std::uint64_t> taken;
            for (int i = 0; i < blocks; ++i) {
                taken.push_back(bench.take(32));
            }
            for (const std::uint64_t block : taken) {
                bench.give(block);
            }
            (void)bench.take(32);
            costs.insert(bench.counts().references());
        }
        QCOMPARE(costs, (std::set<std::uint64_t>{5}));
    }

    void large_mergesAtOnce() {
        AllocatorBench bench(quickFit("deferred", "4")); // lists up to 64 bytes
        const std::uint64_t a = bench.take(100);
        const std::uint64_t b = bench.take(100);
        const std::uint64_t c = bench.take(16);
        bench.give(a);
        bench.give(b);
        QVERIFY(bench.rule() == Rule::HeapMerged);
        QCOMPARE(members(bench, "pool", 0).front(), std::uint64_t{0});
        bench.give(c); // small: it stays beside them as it is
        QVERIFY(bench.rule() == Rule::HeapListed);
        QCOMPARE(bench.take(200), a);
    }

    /// The lists go back to the pool when it cannot serve a request.
    void deferred_mergesAllWhenNothingFits() {
        AllocatorBench bench(quickFit("deferred"));
        std::vector<std::uint64_t> blocks;
        for (std::uint64_t block = bench.take(48); block != AllocatorBench::refused;
             block = bench.take(48)) {
            blocks.push_back(block);
        }
        for (const std::uint64_t block : blocks) {
            bench.give(block);
        }
        QCOMPARE(members(bench, "quick list", 2).size(), blocks.size());
        QCOMPARE(bench.take(8000), blocks.front());
        QVERIFY(members(bench, "quick list", 2).empty());
    }

    void never_failsInstead() {
        AllocatorBench bench(quickFit("never"));
        std::vector<std::uint64_t> blocks;
        for (int i = 0; i < 127; ++i) {
            blocks.push_back(bench.take(48));
        }
        for (const std::uint64_t block : blocks) {
            bench.give(block);
        }
        QCOMPARE(bench.take(100), AllocatorBench::refused);
        QVERIFY(bench.rule() == Rule::HeapNoBlock);
    }

    void immediate_leavesTheListsEmpty() {
        AllocatorBench bench(quickFit("immediate"));
        const std::uint64_t a = bench.take(40);
        bench.give(a);
        QVERIFY(bench.rule() == Rule::HeapMerged);
        QVERIFY(members(bench, "quick list", 2).empty());
    }

    void doubleFree_isNoticed() {
        AllocatorBench bench(quickFit("deferred"));
        const std::uint64_t a = bench.take(40);
        const std::uint64_t large = bench.take(3000);
        bench.give(a);
        bench.give(large);
        QVERIFY_EXCEPTION_THROWN(bench.give(a), HeapDamaged);
        QVERIFY_EXCEPTION_THROWN(bench.give(large), HeapDamaged);
    }

    void strayWrite_isSeenByThePicture() {
        AllocatorBench bench(quickFit("deferred"));
        const std::uint64_t a = bench.take(40);
        const std::uint64_t b = bench.take(40);
        bench.give(a);
        bench.give(b);
        const auto faultOf = [&](std::uint64_t at, std::uint64_t value) {
            const std::uint64_t was = bench.word(at);
            bench.overwrite(at, value);
            const std::string fault(bench.picture().fault);
            bench.overwrite(at, was);
            return fault;
        };
        const std::string wrong =
            "a quick list leads to something that is no freed block of its size";
        QCOMPARE(faultOf(b, a), wrong); // the address of the payload, not of the block
        QCOMPARE(faultOf(b, b - 16), std::string("a quick list leads back to itself"));
        QCOMPARE(faultOf(b, ~0ULL), std::string("a free block is in no list"));
        QCOMPARE(faultOf(a - 16, 64), wrong);
        bench.overwrite(b - 16, 64);
        QVERIFY_EXCEPTION_THROWN((void)bench.take(40), HeapDamaged);
    }

    void damage_neverHangs() {
        const AllocatorTrial trial{.operations = 150, .largest = 200};
        QVERIFY(damageAllocator(quickFit("deferred", "8"), trial, 200) > 60);
    }

    void random_holdsTheRules() {
        std::set<std::uint16_t> lines;
        for (const char* coalesce : {"never", "deferred", "immediate"}) {
            for (const char* lists : {"1", "8", "64"}) {
                AllocatorSettings settings = quickFit(coalesce, lists);
                settings.heapLimit = 32768;
                const AllocatorTrial trial{.oneFreeAtEnd = settings.coalesce == Coalesce::Immediate,
                                           .lines = &lines};
                QCOMPARE(checkAllocator(settings, trial, 6), std::string());
            }
        }
        QCOMPARE(lines.size(), AllocatorBench(quickFit("never")).seen->listing().lines.size());
    }
};

QTEST_APPLESS_MAIN(TestQuickFit)

#include "tst_alloc_quick_fit.moc"
