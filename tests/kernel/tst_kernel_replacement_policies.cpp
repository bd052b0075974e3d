#include "fragscope/kernel/replacement/slot_list.h"

#include <QTest>

#include "kernel/support/replay.h"
#include "support/print.h"

using namespace fragscope;
using namespace fragscope::replacement;
using replay::pagesOf;
using replay::reads;
using replay::replay;

namespace {

std::string textOf(const std::vector<std::uint64_t>& pages) {
    std::string text;
    for (const std::uint64_t page : pages) {
        text += (text.empty() ? "" : " ") + std::to_string(page);
    }
    return text;
}

/// "2 2 3 ...": a victim, or - for none, for each step.
std::string victims(PolicyKind kind, const PolicyInputs& inputs) {
    std::string text;
    for (const naive::Step& step : replay::replay(kind, inputs).steps) {
        text += (text.empty() ? "" : " ") + (step.victim ? std::to_string(*step.victim) : "-");
    }
    return text;
}

/// "bits hand" after each step.
std::vector<std::string>
clockStates(std::size_t frames, LoadedBit bit, const ReferenceString& string) {
    PolicyInputs inputs{frames, {}, 1, string};
    inputs.settings.clockLoadedBit = bit;
    Pager pager(frames, makePolicy(PolicyKind::Clock, inputs));
    std::vector<std::string> states;
    for (const Reference reference : string) {
        pager.reference(reference);
        std::string text;
        for (const bool set : pager.clock()->referenced) {
            text += set ? '1' : '0';
        }
        states.push_back(text + " " + std::to_string(pager.clock()->hand));
    }
    return states;
}

/// The string of Stallings' figure of page replacement.
ReferenceString stallings() {
    return reads({2, 3, 2, 1, 5, 2, 4, 5, 3, 2, 5, 2});
}

/// Five ticks of four references with the reference bits of Tanenbaum's figure of aging (pages 0 to
/// 5: 101011, 110010, 110101, 100010, 011000).
ReferenceString tanenbaum() {
    return reads({0, 2, 4, 5, 0, 1, 4, 4, 0, 1, 3, 5, 0, 4, 4, 4, 1, 2, 2, 2});
}

/// With six frames and the default settings: the page that left at the last reference.
std::optional<std::uint64_t> lastVictim(PolicyKind kind, const ReferenceString& string) {
    return replay::replay(kind, {6, {}, 1, string}).steps.back().victim;
}

} // namespace

class TestKernelReplacementPolicies : public QObject {
    Q_OBJECT

private slots:

    /// Stallings' figure marks after every reference which pages have their bit and where the hand
    /// stands.
    void clock_stallings_showsBitsAndHandOfTheFigure() {
        const std::vector<std::string> expected{"100 1", "110 2", "110 2", "111 0",
                                                "100 1", "110 2", "111 0", "111 0",
                                                "100 1", "110 1", "101 0", "111 0"};
        QCOMPARE(clockStates(3, LoadedBit::Set, stallings()), expected);
        QCOMPARE(victims(PolicyKind::Clock, {3, {}, 1, stallings()}),
                 std::string("- - - - 2 3 1 - 5 - 4 -"));
    }

    void clock_bitClearOnLoad_setsItAtTheSecondUse() {
        const std::vector<std::string> expected{"000 1", "000 2", "100 2",
                                                "100 0", "000 2", "100 2"};
        std::vector<std::string> states = clockStates(3, LoadedBit::Clear, stallings());
        states.resize(expected.size());
        QCOMPARE(states, expected);
    }

    /// All bits set: a full turn clears them, and the page under the hand goes after all.
    void clock_allBitsSet_turnsOnce() {
        const auto states = clockStates(2, LoadedBit::Set, reads({1, 2, 3}));
        QCOMPARE(states.back(), std::string("10 1"));
        QCOMPARE(victims(PolicyKind::Clock, {2, {}, 1, reads({1, 2, 3, 4})}),
                 std::string("- - 1 2"));
    }

    void frames_ofEachPolicy_standInItsOrder_data() {
        QTest::addColumn<int>("kind");
        QTest::addColumn<std::string>("frames");
        const auto row = [](PolicyKind kind, const char* frames) {
            QTest::newRow(nameOf(kind).data()) << static_cast<int>(kind) << std::string(frames);
        };
        row(PolicyKind::Fifo, "2 3 4");
        row(PolicyKind::Lru, "3 1 4");
        row(PolicyKind::Mru, "2 3 4");
        row(PolicyKind::Opt, "1 2 4");
        row(PolicyKind::Clock, "4 2 3");
    }

    /// 1 2 3 1 4, then 2 1: FIFO replaced 1, LRU 2, MRU 1, OPT 3, Clock 1 (in its slot).
    void frames_ofEachPolicy_standInItsOrder() {
        QFETCH(int, kind);
        QFETCH(std::string, frames);
        const ReferenceString string = reads({1, 2, 3, 1, 4, 2, 1});
        const auto steps = replay::replay(static_cast<PolicyKind>(kind), {3, {}, 1, string}).steps;
        QCOMPARE(textOf(steps[4].frames), frames);
    }

    /// Tanenbaum's registers of pages 0 to 5 after five ticks: 01111000, 10110000, 10001000,
    /// 00100000, 01011000, 00101000. Each loaded page is used for one tick and so begins with
    /// 10000000.
    void aging_tanenbaum_replacesInTheOrderOfTheRegisters() {
        ReferenceString string = tanenbaum();
        std::uint64_t loaded = 6;
        for (const std::uint64_t lowest : {3U, 5U, 4U, 0U, 2U, 1U}) {
            string.push_back({PageNumber(loaded)});
            QCOMPARE(lastVictim(PolicyKind::Aging, string), std::optional(lowest));
            string.insert(string.end(), 3, {PageNumber(loaded++)});
        }
    }

    /// Uses before ticks, counted from the same figure: 4 3 2 1 3 2.
    void nfu_tanenbaum_replacesTheLowestCounter() {
        ReferenceString string = tanenbaum();
        string.push_back({PageNumber(6)});
        QCOMPARE(lastVictim(PolicyKind::Nfu, string), std::optional<std::uint64_t>(3));
        // The loaded page has counter 0 until the next tick: it is the next victim. NFU is so.
        string.push_back({PageNumber(7)});
        QCOMPARE(lastVictim(PolicyKind::Nfu, string), std::optional<std::uint64_t>(6));
    }

    /// Page 1 was used at four ticks long ago, pages 2 and 3 at all later ones: NFU keeps page 1,
    /// aging does not.
    void nfu_usedLongAgo_neverForgets() {
        ReferenceString string(16, {PageNumber(1)});
        for (std::uint64_t i = 0; i < 6; ++i) {
            string.push_back({PageNumber(2 + i % 2)});
        }
        string.push_back({PageNumber(9)});
        PolicyInputs inputs{3, {}, 1, string};
        inputs.settings.nfuPeriod = inputs.settings.agingPeriod = 2;
        QCOMPARE(replay::replay(PolicyKind::Nfu, inputs).steps.back().victim,
                 std::optional<std::uint64_t>(2));
        inputs.settings.agingBits = 3;
        QCOMPARE(replay::replay(PolicyKind::Aging, inputs).steps.back().victim,
                 std::optional<std::uint64_t>(1));
    }

    /// Denning's definition on the string of Stallings' figure of working sets, windows 2 to 5: the
    /// number of resident pages after each reference.
    void workingSet_enoughFrames_isThePagesOfTheWindow_data() {
        QTest::addColumn<quint64>("window");
        QTest::addColumn<std::string>("sizes");
        QTest::newRow("2") << quint64{2} << std::string("1 2 2 2 2 2 2 2 2 2 1 2 2 2 2 2");
        QTest::newRow("3") << quint64{3} << std::string("1 2 3 3 3 3 3 3 2 3 2 2 3 3 2 3");
        QTest::newRow("4") << quint64{4} << std::string("1 2 3 4 4 4 4 3 3 3 3 3 3 3 3 3");
        QTest::newRow("5") << quint64{5} << std::string("1 2 3 4 4 5 4 4 3 3 3 4 4 3 3 4");
    }

    void workingSet_enoughFrames_isThePagesOfTheWindow() {
        QFETCH(quint64, window);
        QFETCH(std::string, sizes);
        const ReferenceString string =
            reads({24, 15, 18, 23, 24, 17, 18, 24, 18, 17, 17, 15, 24, 17, 24, 18});
        PolicyInputs inputs{16, {}, 1, string};
        inputs.settings.workingSetWindow = window;
        std::vector<std::uint64_t> found;
        for (const naive::Step& step : replay::replay(PolicyKind::WorkingSet, inputs).steps) {
            found.push_back(step.frames.size());
        }
        QCOMPARE(textOf(found), sizes);
    }

    /// A page may leave at a hit: page 1 falls out of the window of 2 while page 2 is hit.
    void workingSet_pageOutsideTheWindow_leavesAtAHit() {
        PolicyInputs inputs{4, {}, 1, {}};
        const ReferenceString string = reads({1, 2, 2, 3});
        inputs.string = string;
        inputs.settings.workingSetWindow = 2;
        const auto steps = replay::replay(PolicyKind::WorkingSet, inputs).steps;
        QVERIFY(steps[2].hit);
        QCOMPARE(steps[2].victim, std::optional<std::uint64_t>(1));
        QCOMPARE(textOf(steps[3].frames), std::string("3 2")); // the free slot is filled again
    }

    /// At the tenth reference neither 4 (slot 0) nor 3 (loaded earlier, used later) returns.
    void opt_pagesNeverUsedAgain_tieAsSet_data() {
        QTest::addColumn<std::string>("tie");
        QTest::addColumn<std::string>("victims");
        QTest::newRow("load") << std::string("load") << std::string("- - - - 1 - 2 - - 3 - -");
        QTest::newRow("slot: Stallings' figure")
            << std::string("slot") << std::string("- - - - 1 - 2 - - 4 - -");
        QTest::newRow("recency") << std::string("recency")
                                 << std::string("- - - - 1 - 2 - - 4 - -");
    }

    void opt_pagesNeverUsedAgain_tieAsSet() {
        QFETCH(std::string, tie);
        QFETCH(std::string, victims);
        const ReferenceString string = stallings();
        PolicyInputs inputs{3, {}, 1, string};
        QVERIFY(applySetting(inputs.settings, "opt.tie", tie).ok());
        QCOMPARE(::victims(PolicyKind::Opt, inputs), victims);
    }

    void random_sameSeed_sameVictims() {
        const ReferenceString string = reads({1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7});
        const PolicyInputs one{4, {}, 1, string};
        const PolicyInputs two{4, {}, 2, string};
        QCOMPARE(victims(PolicyKind::Random, one), victims(PolicyKind::Random, one));
        QVERIFY(victims(PolicyKind::Random, one) != victims(PolicyKind::Random, two));
    }

    void pager_writtenPage_isDirtyUntilItLeaves() {
        const ReferenceString string{{PageNumber(1), Use::Write},
                                     {PageNumber(1)},
                                     {PageNumber(2)},
                                     {PageNumber(1)},
                                     {PageNumber(2)}};
        const auto result = replay::replay(PolicyKind::Fifo, {1, {}, 1, string});
        QVERIFY(result.steps[2].dirty);  // 1 was written, then only read
        QVERIFY(!result.steps[4].dirty); // loaded again it is clean
        QCOMPARE(result.totals.dirtyEvictions, 1U);
        QCOMPARE(result.totals.evictions, 3U);
    }

    void opt_moreReferencesThanTold_isABrokenPromise() {
        const ReferenceString string = reads({1});
        Pager pager(2, makePolicy(PolicyKind::Opt, {2, {}, 1, string}));
        pager.reference(string[0]);
        QVERIFY_EXCEPTION_THROWN(pager.reference(string[0]), LogicError);
    }

    void slotList_wrongUse_isABrokenPromise() {
        SlotList list(2);
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(list.front()), LogicError);
        QVERIFY_EXCEPTION_THROWN(list.remove(0), LogicError);
        list.pushBack(1);
        QVERIFY_EXCEPTION_THROWN(list.pushBack(1), LogicError);
        QVERIFY_EXCEPTION_THROWN(list.pushBack(2), LogicError);
        list.pushBack(0);
        list.moveToBack(1);
        QCOMPARE(list.inOrder(), (std::vector<Slot>{0, 1}));
        QCOMPARE(list.check(), 0U);
    }

    void setting_wrong_isRefusedAndChangesNothing_data() {
        QTest::addColumn<std::string>("key");
        QTest::addColumn<std::string>("value");
        QTest::addColumn<std::string>("message");
        const auto row = [](const char* key, const char* value, const char* message) {
            QTest::newRow(key) << std::string(key) << std::string(value) << std::string(message);
        };
        row("clock.r_on_load", "2", "clock.r_on_load: `2` is not 1 or 0");
        row("opt.tie", "", "opt.tie: `` is not load, recency or slot");
        row("aging.bits", "65", "aging.bits: `65` is not 1 to 64");
        row("aging.period", "0", "aging.period: `0` is not 1 to 1000000000000");
        row("nfu.period", "x", "nfu.period: `x` is not 1 to 1000000000000");
        row("working_set.window", "-1", "working_set.window: `-1` is not 1 to 1000000000000");
        row("aging.bit", "8", "aging.bit: there is no such setting; did you mean `aging.bits`?");
    }

    void setting_wrong_isRefusedAndChangesNothing() {
        QFETCH(std::string, key);
        QFETCH(std::string, value);
        QFETCH(std::string, message);
        Settings settings;
        settings.clockLoadedBit = LoadedBit::Clear;
        const auto applied = applySetting(settings, key, value);
        QVERIFY(!applied.ok());
        QCOMPARE(applied.error().text(), message);
        QCOMPARE(settings.clockLoadedBit, LoadedBit::Clear);
        QCOMPARE(settings.agingBits, 8U);
    }

    /// What lists and documents say is what Settings begins with.
    void setting_default_isAccepted() {
        QCOMPARE(allSettings().size(), std::size_t{6});
        Settings settings;
        settings.clockLoadedBit = LoadedBit::Clear;
        settings.optTie = OptTie::SlotOrder;
        settings.nfuPeriod = settings.agingPeriod = settings.workingSetWindow = 99;
        settings.agingBits = 1;
        for (const SettingInfo& info : allSettings()) {
            QVERIFY2(applySetting(settings, info.key, info.defaultValue).ok(), info.key.data());
        }
        const Settings untouched;
        QCOMPARE(settings.clockLoadedBit, untouched.clockLoadedBit);
        QCOMPARE(settings.optTie, untouched.optTie);
        QCOMPARE(settings.nfuPeriod, untouched.nfuPeriod);
        QCOMPARE(settings.agingPeriod, untouched.agingPeriod);
        QCOMPARE(settings.agingBits, untouched.agingBits);
        QCOMPARE(settings.workingSetWindow, untouched.workingSetWindow);
    }

    void policy_name_findsItsKind() {
        for (const PolicyInfo& info : allPolicies()) {
            QCOMPARE(*parsePolicy(info.name), info.kind);
            QCOMPARE(nameOf(info.kind), info.name);
        }
        QCOMPARE(parsePolicy("clok").error().text(),
                 std::string("there is no policy `clok`; did you mean `clock`?"));
    }
};

QTEST_GUILESS_MAIN(TestKernelReplacementPolicies)
#include "tst_kernel_replacement_policies.moc"
