#include "fragscope/workload/pattern.h"

#include <QTest>

#include "kernel/support/kernel_bench.h"
#include "support/print.h"
#include <map>

using namespace fragscope;
using fragscope::test::KernelBench;

namespace {

/// A process with a block of four pages, 2048 words.
struct Area {
    Area() { bench.addBlock(process, 4, 100); }

    AccessChooser chooser() { return {process, settings, rng}; }

    [[nodiscard]] std::uint64_t offsetOf(const AccessChooser::Choice& choice) const {
        return choice.address.value - process.map.areaStart().value;
    }

    KernelBench bench;
    Process& process = bench.makeProcess();
    ProcessSettings settings;
    Rng rng{17};
};

constexpr std::uint64_t words = 4 * wordsPerPage;

} // namespace

class TestWorkloadPattern : public QObject {
    Q_OBJECT

private slots:

    void everyPattern_addresses_areAlignedAndInside_data() {
        QTest::addColumn<int>("pattern");
        QTest::newRow("uniform") << static_cast<int>(Pattern::Uniform);
        QTest::newRow("sequential") << static_cast<int>(Pattern::Sequential);
        QTest::newRow("hot set") << static_cast<int>(Pattern::HotSet);
    }

    void everyPattern_addresses_areAlignedAndInside() {
        QFETCH(int, pattern);
        Area area;
        area.settings.pattern = static_cast<Pattern>(pattern);
        AccessChooser chooser = area.chooser();
        std::map<std::uint64_t, int> seen;
        for (std::uint64_t n = 0; n < 60'000; ++n) {
            const auto choice = chooser.next(n);
            QCOMPARE(choice.address.value % wordBytes, 0U);
            QVERIFY(area.process.map.lookUp(choice.address).has_value());
            ++seen[area.offsetOf(choice)];
        }
        QCOMPARE(seen.size(), std::size_t{words}); // every word has its turn
    }

    void sequential_goesWordByWordAndStartsAnew() {
        Area area;
        area.settings.pattern = Pattern::Sequential;
        AccessChooser chooser = area.chooser();
        for (std::uint64_t n = 0; n < 2 * words; ++n) {
            QCOMPARE(area.offsetOf(chooser.next(n)), n % words * wordBytes);
        }
    }

    void uniform_pages_getEqualShares() {
        Area area;
        AccessChooser chooser = area.chooser();
        std::array<int, 4> perPage{};
        for (std::uint64_t n = 0; n < 40'000; ++n) {
            ++perPage.at(area.offsetOf(chooser.next(n)) / pageBytes);
        }
        for (const int count : perPage) {
            QVERIFY(count > 9'500 && count < 10'500);
        }
    }

    void hotSet_share_goesToTheHotPart() {
        Area area;
        area.settings.pattern = Pattern::HotSet;
        area.settings.hotSize = kib(4);
        area.settings.hotPercent = 80;
        AccessChooser chooser = area.chooser();
        int hot = 0;
        for (std::uint64_t n = 0; n < 40'000; ++n) {
            hot += area.offsetOf(chooser.next(n)) < pageBytes ? 1 : 0;
        }
        // 80 % on purpose, and a quarter of the other 20 % by chance.
        QVERIFY(hot > 40'000 * 0.83 && hot < 40'000 * 0.87);
    }

    void hotSet_largerThanTheArea_isTheArea() {
        Area area;
        area.settings.pattern = Pattern::HotSet;
        area.settings.hotSize = mib(1);
        area.settings.hotPercent = 100;
        AccessChooser chooser = area.chooser();
        for (std::uint64_t n = 0; n < 5'000; ++n) {
            QVERIFY(area.offsetOf(chooser.next(n)) < 4 * pageBytes);
        }
    }

    void script_isFollowedAndGivesTheCount() {
        Area area;
        area.settings.pattern = Pattern::Script;
        area.settings.accesses = 99; // of no meaning here
        area.settings.script = {{true, 8}, {false, 4096}, {true, 0}};
        AccessChooser chooser = area.chooser();
        QCOMPARE(chooser.count(), 3U);
        for (std::uint64_t n = 0; n < 3; ++n) {
            const auto choice = chooser.next(n);
            QCOMPARE(area.offsetOf(choice), area.settings.script[n].offset);
            QCOMPARE(choice.write, area.settings.script[n].write);
        }
    }

    void writePercent_share_isKept_data() {
        QTest::addColumn<int>("percent");
        for (const int percent : {0, 25, 100}) {
            QTest::addRow("%d", percent) << percent;
        }
    }

    void writePercent_share_isKept() {
        QFETCH(int, percent);
        Area area;
        area.settings.writePercent = static_cast<std::uint32_t>(percent);
        AccessChooser chooser = area.chooser();
        int writes = 0;
        for (std::uint64_t n = 0; n < 20'000; ++n) {
            writes += chooser.next(n).write ? 1 : 0;
        }
        const int expected = 200 * percent;
        QVERIFY(std::abs(writes - expected) <= (percent % 100 == 0 ? 0 : 400));
    }

    void area_growsAndShrinks_choicesFollowIt() {
        Area area;
        area.settings.pattern = Pattern::Sequential;
        AccessChooser chooser = area.chooser();
        QCOMPARE(area.offsetOf(chooser.next(words)), 0U);
        area.bench.addBlock(area.process, 4, 200);
        QCOMPARE(area.offsetOf(chooser.next(words)), words * wordBytes);
        MemoryMap& map = area.process.map;
        map.remove(1, Rule::ScenarioSaysSo);
        map.patch(1, map_field::start, map.areaStart().value + 4 * pageBytes, Rule::ScenarioSaysSo);
        QCOMPARE(area.offsetOf(chooser.next(words)), 0U);
    }

    void sameSeed_sameChoices() {
        Area one;
        Area two;
        AccessChooser first = one.chooser();
        AccessChooser second = two.chooser();
        for (std::uint64_t n = 0; n < 1000; ++n) {
            const auto a = first.next(n);
            const auto b = second.next(n);
            QVERIFY(a.address == b.address && a.write == b.write);
        }
    }
};

QTEST_GUILESS_MAIN(TestWorkloadPattern)
#include "tst_workload_pattern.moc"
