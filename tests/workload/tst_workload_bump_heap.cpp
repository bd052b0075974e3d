#include "fragscope/base/rng.h"
#include "fragscope/workload/bump_heap.h"

#include <QTest>

#include "support/print.h"
#include <map>

using namespace fragscope;

class TestWorkloadBumpHeap : public QObject {
    Q_OBJECT

private slots:

    void classSize_roundsUpToItsClass_data() {
        QTest::addColumn<qulonglong>("size");
        QTest::addColumn<qulonglong>("expected");
        const qulonglong table[][2] = {{0, 16},      {1, 16},      {16, 16},     {17, 32},
                                       {1000, 1008}, {1024, 1024}, {1025, 1280}, {1280, 1280},
                                       {1281, 1536}, {2048, 2048}, {2049, 2560}, {5000, 5120}};
        for (const auto& row : table) {
            QTest::addRow("%llu", row[0]) << row[0] << row[1];
        }
    }

    void classSize_roundsUpToItsClass() {
        QFETCH(qulonglong, size);
        QFETCH(qulonglong, expected);
        QCOMPARE(BumpHeap::classSize(size), std::uint64_t{expected});
    }

    void classSize_anySize_isAFixedPointThatWastesAtMostAFifth() {
        for (std::uint64_t size = 1; size < 1'000'000; size += 1 + size / 50) {
            const std::uint64_t rounded = BumpHeap::classSize(size);
            QCOMPARE(BumpHeap::classSize(rounded), rounded);
            QVERIFY(rounded >= size && rounded % 16 == 0);
            QVERIFY(rounded - size <= std::max<std::uint64_t>(15, rounded / 5));
        }
    }

    void bump_severalBlocks_lieOneBehindTheOther() {
        BumpHeap heap(VirtAddr(0x1000));
        QCOMPARE(heap.bump(10), VirtAddr(0x1000));
        QCOMPARE(heap.bump(100), VirtAddr(0x1010));
        QCOMPARE(heap.topAfter(0), VirtAddr(0x1010 + 112 + 16));
    }

    void reuse_freedBlock_servesItsClassOnly_lastFreedFirst() {
        BumpHeap heap(VirtAddr(0));
        const VirtAddr a = heap.bump(100);
        const VirtAddr b = heap.bump(105);
        heap.free(a, 100);
        heap.free(b, 105);
        QVERIFY(!heap.reuse(200));
        QCOMPARE(*heap.reuse(112), b);
        QCOMPARE(*heap.reuse(97), a);
        QVERIFY(!heap.reuse(100));
    }

    void blocks_randomUse_neverOverlap() {
        Rng rng(3);
        BumpHeap heap(VirtAddr(0x100000));
        std::map<std::uint64_t, std::uint64_t> live; // start -> size
        for (int i = 0; i < 20'000; ++i) {
            if (!live.empty() && rng.below(2) == 0) {
                const auto victim =
                    std::next(live.begin(), static_cast<long>(rng.below(live.size())));
                heap.free(VirtAddr(victim->first), victim->second);
                live.erase(victim);
                continue;
            }
            const std::uint64_t size = rng.below(rng.below(10) == 0 ? 9000 : 300);
            const auto reused = heap.reuse(size);
            const std::uint64_t start = (reused ? *reused : heap.bump(size)).value;
            const auto next = live.lower_bound(start);
            QVERIFY(next == live.end() || start + BumpHeap::classSize(size) <= next->first);
            if (next != live.begin()) {
                const auto before = std::prev(next);
                QVERIFY(before->first + BumpHeap::classSize(before->second) <= start);
            }
            live[start] = size;
        }
        QVERIFY(live.size() > 20);
    }
};

QTEST_GUILESS_MAIN(TestWorkloadBumpHeap)
#include "tst_workload_bump_heap.moc"
