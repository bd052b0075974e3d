#include <QTest>

#include "support/sample_runs.h"
#include <algorithm>

using namespace fragscope;
using fragscope::test::SampleRun;
using fragscope::test::sharedMove;

namespace {

constexpr std::uint64_t seeds = 25;

/// The process that attaches memory comes first in the list: the frames' owner has the higher
/// number.
RunConfig sharerFirst(std::uint64_t seed) {
    RunConfig config = sharedMove(seed);
    std::swap(config.processes[0], config.processes[2]);
    return config;
}

std::set<std::uint64_t> processesOf(const SampleRun& run, EventKind kind, Rule rule) {
    std::set<std::uint64_t> processes;
    for (const Event& event : run.all(kind)) {
        if (event.rule == rule) {
            processes.insert(event.object);
        }
    }
    return processes;
}

ScriptAction exitOf(const std::string& process, std::uint64_t at) {
    ScriptAction action;
    action.atCycles = at;
    action.action = Action::Exit;
    action.process = process;
    return action;
}

} // namespace

class TestDefragOwners : public QObject {
    Q_OBJECT

private slots:

    void move_twoOwners_entryEIsInBothMapsAndBothAgree() {
        for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
            SampleRun run(sharedMove(seed));
            run.finish();
            QCOMPARE(run.violationText(), std::string());
            QCOMPARE(run.count(EventKind::MoveDone), std::size_t{1});
            QCOMPARE(processesOf(run, EventKind::MapEntryAdded, Rule::CoverBlock),
                     (std::set<std::uint64_t>{1, 3}));
            QCOMPARE(run.count(EventKind::ContentsEqual), std::size_t{2});
            QCOMPARE(run.process(1).map.blocks(), std::size_t{1});
            QCOMPARE(run.process(3).map.blocks(), std::size_t{1});
            QCOMPARE(run.process(1).map.extents()[0].paddr, run.process(3).map.extents()[0].paddr);
        }
    }

    void move_twoOwners_bytesAreCopiedOnce() {
        SampleRun run(sharedMove(1));
        run.finish();
        QCOMPARE(run.sum(EventKind::PageCopied), 4 * pageBytes);
        QCOMPARE(run.all(EventKind::MoveDone).at(0).a, 4 * pageBytes);
        QCOMPARE(run.count(EventKind::MapStore, Rule::CoverBlock), std::size_t{8});
        QCOMPARE(run.count(EventKind::ShootdownSent), std::size_t{8});
    }

    void move_twoOwners_framesHaveTwoReferencesAndTheOldOnesAreFree() {
        for (const RunConfig& config : {sharedMove(1), sharerFirst(1)}) {
            SampleRun run(config);
            run.finish();
            QCOMPARE(run.count(EventKind::MoveDone), std::size_t{1});
            FrameTable& frames = run.parts().kernel.frames();
            const FrameNumber first(fragscope::test::place::oldest);
            for (std::uint64_t i = 0; i < 8; ++i) {
                QCOMPARE(frames.info(first + PageCount(i)).references, std::uint16_t{2});
            }
            QVERIFY(frames.isFree(FrameNumber(fragscope::test::place::far), PageCount(4)));
        }
    }

    void move_sharerHasTheLowerNumber_isSafeToo() {
        for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
            SampleRun run(sharerFirst(seed));
            run.finish();
            QCOMPARE(run.violationText(), std::string());
            QCOMPARE(run.count(EventKind::MoveDone), std::size_t{1});
        }
    }

    void onlyOneOwnerCovered_isCaughtInEverySeed() {
        for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
            RunConfig config = sharedMove(seed);
            config.mover.ownersCovered = OwnersCovered::OnlyOne;
            SampleRun run(config);
            run.finish();
            QVERIFY(run.violations().contains("I8")); // the other map leads to the old frames
        }
    }

    void stopTheWorld_twoOwners_bothAreStopped() {
        for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
            RunConfig config = sharedMove(seed);
            config.mover.algorithm = MoverAlgorithm::StopTheWorld;
            SampleRun run(config);
            run.finish();
            QCOMPARE(run.violationText(), std::string());
            QCOMPARE(processesOf(run, EventKind::ShootdownSent, Rule::ProcessStopped),
                     (std::set<std::uint64_t>{1, 3}));
            QCOMPARE(run.process(3).map.blocks(), std::size_t{1});
        }
    }

    void ranges_twoOwners_areSafe() {
        for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
            RunConfig config = sharedMove(seed);
            config.machine.translation = TranslationMode::Ranges;
            SampleRun run(config);
            run.finish();
            QCOMPARE(run.violationText(), std::string());
        }
    }

    void owner_endsDuringOrAfterTheMove_theOtherKeepsItsMemory_data() {
        QTest::addColumn<QString>("process");
        QTest::newRow("first owner") << "application";
        QTest::newRow("second owner") << "second";
    }

    void owner_endsDuringOrAfterTheMove_theOtherKeepsItsMemory() {
        QFETCH(QString, process);
        for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
            for (const std::uint64_t at : {3000ULL, 6000ULL, 8000ULL, 10000ULL}) {
                RunConfig config = sharedMove(seed);
                config.script.push_back(exitOf(process.toStdString(), at));
                SampleRun run(config);
                run.finish();
                QVERIFY2(run.violations().empty(),
                         qPrintable(QString("seed %1 at %2: %3")
                                        .arg(seed)
                                        .arg(at)
                                        .arg(QString::fromStdString(run.violationText()))));
                QCOMPARE(run.count(EventKind::ContentsEqual), std::size_t{1});
            }
        }
    }

    void owners_allEnd_everyFrameIsFreeAgain() {
        std::uint64_t complete = 0;
        for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
            RunConfig config = seed % 2 == 0 ? sharedMove(seed) : sharerFirst(seed);
            config.script.push_back(exitOf("application", 20000));
            config.script.push_back(exitOf("second", 25000 + 100 * seed));
            SampleRun run(config);
            run.finish();
            const bool underWay = run.process(1).move.active || run.process(3).move.active;
            if (underWay) {
                continue; // the run ends with its applications
            }
            ++complete;
            const auto space = run.parts().kernel.frames().freeSpace();
            const PageCount books = run.parts().kernel.frames().plan().books;
            QCOMPARE(space.frames.value, 512U - books.value);
        }
        QVERIFY(complete > seeds / 2);
    }

    void owner_thatMapsHalfTheBlock_blockIsSkipped() {
        RunConfig config = sharedMove(1);
        config.machine.schedule = SchedulePolicy::ByTime;
        ScriptAction free;
        free.atCycles = 1000;
        free.action = Action::Free;
        free.process = "second";
        free.size = bytesOf(PageCount(2)); // half of A: the owners differ in length
        config.script.push_back(free);
        SampleRun run(config);
        run.finish();
        QCOMPARE(run.count(EventKind::MoveDone), std::size_t{0});
        QVERIFY(run.count(EventKind::MoveSkipped, Rule::OwnersDiffer) > 0);
        QVERIFY(run.violations().empty() ||
                run.violations() == std::set<std::string>{"killed NotMapped"});
    }

    void free_ofASharedBlock_waitsForTheEndOfTheMove() {
        for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
            RunConfig config = sharedMove(seed);
            config.processes[0].pattern = Pattern::HotSet; // keeps away from what is given back
            config.processes[0].hotPercent = 100;
            config.processes[2].pattern = Pattern::HotSet;
            config.processes[2].hotPercent = 100;
            ScriptAction free;
            free.atCycles = 8000;
            free.action = Action::Free;
            free.process = seed % 2 == 0 ? "second" : "application";
            free.size = bytesOf(PageCount(1));
            config.script.push_back(free);
            SampleRun run(config);
            run.finish();
            QCOMPARE(run.violationText(), std::string());
            QCOMPARE(run.all(EventKind::MoveDone).at(0).a, 4 * pageBytes);
        }
    }
};

QTEST_GUILESS_MAIN(TestDefragOwners)
#include "tst_defrag_owners.moc"
