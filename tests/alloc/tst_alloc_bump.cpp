#include <QTest>

#include "alloc/support/allocator_check.h"

using namespace fragscope;
using namespace fragscope::test;

/// Bump allocation: the pointer, its return, growth, and the rules that hold for all allocators.
class TestBump : public QObject {
    Q_OBJECT

private slots:

    void blocks_lieOneBehindTheOther() {
        AllocatorBench bench(allocatorWith("bump", {{"heap_size", "4096"}}));
        const std::uint64_t first = bench.take(10);
        QCOMPARE(bench.take(16), first + 16);
        QCOMPARE(bench.take(1), first + 32);
        QVERIFY(bench.rule() == Rule::HeapFromTop);
        QCOMPARE(bench.footprint(), std::uint64_t{48});
    }

    void freed_comesBackWhenAllIsFreed() {
        AllocatorBench bench(allocatorWith("bump", {{"heap_size", "4096"}}));
        const std::uint64_t first = bench.take(100);
        const std::uint64_t second = bench.take(100);
        bench.give(first);
        QVERIFY(bench.take(100) > second);
        bench.give(second);
        bench.give(second + 112);
        QCOMPARE(bench.take(100), first);
    }

    void full_refuses() {
        AllocatorBench bench(
            allocatorWith("bump", {{"heap_size", "4096"}, {"heap_limit", "8192"}}));
        QVERIFY(bench.take(8192) != AllocatorBench::refused);
        QCOMPARE(bench.take(1), AllocatorBench::refused);
        QVERIFY(bench.rule() == Rule::HeapNoBlock);
        QCOMPARE(bench.linesNotReached(), std::string("5 6 "));
    }

    void random_both() {
        AllocatorTrial trial{.oneBlockEach = false, .oneFreeAtEnd = true};
        const AllocatorSettings settings =
            allocatorWith("bump", {{"heap_size", "8192"}, {"heap_limit", "65536"}});
        QCOMPARE(checkAllocator(settings, trial, 20), std::string());
    }
};

QTEST_APPLESS_MAIN(TestBump)

#include "tst_alloc_bump.moc"
