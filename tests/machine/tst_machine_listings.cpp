#include "fragscope/defrag/recovery.h"
#include "fragscope/machine/listings.h"
#include "fragscope/machine/parts.h"

#include <QTest>

#include "machine/support/shipped.h"
#include "support/sample_runs.h"
#include <set>

using namespace fragscope;
using namespace fragscope::test;

namespace {

using Line = std::pair<std::uint64_t, std::uint64_t>; ///< listing, line

/// Collects the lines that steps begin at.
class LineCollector : public EventSink {
public:
    explicit LineCollector(std::set<Line>& lines) : lines_(lines) {}

    void onEvent(const Event& event) override { lines_.emplace(event.a, event.line); }

private:
    std::set<Line>& lines_;
};

KindSet steps() {
    KindSet kinds;
    kinds.set(static_cast<std::size_t>(EventKind::TaskStep));
    return kinds;
}

/// Runs a configuration; with `killAfter` the mover dies after so many steps and is recovered.
void collect(RunConfig config, std::set<Line>& lines, std::uint64_t killAfter = 0) {
    config.check = false;
    LineCollector collector(lines);
    EventBus bus;
    bus.attach(collector, steps());
    auto made = Machine::create(config, bus);
    if (!made) {
        throw std::runtime_error(made.error().text());
    }
    Machine& machine = **made;
    if (killAfter != 0) {
        (void)machine.advance(nullptr, killAfter);
        Machine::Parts& parts = machine.parts();
        parts.scheduler.kill(*parts.moverTask);
        parts.moverControl.alive = false;
        parts.scheduler.spawn({.role = TaskRole::Script, .cpu = config.machine.cpus - 1},
                              recoverMoves(parts.kernel, parts.moverTask->id));
    }
    (void)machine.advance(nullptr, 10'000'000);
}

std::set<Line> shippedLines() {
    std::set<Line> lines;
    for (const QString& path : shippedScenarios()) {
        collect(shippedConfig(path), lines);
    }
    return lines;
}

/// The numbers of the steps from the begin of the first move to its end.
std::pair<std::uint64_t, std::uint64_t> stepsOfTheMove(const RunConfig& config) {
    SampleRun run(config, RecordLevel::Full);
    run.finish();
    std::pair<std::uint64_t, std::uint64_t> range;
    std::uint64_t step = 0;
    for (const Event& event : run.log) {
        step = event.kind == EventKind::TaskStep ? event.value : step;
        if (event.kind == EventKind::MoveBegun) {
            range.first = step;
        } else if (event.kind == EventKind::MoveDone) {
            range.second = step;
        }
    }
    return range;
}

/// A run that outlives its move, by stop-the-world.
RunConfig stopping(RunConfig config) {
    config.mover.algorithm = MoverAlgorithm::StopTheWorld;
    for (ProcessSettings& process : config.processes) {
        process.accesses = process.name == "neighbour" ? process.accesses : 1500;
    }
    return config;
}

/// Memory is full but for a few frames when a process wants its first page: there is one for the
/// page, and none for its page tables.
std::set<Line> fullMemoryLines() {
    std::set<Line> lines;
    RunConfig config;
    config.machine.memory = mib(1);
    config.mover.algorithm = MoverAlgorithm::None;
    for (int i = 0; i < 24; ++i) {
        ProcessSettings process;
        process.name = "process-" + std::to_string(i);
        process.cpus.clear();
        config.processes.push_back(process);
    }
    ScriptAction most;
    most.action = Action::Allocate;
    most.process = "process-0";
    ScriptAction one = most;
    one.atCycles = 10'000'000;
    one.process = "process-1";
    one.size = kib(4);
    for (std::uint64_t pages = 180; pages < 195; ++pages) {
        most.size = bytesOf(PageCount(pages));
        config.script = {most, one};
        collect(config, lines);
    }
    return lines;
}

/// Lines that no shipped scenario reaches: full memory; a mover without entry E that dies in the
/// middle of a move with two owners, or of one that overlaps itself; a system call that is
/// repeated.
std::set<Line> unitLines() {
    std::set<Line> lines = fullMemoryLines();
    for (const NamedRun& run : namedRuns()) {
        collect(run.config, lines);
    }
    for (const RunConfig& config :
         {stopping(sharedMove(1)), stopping(overlappingMove(MoveEnd::High, 8, 3))}) {
        const auto [first, last] = stepsOfTheMove(config);
        for (std::uint64_t step = first; step < last; ++step) {
            collect(config, lines, step);
        }
    }
    RunConfig repeating = oneMove(MoveEnd::High);
    repeating.mover.systemCall = SystemCallMode::Repeat;
    ScriptAction call;
    call.action = Action::SystemCall;
    call.process = "application";
    call.size = bytesOf(PageCount(16));
    for (call.atCycles = 4000; call.atCycles < 12000; call.atCycles += 500) {
        repeating.script = {call};
        collect(repeating, lines);
    }
    return lines;
}

QStringList missingLines(const std::set<Line>& reached) {
    QStringList missing;
    for (const Listing* listing : allListings()) {
        for (std::uint64_t line = 1; line <= listing->lines.size(); ++line) {
            if (!reached.contains({static_cast<std::uint64_t>(listing->id), line})) {
                missing << QString("%1:%2").arg(listing->name.data()).arg(line);
            }
        }
    }
    return missing;
}

} // namespace

/// Each line of each listing is run somewhere; this stands for line coverage of coroutines, which
/// the compiler's tool cannot measure.
class TestMachineListings : public QObject {
    Q_OBJECT

private slots:

    void initTestCase() {
        shipped_ = shippedLines();
        all_ = unitLines();
        all_.insert(shipped_.begin(), shipped_.end());
        QVERIFY(all_.size() > 80);
    }

    void lines_allRuns_reachEveryLine() {
        const QStringList notShipped = missingLines(shipped_);
        const QStringList missing = missingLines(all_);
        QVERIFY2(missing.isEmpty(), qPrintable("never run: " + missing.join(", ")));
        QVERIFY2(notShipped.size() <= 8, qPrintable(notShipped.join(", ")));
    }

    void steps_allRuns_areLinesOfTheirListing() {
        const auto all = allListings();
        for (const auto& entry : all_) {
            const std::uint64_t listing = entry.first;
            const std::uint64_t line = entry.second;
            const auto found = std::find_if(all.begin(), all.end(), [&](const Listing* one) {
                return static_cast<std::uint64_t>(one->id) == listing;
            });
            QVERIFY2(found != all.end() && line >= 1 && line <= (*found)->lines.size(),
                     qPrintable(QString("listing %1, line %2").arg(listing).arg(line)));
        }
    }

private:
    std::set<Line> shipped_;
    std::set<Line> all_;
};

QTEST_GUILESS_MAIN(TestMachineListings)
#include "tst_machine_listings.moc"
