#include <QTest>

#include "kernel/support/replay.h"
#include "support/print.h"

using namespace fragscope;
using namespace fragscope::replacement;

namespace {

constexpr std::uint64_t strings = 60;

/// A random string: up to 80 references to up to 12 pages, some of them neighbours of the last, a
/// quarter of them writes.
ReferenceString randomString(std::uint64_t seed) {
    Rng rng(seed);
    const std::uint64_t pages = 1 + rng.below(12);
    const std::uint64_t length = 1 + rng.below(80);
    ReferenceString string;
    std::uint64_t page = 0;
    for (std::uint64_t i = 0; i < length; ++i) {
        page = rng.below(3) == 0 ? (page + 1) % pages : rng.below(pages);
        string.push_back({PageNumber(page), rng.below(4) == 0 ? Use::Write : Use::Read});
    }
    return string;
}

Settings randomSettings(std::uint64_t seed) {
    Rng rng(seed + 1'000'000);
    Settings settings;
    settings.clockLoadedBit = rng.below(2) == 0 ? LoadedBit::Set : LoadedBit::Clear;
    settings.optTie = static_cast<OptTie>(rng.below(3));
    settings.nfuPeriod = 1 + rng.below(6);
    settings.agingPeriod = 1 + rng.below(6);
    settings.agingBits = static_cast<unsigned>(1 + rng.below(8));
    settings.workingSetWindow = 1 + rng.below(12);
    return settings;
}

std::uint64_t faults(PolicyKind kind, const PolicyInputs& inputs) {
    return replay::replay(kind, inputs).totals.faults;
}

/// Calls `body` with inputs made from each seed; stops at the first failure.
template <class Body> void forRandomInputs(Body body) {
    for (std::uint64_t seed = 1; seed <= strings && !QTest::currentTestFailed(); ++seed) {
        const ReferenceString string = randomString(seed);
        for (std::size_t frames = 1; frames <= 8; ++frames) {
            body(PolicyInputs{frames, randomSettings(seed), seed, string});
        }
    }
}

std::string place(const PolicyInputs& inputs) {
    return " (seed " + std::to_string(inputs.seed) + ", " + std::to_string(inputs.frames) +
           " frames)";
}

bool contains(const std::vector<std::uint64_t>& pages, std::uint64_t page) {
    return std::find(pages.begin(), pages.end(), page) != pages.end();
}

} // namespace

class TestKernelReplacementProperties : public QObject {
    Q_OBJECT

private slots:

    void policy_randomStrings_doesAsItsNaiveTwin_data() { kinds(); }

    void policy_randomStrings_doesAsItsNaiveTwin() {
        QFETCH(int, kind);
        forRandomInputs([kind](const PolicyInputs& inputs) {
            const auto parted = replay::difference(static_cast<PolicyKind>(kind), inputs);
            QVERIFY2(parted.empty(), (parted + place(inputs)).c_str());
        });
    }

    void opt_randomStrings_isNeverWorse_data() { kinds(); }

    void opt_randomStrings_isNeverWorse() {
        QFETCH(int, kind);
        forRandomInputs([kind](const PolicyInputs& inputs) {
            const auto best = faults(PolicyKind::Opt, inputs);
            QVERIFY2(best <= faults(static_cast<PolicyKind>(kind), inputs), place(inputs).c_str());
        });
    }

    void stackAlgorithm_moreFrames_neverMoreFaults_data() {
        QTest::addColumn<int>("kind");
        QTest::newRow("lru") << static_cast<int>(PolicyKind::Lru);
        QTest::newRow("opt") << static_cast<int>(PolicyKind::Opt);
    }

    void stackAlgorithm_moreFrames_neverMoreFaults() {
        QFETCH(int, kind);
        forRandomInputs([kind](const PolicyInputs& inputs) {
            PolicyInputs more = inputs;
            ++more.frames;
            const auto policy = static_cast<PolicyKind>(kind);
            QVERIFY2(faults(policy, more) <= faults(policy, inputs), place(inputs).c_str());
        });
    }

    /// The inclusion property itself: what N frames hold, N + 1 frames hold too.
    void lru_oneFrameMore_holdsTheSamePagesAndMore() {
        forRandomInputs([](const PolicyInputs& inputs) {
            const std::string where = place(inputs);
            PolicyInputs more = inputs;
            ++more.frames;
            const auto fewer = replay::replay(PolicyKind::Lru, inputs).steps;
            const auto all = replay::replay(PolicyKind::Lru, more).steps;
            for (std::size_t i = 0; i < fewer.size(); ++i) {
                for (const std::uint64_t page : fewer[i].frames) {
                    QVERIFY2(contains(all[i].frames, page), where.c_str());
                }
            }
        });
    }

    void pager_randomStrings_keepsItsBooks_data() { kinds(); }

    void pager_randomStrings_keepsItsBooks() {
        QFETCH(int, kind);
        forRandomInputs([kind](const PolicyInputs& inputs) {
            const auto result = replay::replay(static_cast<PolicyKind>(kind), inputs);
            const std::string where = place(inputs);
            std::vector<std::uint64_t> before;
            for (std::size_t i = 0; i < result.steps.size(); ++i) {
                const naive::Step& step = result.steps[i];
                const std::uint64_t page = inputs.string[i].page.value;
                QVERIFY2(step.hit == contains(before, page), where.c_str());
                QVERIFY2(step.frames.size() <= inputs.frames, where.c_str());
                QVERIFY2(contains(step.frames, page), where.c_str());
                QVERIFY2(!step.victim || contains(before, *step.victim), where.c_str());
                before = step.frames;
            }
            QCOMPARE(result.violated, 0U);
            QCOMPARE(result.totals.hits + result.totals.faults, result.totals.references);
            QCOMPARE(result.totals.faults - result.totals.evictions, before.size());
        });
    }

    /// With a tick after every reference and a register as long as the string, aging is LRU.
    void aging_tickAtEveryReference_isLru() {
        for (std::uint64_t seed = 1; seed <= strings; ++seed) {
            ReferenceString string = randomString(seed);
            string.resize(std::min<std::size_t>(string.size(), 64));
            PolicyInputs inputs{1 + seed % 8, {}, seed, string};
            const std::string where = place(inputs);
            inputs.settings.agingPeriod = 1;
            inputs.settings.agingBits = 64;
            const auto aging = replay::replay(PolicyKind::Aging, inputs).steps;
            const auto lru = replay::replay(PolicyKind::Lru, inputs).steps;
            for (std::size_t i = 0; i < string.size(); ++i) {
                QVERIFY2(aging[i].victim == lru[i].victim, where.c_str());
            }
        }
    }

    /// A window longer than the string never closes: the working set replaces as LRU does.
    void workingSet_endlessWindow_isLru() {
        forRandomInputs([](PolicyInputs inputs) {
            inputs.settings.workingSetWindow = 1000;
            QCOMPARE(faults(PolicyKind::WorkingSet, inputs), faults(PolicyKind::Lru, inputs));
        });
    }

private:
    static void kinds() {
        QTest::addColumn<int>("kind");
        for (const PolicyInfo& info : allPolicies()) {
            QTest::newRow(info.name.data()) << static_cast<int>(info.kind);
        }
    }
};

QTEST_GUILESS_MAIN(TestKernelReplacementProperties)
#include "tst_kernel_replacement_properties.moc"
