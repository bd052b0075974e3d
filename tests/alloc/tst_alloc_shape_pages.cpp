#include "fragscope/alloc/page_allocator/shape_pages.h"

#include <QTest>

#include "alloc/support/allocator_bench.h"
#include "support/print.h"
#include <rapidcheck.h>

using namespace fragscope;
using namespace fragscope::test;

namespace {

AllocatorSettings zoneOf(std::string_view bytes, std::string_view base = "4 MiB") {
    return allocatorWith("page-allocator", {{"heap_size", bytes}, {"heap_base", base}});
}

/// As the lists have them.
FreePageCounts countsOf(AllocatorBench& bench) {
    FreePageCounts counts{};
    const HeapPicture heap = bench.picture();
    if (!heap.whole()) {
        throw std::runtime_error(std::string(heap.fault));
    }
    for (const FreeListPicture& list : heap.lists) {
        counts.at(list.column).at(list.row) = list.members.size();
    }
    return counts;
}

FreePageCounts shape(AllocatorBench& bench, const FreePageCounts& counts) {
    const FreePageCounts given = shapePages(*bench.seen, counts);
    if (shapePages(*bench.fast, counts) != given) {
        throw std::runtime_error("the two forms give different counts");
    }
    return given;
}

} // namespace

/// A page allocator with the free blocks of a real machine.
class TestShapePages : public QObject {
    Q_OBJECT

private slots:

    /// The example of the kernel's own figures: 20 pages in 13 blocks.
    void example_isExact() {
        AllocatorBench bench(zoneOf("4 MiB"));
        FreePageCounts wanted{};
        wanted[1] = {8, 4, 1};
        QVERIFY(shape(bench, wanted) == wanted);
        QVERIFY(countsOf(bench) == wanted);
    }

    /// One of each order up to 9: 1,023 pages are free and one is in use.
    void densest_fitsIntoOneBlock() {
        AllocatorBench bench(zoneOf("4 MiB"));
        FreePageCounts wanted{};
        wanted[0] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0};
        QVERIFY(shape(bench, wanted) == wanted);
        QVERIFY(countsOf(bench) == wanted);
        QCOMPARE(bench.picture().blocks.size(), std::size_t{11});
    }

    void types_haveBlocksOfTheirOwn() {
        AllocatorBench bench(zoneOf("64 MiB", "1 MiB")); // not aligned: 15 of the largest order
        FreePageCounts wanted{};
        wanted[0] = {100, 20, 0, 0, 1};
        wanted[1] = {300, 10, 10, 10, 10, 10, 5, 0, 0, 2, 3};
        wanted[2] = {0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 1};
        QVERIFY(shape(bench, wanted) == wanted);
        QVERIFY(countsOf(bench) == wanted);
    }

    void tooMuch_isMadeSmallerInProportion() {
        AllocatorBench bench(zoneOf("16 MiB"));
        FreePageCounts wanted{};
        wanted[1] = {40000, 20000, 0, 0, 0, 0, 0, 0, 0, 0, 0};
        const FreePageCounts given = shape(bench, wanted);
        QVERIFY(countsOf(bench) == given);
        // of the 4 * 256 blocks of four pages each gives two free blocks at most
        QCOMPARE(given[1][0], std::uint64_t{1365});
        QCOMPARE(given[1][1], std::uint64_t{682});
    }

    void nothing_leavesNothingFree() {
        AllocatorBench bench(zoneOf("9 MiB"));
        QVERIFY(shape(bench, {}) == FreePageCounts{});
        QVERIFY(countsOf(bench) == FreePageCounts{});
    }

    /// What is given is what the lists have, and no more than was wanted.
    void anyCounts() {
        QVERIFY(rc::check([] {
            AllocatorBench bench(zoneOf("32 MiB"));
            FreePageCounts wanted{};
            for (auto& ofType : wanted) {
                for (unsigned order = 0; order < ofType.size(); ++order) {
                    ofType.at(order) = *rc::gen::inRange<std::uint64_t>(0, 1 + (600U >> order));
                }
            }
            const FreePageCounts given = shape(bench, wanted);
            RC_ASSERT(countsOf(bench) == given);
            for (unsigned type = 0; type < wanted.size(); ++type) {
                for (unsigned order = 0; order < wanted[type].size(); ++order) {
                    RC_ASSERT(given.at(type).at(order) <= wanted.at(type).at(order));
                }
            }
        }));
    }
};

QTEST_APPLESS_MAIN(TestShapePages)

#include "tst_alloc_shape_pages.moc"
