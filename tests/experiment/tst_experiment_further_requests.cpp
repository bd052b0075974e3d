#include "fragscope/alloc/compact_fit/size_classes.h"
#include "fragscope/base/rng.h"
#include "fragscope/experiment/further_requests.h"
#include "fragscope/experiment/measured_heap.h"

#include <QTest>

#include <rapidcheck.h>

using namespace fragscope;

namespace {

/// Compact-fit with a heap of so many pages.
AllocatorSettings compactFit(std::uint64_t pages, std::uint64_t k) {
    AllocatorSettings settings = defaultSettings(AllocatorKind::CompactFit);
    settings.heapSize = pages * settings.pageSize;
    settings.heapLimit = settings.heapSize;
    settings.k = k;
    return settings;
}

/// A heap after random requests and frees, and what is in use there.
struct UsedHeap {
    UsedHeap(const AllocatorSettings& chosen, std::uint64_t seed, int operations)
        : settings(chosen), heap(chosen), random(seed) {
        const std::vector<std::uint64_t> sizes{1, 16, 100, 240, 700, 2000, 7000, 9000, 30000};
        for (int i = 0; i < operations; ++i) {
            if (handles.empty() || random.below(5) < 3) {
                request(sizes[random.below(sizes.size())] + random.below(8));
            } else {
                free(random.below(handles.size()));
            }
        }
    }

    void request(std::uint64_t bytes) {
        const std::uint64_t handle = heap.allocate(bytes);
        if (handle != Allocator::refused) {
            handles.push_back(handle);
            live.push_back(bytes);
        }
    }

    void free(std::size_t which) {
        heap.release(handles[which]);
        handles.erase(handles.begin() + static_cast<std::ptrdiff_t>(which));
        live.erase(live.begin() + static_cast<std::ptrdiff_t>(which));
    }

    [[nodiscard]] FurtherBounds predicted(std::uint64_t bytes) const {
        return *compactFitFurther(settings, heap.plan(), compactFitLive(settings, live), bytes);
    }

    std::uint64_t measured(std::uint64_t bytes) {
        return furtherRequests(heap.allocator(), bytes, 1'000'000);
    }

    AllocatorSettings settings;
    MeasuredHeap heap;
    Rng random;
    std::vector<std::uint64_t> handles;
    std::vector<std::uint64_t> live; ///< bytes
};

std::uint64_t anyRequest() {
    return *rc::gen::element<std::uint64_t>(1, 8, 24, 100, 256, 1000, 4000, 7900, 16000);
}

} // namespace

class TestExperimentFurtherRequests : public QObject {
    Q_OBJECT

private slots:

    void further_bumpHeap_isWhatFits() {
        AllocatorSettings settings = defaultSettings(AllocatorKind::Bump);
        settings.heapSize = settings.heapLimit = 4096;
        MeasuredHeap heap(settings);
        heap.allocate(100); // 112 with alignment
        QCOMPARE(furtherRequests(heap.allocator(), 256, 1000), (4096U - 112U) / 256U);
        QCOMPARE(furtherRequests(heap.allocator(), 256, 1000), 0U);
    }

    void further_limit_endsIt() {
        MeasuredHeap heap(defaultSettings(AllocatorKind::Tlsf));
        QCOMPARE(furtherRequests(heap.allocator(), 16, 7), 7U);
    }

    void predicted_emptyHeap_isAllPages() {
        const AllocatorSettings settings = compactFit(3, 1);
        const SizeClasses classes(settings);
        const UsedHeap heap(settings, 1, 0);
        const std::uint64_t all = 3 * classes.capacity(classes.classOfRequest(100));
        QVERIFY(heap.predicted(100) == (FurtherBounds{all, all}));
    }

    void predicted_workedExample_isExact() {
        // pages of 16,200 bytes: 150 blocks of 104 + 8 bytes rounded to the class
        const AllocatorSettings settings = compactFit(4, 1);
        const SizeClasses classes(settings);
        UsedHeap heap(settings, 1, 0);
        const std::uint64_t perPage = classes.capacity(classes.classOfRequest(100));
        for (std::uint64_t i = 0; i < perPage + 1; ++i) { // two pages
            heap.request(100);
        }
        heap.request(1000); // a third one
        const std::uint64_t left = 2 * perPage - (perPage + 1) + perPage;
        QVERIFY(heap.predicted(100) == (FurtherBounds{left, left}));
        QCOMPARE(heap.measured(100), left);
    }

    void predicted_kOne_isExactInEveryOrder() {
        QVERIFY(rc::check("further requests follow from the sizes in use", [] {
            const auto seed = *rc::gen::arbitrary<std::uint64_t>();
            const int operations = *rc::gen::inRange(0, 1500);
            AllocatorSettings settings = compactFit(*rc::gen::inRange<std::uint64_t>(2, 60), 1);
            if (*rc::gen::arbitrary<bool>()) {
                settings.increment = 64;
            }
            UsedHeap heap(settings, seed, operations);
            const std::uint64_t bytes = anyRequest();
            const FurtherBounds bounds = heap.predicted(bytes);
            RC_ASSERT(bounds.least == bounds.most);
            RC_ASSERT(heap.measured(bytes) == bounds.least);
        }));
    }

    void predicted_referencePreset_isExactToo() {
        for (std::uint64_t seed = 0; seed < 50; ++seed) {
            AllocatorSettings settings = compactFit(40, 1);
            settings.preset = AllocatorPreset::Reference2009;
            UsedHeap heap(settings, seed, 0);
            for (int i = 0; i < 800; ++i) {
                if (heap.handles.empty() || heap.random.below(5) < 3) {
                    heap.request(1 + heap.random.below(4000));
                } else {
                    heap.free(heap.random.below(heap.handles.size()));
                }
            }
            const FurtherBounds bounds = heap.predicted(256);
            QCOMPARE(bounds.least, bounds.most);
            QCOMPARE(heap.measured(256), bounds.least);
        }
    }

    void predicted_largerK_isBetweenTheBounds() {
        QVERIFY(rc::check("between the bounds", [] {
            const auto seed = *rc::gen::arbitrary<std::uint64_t>();
            const int operations = *rc::gen::inRange(0, 1500);
            const auto k = *rc::gen::inRange<std::uint64_t>(0, 6); // 0: no compaction
            const AllocatorSettings settings =
                compactFit(*rc::gen::inRange<std::uint64_t>(2, 60), k);
            UsedHeap heap(settings, seed, operations);
            const std::uint64_t bytes = anyRequest();
            const FurtherBounds bounds = heap.predicted(bytes);
            const std::uint64_t measured = heap.measured(bytes);
            RC_ASSERT(bounds.least <= measured);
            RC_ASSERT(measured <= bounds.most);
        }));
    }

    void predicted_kTwo_bothBoundsOccur() {
        const AllocatorSettings settings = compactFit(4, 2);
        const SizeClasses classes(settings);
        const std::uint64_t perPage = classes.capacity(classes.classOfRequest(2000));
        UsedHeap packed(settings, 1, 0);
        packed.request(2000);
        packed.request(2000);
        UsedHeap scattered(settings, 1, 0); // the same two objects, on two pages
        for (std::uint64_t i = 0; i < 2 * perPage; ++i) {
            scattered.request(2000);
        }
        for (std::uint64_t i = 0; i < 2 * (perPage - 1); ++i) {
            scattered.free(i < perPage - 1 ? 0 : 1);
        }
        const FurtherBounds bounds = packed.predicted(100);
        QVERIFY(bounds == scattered.predicted(100));
        QVERIFY(bounds.least < bounds.most);
        QCOMPARE(packed.measured(100), bounds.most);
        QCOMPARE(scattered.measured(100), bounds.least);
    }

    void predicted_smallTable_isTheLimit() {
        AllocatorSettings settings = compactFit(10, 1);
        settings.tableEntries = 50;
        UsedHeap heap(settings, 1, 0);
        heap.request(100);
        heap.request(100);
        QVERIFY(heap.predicted(16) == (FurtherBounds{48, 48}));
        QCOMPARE(heap.measured(16), 48U);
    }

    void predicted_otherAllocatorsAndLargeRequests_areNotSaid() {
        const AllocatorSettings settings = compactFit(4, 1);
        const MeasuredHeap heap(settings);
        const CompactFitLive live = compactFitLive(settings, {});
        QVERIFY(!compactFitFurther(settings, heap.plan(), live, 20'000));
        AllocatorSettings other = settings;
        other.kind = AllocatorKind::Tlsf;
        QVERIFY(!compactFitFurther(other, heap.plan(), live, 100));
    }
};

QTEST_GUILESS_MAIN(TestExperimentFurtherRequests)
#include "tst_experiment_further_requests.moc"
