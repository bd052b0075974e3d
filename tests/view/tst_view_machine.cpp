#include "fragscope/machine/machine.h"
#include "fragscope/machine/parts.h"
#include "fragscope/view/explain.h"
#include "fragscope/view/frame_classes.h"
#include "fragscope/view/page_map_reader.h"
#include "fragscope/view/timeline.h"

#include <QTest>

#include "support/print.h"
#include "view/support/live_run.h"
#include "view/support/scripted_source.h"
#include <array>
#include <cstring>
#include <set>

using namespace fragscope;
using namespace fragscope::test;

namespace {

/// O at frames 200..207, A at 300..307; a neighbour behind O leaves at cycle 3000, then A moves.
RunConfig oneMove(MoverAlgorithm algorithm) {
    RunConfig config;
    config.machine.memory = mib(2);
    config.mover.algorithm = algorithm;
    config.mover.transferBlock = kib(8);
    ProcessSettings application;
    application.blocks = {{.size = kib(32), .frame = 200}, {.size = kib(32), .frame = 300}};
    ProcessSettings neighbour;
    neighbour.name = "neighbour";
    neighbour.start = VirtAddr(0x20000000);
    neighbour.blocks = {{.size = kib(32), .frame = 208}};
    neighbour.cpus = {};
    neighbour.exitAtCycles = 3000;
    config.processes = {application, neighbour};
    return config;
}

bool sameMemory(const PageMap& view, const PhysicalMemory& memory) {
    static const std::array<std::byte, pageBytes> zeros{};
    for (FrameNumber frame{0}; frame.value < memory.frameCount().value; ++frame) {
        const PageRef held = memory.page(frame);
        const std::byte* x = view.page(frame).bytes();
        const std::byte* y = held.bytes();
        const bool same = std::memcmp(x ? x : zeros.data(), y ? y : zeros.data(), pageBytes) == 0;
        if (!same) {
            return false;
        }
    }
    return true;
}

/// The first thing in which the view differs from the machine; empty if nothing.
std::string difference(const ViewState& view, Machine::Parts& parts) {
    if (!sameMemory(view.memory, parts.memory)) {
        return "memory";
    }
    for (std::size_t i = 0; i < parts.cpus.size(); ++i) {
        const CpuView& cpu = view.cpus[i];
        const auto number = static_cast<std::uint32_t>(i);
        if (cpu.registers[static_cast<std::size_t>(RegisterName::Cr3)] !=
            parts.cpus[i].registers().cr3) {
            return "CR3";
        }
        if (cpu.pendingStores != parts.cpus[number].storeBuffer.stores().size()) {
            return "stores in the store buffer";
        }
        if ((cpu.pendingInterrupts != 0) != parts.scheduler.interrupts().pending(number)) {
            return "pending interrupts";
        }
    }
    const auto& tasks = parts.scheduler.tasks();
    if (view.tasks.size() != tasks.size()) {
        return "number of tasks";
    }
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        const TaskView& seen = view.tasks[i];
        const Task& task = *tasks[i];
        if (seen.id != task.id || seen.status != task.status || seen.process != task.process) {
            return "task " + std::to_string(task.id);
        }
        if (task.status != TaskStatus::Finished && seen.depth == task.depth &&
            seen.calls[0].locals != task.calls[0].published) {
            return "locals of task " + std::to_string(task.id);
        }
    }
    return "";
}

std::uint64_t metric(const Timeline& timeline, MetricId id) {
    return timeline.sample().values[static_cast<std::size_t>(id)];
}

/// Free bytes, largest run and blocks as the bytes of the replica say.
struct Decoded {
    std::uint64_t freeBytes = 0;
    std::uint64_t largestRun = 0;
    std::uint64_t blocks = 0;

    explicit Decoded(const ViewState& state) {
        const PageMapReader reader(state.memory);
        const auto root = decodeRoot(reader);
        std::uint64_t run = 0;
        for (FrameNumber frame{0}; root && frame.value < root->frameCount; ++frame) {
            const bool isFree =
                decodeFrame(reader.read(frameEntryPlace(*root, frame))).use == FrameUse::Free;
            run = isFree ? run + pageBytes : 0;
            freeBytes += isFree ? pageBytes : 0;
            largestRun = std::max(largestRun, run);
        }
        for (const ProcessInfo& process : decodeProcesses(reader, *root)) {
            for (const MapEntry& entry : decodeMap(reader, process)) {
                blocks += entry.kind == EntryKind::Block ? 1U : 0U;
            }
        }
    }
};

std::vector<Event> eventsOf(const EventLog& log) {
    std::vector<Event> events;
    for (std::uint64_t seq = 0; seq < log.endSeq(); ++seq) {
        events.push_back(log.at(seq));
    }
    return events;
}

std::vector<std::uint64_t> rests(Timeline& timeline, EventKind kind) {
    KindReached stop(kind);
    std::vector<std::uint64_t> found;
    while (timeline.forward(&stop, ~0ULL) == AdvanceEnd::ConditionMet) {
        found.push_back(timeline.state().nextSeq);
    }
    return found;
}

} // namespace

class TestViewOfMachine : public QObject {
    Q_OBJECT

private slots:
    void replica_everyFewSteps_equalsTheMachine_data();
    void replica_everyFewSteps_equalsTheMachine();
    void metrics_everyStep_equalTheDecoders();
    void classes_duringTheMove_showEntryEAndDestination();
    void forward_liveAndRecorded_restAlike();
    void seek_wholeRun_equalsFirstVisit();
    void describe_realEvents_areSentences();
    void pageImages_sliceEnds_equalExactDensity();
};

void TestViewOfMachine::replica_everyFewSteps_equalsTheMachine_data() {
    QTest::addColumn<int>("algorithm");
    QTest::newRow("entry E") << static_cast<int>(MoverAlgorithm::EntryE);
    QTest::newRow("stop the world") << static_cast<int>(MoverAlgorithm::StopTheWorld);
}

void TestViewOfMachine::replica_everyFewSteps_equalsTheMachine() {
    QFETCH(int, algorithm);
    LiveRun run(oneMove(static_cast<MoverAlgorithm>(algorithm)));
    QCOMPARE(difference(run.timeline.state(), run.machine->parts()), std::string());
    int compared = 0;
    while (run.timeline.forward(nullptr, 17) != AdvanceEnd::Finished) {
        QVERIFY(run.timeline.seek(run.timeline.log().endSeq())); // where the machine is
        QCOMPARE(difference(run.timeline.state(), run.machine->parts()), std::string());
        ++compared;
    }
    QVERIFY(compared > 20);
    QCOMPARE(difference(run.timeline.state(), run.machine->parts()), std::string());
    QCOMPARE(metric(run.timeline, MetricId::BytesMoved), std::uint64_t{32768});
}

void TestViewOfMachine::metrics_everyStep_equalTheDecoders() {
    LiveRun run(oneMove(MoverAlgorithm::EntryE));
    std::set<std::uint64_t> freeSeen;
    AdvanceEnd end = AdvanceEnd::BudgetSpent;
    while (end != AdvanceEnd::Finished) {
        end = run.timeline.forward(nullptr, 9);
        const Decoded decoded(run.timeline.state());
        QCOMPARE(metric(run.timeline, MetricId::FreeBytes), decoded.freeBytes);
        QCOMPARE(metric(run.timeline, MetricId::LargestFreeRun), decoded.largestRun);
        QCOMPARE(metric(run.timeline, MetricId::MapEntries), decoded.blocks);
        freeSeen.insert(decoded.freeBytes);
    }
    QVERIFY(freeSeen.size() >= 3);
}

void TestViewOfMachine::classes_duringTheMove_showEntryEAndDestination() {
    LiveRun run(oneMove(MoverAlgorithm::EntryE));
    KindReached copied(EventKind::PageCopied);
    QCOMPARE(run.timeline.forward(&copied, ~0ULL), AdvanceEnd::ConditionMet);
    FrameClassifier classifier;
    const auto at = [&](std::uint64_t frame) {
        return static_cast<FrameClass>((*classifier.update(run.timeline.state(), 1))[frame]);
    };
    QCOMPARE(at(200), FrameClass::BlockO);
    QCOMPARE(at(208), FrameClass::Destination);
    QCOMPARE(at(215), FrameClass::Reserved);
    QCOMPARE(at(300), FrameClass::InEntryE);
    QCOMPARE(at(307), FrameClass::BlockA);
    KindReached done(EventKind::MoveDone);
    QCOMPARE(run.timeline.forward(&done, ~0ULL), AdvanceEnd::ConditionMet);
    QCOMPARE(at(208), FrameClass::BlockO);
    QCOMPARE(at(300), FrameClass::Free);
}

void TestViewOfMachine::forward_liveAndRecorded_restAlike() {
    for (const EventKind kind : {EventKind::PageFault, EventKind::ShootdownAcked,
                                 EventKind::MapStore, EventKind::TaskStatusChange}) {
        const RunConfig config = oneMove(MoverAlgorithm::EntryE);
        LiveRun live(config);
        const std::uint64_t created = live.timeline.state().nextSeq;
        const auto firstVisit = rests(live.timeline, kind);
        QVERIFY(firstVisit.size() > 2);
        for (const std::uint64_t rest : firstVisit) {
            const EventLog& log = live.timeline.log();
            QVERIFY(rest == log.endSeq() || log.at(rest).kind == EventKind::TaskStep);
        }
        QVERIFY(live.timeline.seek(created));
        QCOMPARE(rests(live.timeline, kind), firstVisit);
        QVERIFY(live.timeline.seek(0));
        const auto expected = rests(live.timeline, kind); // with the initial state

        ScriptedSource recording(eventsOf(live.timeline.log()), ScriptedSource::Manner::Recording);
        Timeline replay(shapeOf(config), recording);
        recording.bus.attach(replay, kindsOf(RecordLevel::Full));
        QCOMPARE(rests(replay, kind), expected);
    }
}

void TestViewOfMachine::seek_wholeRun_equalsFirstVisit() {
    const RunConfig config = oneMove(MoverAlgorithm::EntryE);
    LiveRun run(config);
    std::vector<ViewState> visited{run.timeline.state()};
    while (run.timeline.forward(nullptr, 40) != AdvanceEnd::Finished) {
        visited.push_back(run.timeline.state());
    }
    QVERIFY(visited.size() > 20);
    Rng rng(1);
    for (int i = 0; i < 100; ++i) {
        const ViewState& first = visited[rng.below(visited.size())];
        QVERIFY(run.timeline.seek(first.nextSeq));
        const ViewState& again = run.timeline.state();
        QVERIFY(again.cpus == first.cpus && again.tasks == first.tasks);
        QVERIFY(again.move == first.move && again.step == first.step);
        for (std::uint64_t frame = 0; frame < first.memory.frameCount().value; ++frame) {
            for (std::uint64_t word = 0; word < wordsPerPage; word += 7) {
                const PhysAddr place(frame * pageBytes + word * wordBytes);
                if (again.memory.load(place) != first.memory.load(place)) {
                    QFAIL("memory differs");
                }
            }
        }
    }
}

void TestViewOfMachine::describe_realEvents_areSentences() {
    LiveRun run(oneMove(MoverAlgorithm::EntryE));
    run.timeline.forward(nullptr, ~0ULL);
    std::set<EventKind> seen;
    for (const Event& event : eventsOf(run.timeline.log())) {
        const std::string line = describe(event);
        QVERIFY2(line.size() > 12 && line.find('{') == std::string::npos, line.c_str());
        QVERIFY2(line.find("no. ") == std::string::npos, line.c_str());
        QVERIFY(reasonOf(event).find('{') == std::string::npos);
        seen.insert(event.kind);
    }
    QVERIFY(seen.size() > 30);
}

/// Two densities of the same run give the same memory at every slice end.
void TestViewOfMachine::pageImages_sliceEnds_equalExactDensity() {
    class Coalesced : public EventSink {
    public:
        explicit Coalesced(const MachineShape& shape) : replica(shape) {}

        void onEvent(const Event& event) override {
            replica.skipTo(event.seq); // the shadow copy asks for accesses
            replica.apply(event);
        }

        void onPageImage(const Event& event, const PageRef& page) override {
            ++images;
            replica.skipTo(event.seq);
            replica.applyPageImage(event, page);
        }

        Replica replica;
        std::uint64_t images = 0;
    };

    const RunConfig config = oneMove(MoverAlgorithm::EntryE);
    Coalesced coalesced(shapeOf(config));
    KindSet kinds = kindsOf(RecordLevel::Structure);
    kinds.set(static_cast<std::size_t>(EventKind::PageImage));
    EventBus bus;
    bus.attach(coalesced, kinds);
    const auto machine = Machine::create(config, bus).value().release();
    const std::unique_ptr<Machine> owner(machine);
    while (machine->advance(nullptr, 50) != AdvanceEnd::Finished) {
        QVERIFY(sameMemory(coalesced.replica.state().memory, machine->parts().memory));
    }
    QVERIFY(sameMemory(coalesced.replica.state().memory, machine->parts().memory));
    QVERIFY(coalesced.images > 100);
    QVERIFY(coalesced.replica.state()
                .memory.page(FrameNumber(208))
                .same(machine->parts().memory.page(FrameNumber(208)))); // shared, not doubled
}

QTEST_GUILESS_MAIN(TestViewOfMachine)
#include "tst_view_machine.moc"
