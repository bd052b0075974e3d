#include "fragscope/base/rng.h"

#include <QTest>

#include "alloc/support/allocator_bench.h"
#include <map>

using namespace fragscope;
using namespace fragscope::test;

namespace {

AllocatorSettings nonMoving(std::string_view k = "1", std::string_view limit = "65536") {
    return allocatorWith("compact-fit", {{"variant", "non-moving"},
                                         {"heap_size", "16384"},
                                         {"heap_limit", limit},
                                         {"page_size", "1024"},
                                         {"frame_size", "32"},
                                         {"k", k},
                                         {"table_entries", "500"}});
}

/// The bench, reaching blocks byte by byte: they are not contiguous.
struct Frames {
    explicit Frames(const AllocatorSettings& settings) : bench(settings) {}

    void fill(std::uint64_t handle, std::uint64_t bytes, std::uint8_t stamp) {
        for (std::uint64_t i = 0; i < bytes; ++i) {
            bench.poke(bench.seen->byteAt(handle, i), static_cast<std::uint8_t>(stamp + i));
        }
    }

    bool holds(std::uint64_t handle, std::uint64_t bytes, std::uint8_t stamp) {
        for (std::uint64_t i = 0; i < bytes; ++i) {
            if (bench.peek(bench.fast->byteAt(handle, i)) != static_cast<std::uint8_t>(stamp + i)) {
                return false;
            }
        }
        return true;
    }

    AllocatorBench bench;
};

} // namespace

/// The reconstructed non-moving form: frames anywhere, compaction that copies no byte.
class TestNonMoving : public QObject {
    Q_OBJECT

private slots:

    /// 840 bytes a page: 26 frames, so 5 blocks of 5 frames (136 to 160 bytes).
    void compaction_relinksFrames() {
        Frames frames(nonMoving());
        std::vector<std::uint64_t> handles;
        for (int i = 0; i < 10; ++i) {
            handles.push_back(frames.bench.take(150));
            frames.fill(handles.back(), 150, static_cast<std::uint8_t>(10 * i));
        }
        frames.bench.give(handles[0]); // opens the first page
        QVERIFY(frames.bench.rule() == Rule::HeapPageOpened);
        const std::uint64_t before = frames.bench.seen->byteAt(handles[1], 40);
        frames.bench.give(handles[5]); // the second page stays full
        QVERIFY(frames.bench.rule() == Rule::HeapCompacts);
        QCOMPARE(frames.bench.counts().copiedBytes, std::uint64_t{0});
        QCOMPARE(frames.bench.counts().moves, std::uint64_t{0});
        QCOMPARE(frames.bench.seen->byteAt(handles[1], 40), before); // not moved
        QVERIFY(frames.holds(handles[1], 150, 10));
        QVERIFY(frames.bench.picture().whole());
        QVERIFY(frames.bench.wrong.empty());
    }

    void cost_growsWithFrames_notWithBlocks() {
        for (const int blocks : {10, 100}) {
            Frames frames(nonMoving());
            for (int i = 0; i < blocks; ++i) {
                (void)frames.bench.take(20);
            }
            (void)frames.bench.take(32);
            const std::uint64_t one = frames.bench.counts().references();
            (void)frames.bench.take(32 * 20);
            const std::uint64_t twenty = frames.bench.counts().references();
            QVERIFY(twenty - one >= 19 * 3 && twenty - one <= 20 * 10);
        }
    }

    void dereference_isTwoLoads() {
        Frames frames(nonMoving());
        const std::uint64_t handle = frames.bench.take(500);
        frames.bench.observed.resetCounts();
        (void)frames.bench.seen->byteAt(handle, 333);
        QCOMPARE(frames.bench.counts().references(), std::uint64_t{2});
    }

    /// All refusals: an object larger than a page, no frame, no entry; each changes nothing.
    void refusals_changeNothing() {
        Frames frames(nonMoving("1", "16384"));
        QCOMPARE(frames.bench.take(5000), AllocatorBench::refused);
        std::vector<std::uint64_t> handles;
        while (handles.empty() || handles.back() != AllocatorBench::refused) {
            handles.push_back(frames.bench.take(400));
        }
        QVERIFY(frames.bench.rule() == Rule::HeapNoBlock);
        QVERIFY(frames.bench.picture().whole());
        handles.pop_back();
        QVERIFY(handles.size() > 30);
        for (const std::uint64_t handle : handles) {
            frames.bench.give(handle);
        }
        QCOMPARE(frames.bench.footprint(), std::uint64_t{0});
        QVERIFY(frames.bench.picture().whole());
    }

    void random_keepsContents_andReachesEveryLine() {
        std::set<std::uint16_t> lines;
        for (std::uint64_t seed = 1; seed <= 20; ++seed) {
            Frames frames(nonMoving(seed % 2 == 0 ? "1" : "3"));
            Rng rng(seed);
            std::map<std::uint64_t, std::pair<std::uint64_t, std::uint8_t>> live;
            for (int i = 0; i < 300; ++i) {
                if (live.empty() || rng.below(100) < (live.size() < 60 ? 60U : 30U)) {
                    const std::uint64_t size = 1 + rng.below(rng.below(3) == 0 ? 700 : 100);
                    const std::uint64_t handle = frames.bench.take(size);
                    if (handle != AllocatorBench::refused) {
                        const auto stamp = static_cast<std::uint8_t>(rng.below(256));
                        frames.fill(handle, size, stamp);
                        QVERIFY(live.emplace(handle, std::pair(size, stamp)).second);
                    }
                } else {
                    auto victim = live.begin();
                    std::advance(victim, static_cast<std::ptrdiff_t>(rng.below(live.size())));
                    frames.bench.give(victim->first);
                    live.erase(victim);
                }
                if (rng.below(20) == 0) {
                    frames.bench.renew();
                }
                const HeapPicture heap = frames.bench.picture();
                QVERIFY2(heap.whole(), std::string(heap.fault).c_str());
                for (const auto& [handle, block] : live) {
                    QVERIFY(frames.holds(handle, block.first, block.second));
                }
            }
            QVERIFY2(frames.bench.wrong.empty(), frames.bench.wrong.c_str());
            lines.insert(frames.bench.log.lines.begin(), frames.bench.log.lines.end());
        }
        QCOMPARE(lines.size(), std::size_t{15});
    }

    void strayWrite_isFound() {
        Frames frames(nonMoving());
        const std::uint64_t handle = frames.bench.take(100);
        frames.bench.overwrite(handle, 0x1238);
        QVERIFY(!frames.bench.picture().whole());
        QVERIFY_EXCEPTION_THROWN(frames.bench.give(handle), HeapDamaged);
    }
};

QTEST_APPLESS_MAIN(TestNonMoving)

#include "tst_alloc_non_moving.moc"
