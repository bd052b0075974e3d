#include "fragscope/base/rng.h"

#include <QTest>

#include <array>

using namespace fragscope;

class TestBaseRng : public QObject {
    Q_OBJECT

private slots:

    /// First outputs of the authors' splitmix64.c for seed 1234567.
    void next_publishedSeed_givesPublishedNumbers() {
        Rng rng(1234567);
        const std::array<std::uint64_t, 5> expected{6457827717110365317ULL, 3203168211198807973ULL,
                                                    9817491932198370423ULL, 4593380528125082431ULL,
                                                    16408922859458223821ULL};
        for (const std::uint64_t number : expected) {
            QCOMPARE(rng.next(), number);
        }
    }

    void next_seedZero_givesPublishedNumbers() {
        Rng rng(0);
        QCOMPARE(rng.next(), 0xe220a8397b1dcdafULL);
        QCOMPARE(rng.next(), 0x6e789e6aa1b965f4ULL);
        QCOMPARE(rng.next(), 0x06c45d188009454fULL);
    }

    void state_copied_continuesAlike() {
        Rng first(7);
        for (int i = 0; i < 10; ++i) {
            first.next();
        }
        Rng second(first.state());
        QCOMPARE(second.next(), first.next());
        QVERIFY(Rng(7).next() != Rng(8).next());
    }

    void below_smallRange_reachesEveryValueEqually() {
        Rng rng(42);
        std::array<int, 7> counts{};
        constexpr int draws = 70'000;
        for (int i = 0; i < draws; ++i) {
            const std::uint64_t value = rng.below(counts.size());
            QVERIFY(value < counts.size());
            ++counts[value];
        }
        for (const int count : counts) { // standard deviation 93, so these are five of them
            QVERIFY2(count > 9'500 && count < 10'500, std::to_string(count).c_str());
        }
    }

    void below_one_isAlwaysZeroAndUsesOneNumber() {
        Rng rng(3);
        Rng twin(3);
        twin.next();
        QCOMPARE(rng.below(1), 0ULL);
        QCOMPARE(rng.state(), twin.state());
    }
};

QTEST_GUILESS_MAIN(TestBaseRng)
#include "tst_base_rng.moc"
