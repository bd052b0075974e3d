#include <QTest>

#include "alloc/support/allocator_check.h"
#include <cmath>

using namespace fragscope;
using namespace fragscope::test;

namespace {

AllocatorSettings fitOf(std::string_view policy, std::string_view arena) {
    return allocatorWith("sequential-fit", {{"policy", policy},
                                            {"order", "address"},
                                            {"coalesce", "immediate"},
                                            {"header", "0"},
                                            {"alignment", "1"},
                                            {"heap_size", arena},
                                            {"heap_limit", arena}});
}

/// A heap in which always 500 blocks are live: a block at random is freed and another one, of a
/// size at random, allocated.
class SteadyHeap {
public:
    SteadyHeap(const AllocatorSettings& settings, std::uint64_t least, std::uint64_t most)
        : bench_(settings), least_(least), most_(most) {
        for (int i = 0; i < 500; ++i) {
            live_.push_back(take());
        }
    }

    void run(int turns) {
        for (int i = 0; i < turns; ++i) {
            std::uint64_t& block = live_.at(rng_.below(live_.size()));
            bench_.give(block);
            block = take();
        }
    }

    /// Runs on and counts; holes = free blocks, p = share of requests that split a free block.
    void measure(int turns) {
        requests_ = 0;
        split_ = 0;
        std::uint64_t holes = 0;
        int samples = 0;
        for (int i = 0; i < turns; i += 10) {
            run(10);
            holes += bench_.picture().lists.at(0).members.size();
            ++samples;
        }
        holesPerLive = static_cast<double>(holes) / samples / static_cast<double>(live_.size());
        p = static_cast<double>(split_) / static_cast<double>(requests_);
    }

    [[nodiscard]] std::uint64_t span() { return bench_.footprint(); }

    double holesPerLive = 0;
    double p = 0;
    bool refused = false;

private:
    std::uint64_t take() {
        const std::uint64_t block = bench_.take(least_ + rng_.below(most_ - least_ + 1));
        refused = refused || block == AllocatorBench::refused;
        ++requests_;
        split_ += bench_.operand(0) != bench_.operand(1) ? 1U : 0U;
        return block;
    }

    AllocatorBench bench_;
    std::uint64_t least_;
    std::uint64_t most_;
    Rng rng_{7};
    std::vector<std::uint64_t> live_;
    std::uint64_t requests_ = 0;
    std::uint64_t split_ = 0;
};

} // namespace

/// Knuth's fifty-percent rule and what worst fit does to the arena (lesson L21).
class TestFiftyPercent : public QObject {
    Q_OBJECT

private slots:

    void holes_areHalfOfTheLiveBlocks_data() {
        QTest::addColumn<int>("least");
        QTest::addColumn<int>("most");
        QTest::addColumn<double>("p");
        QTest::newRow("1 to 1000") << 1 << 1000 << 0.985;
        QTest::newRow("16 to 64") << 16 << 64 << 0.88;
    }

    /// n live blocks have n * p / 2 holes between them.
    void holes_areHalfOfTheLiveBlocks() {
        QFETCH(int, least);
        QFETCH(int, most);
        QFETCH(double, p);
        SteadyHeap heap(fitOf("first", "1 MiB"), static_cast<std::uint64_t>(least),
                        static_cast<std::uint64_t>(most));
        heap.run(5000);
        heap.measure(20000);
        const std::string figures =
            std::to_string(heap.holesPerLive) + " at p = " + std::to_string(heap.p);
        QVERIFY(!heap.refused);
        QVERIFY2(std::abs(heap.holesPerLive - heap.p / 2) <= 0.03, figures.c_str());
        QVERIFY2(std::abs(heap.p - p) <= 0.03, figures.c_str());
    }

    /// Worst fit spreads over whatever arena it is given; first fit does not see how large it is.
    void worstFit_spreads() {
        std::vector<std::uint64_t> spans;
        for (const char* policy : {"first", "worst"}) {
            for (const char* arena : {"512 KiB", "2 MiB"}) {
                SteadyHeap heap(fitOf(policy, arena), 1, 1000);
                heap.run(8000);
                QVERIFY(!heap.refused);
                spans.push_back(heap.span());
            }
        }
        QCOMPARE(spans.at(0), spans.at(1));
        QVERIFY(2 * spans.at(2) > 3 * spans.at(0));
        QVERIFY(spans.at(3) > 3 * spans.at(2));
    }
};

QTEST_APPLESS_MAIN(TestFiftyPercent)

#include "tst_alloc_fifty_percent.moc"
