#include "fragscope/base/rng.h"
#include "fragscope/view/replica.h"

#include <QTest>

#include "machine/support/shipped.h"
#include "support/print.h"
#include <cstring>

using namespace fragscope;
using namespace fragscope::test;

namespace {

MachineShape shapeOf(const RunConfig& config) {
    return {.frames = pagesFor(config.machine.memory),
            .cpus = config.machine.cpus,
            .tlbSlots = config.machine.tlbSlots()};
}

/// A run followed by a replica, at one of the two densities.
class Followed : public EventSink {
public:
    Followed(const RunConfig& config, KindSet kinds) : replica(shapeOf(config)) {
        bus.attach(*this, kinds);
        auto made = Machine::create(config, bus);
        if (!made) {
            throw std::runtime_error(made.error().text());
        }
        machine = std::move(made).value();
    }

    void onEvent(const Event& event) override {
        replica.skipTo(event.seq); // the shadow copy asks for accesses, which have numbers, too
        replica.apply(event);
        ++events;
        moveBegun = moveBegun || event.kind == EventKind::MoveBegun;
    }

    void onPageImage(const Event& event, const PageRef& page) override {
        replica.skipTo(event.seq);
        replica.applyPageImage(event, page);
        ++events;
    }

    EventBus bus;
    Replica replica;
    std::unique_ptr<Machine> machine;
    std::uint64_t events = 0;
    bool moveBegun = false;
};

KindSet coalescedKinds() {
    KindSet kinds = kindsOf(RecordLevel::Structure);
    kinds.set(static_cast<std::size_t>(EventKind::PageImage));
    return kinds;
}

bool samePage(const PageRef& a, const PageRef& b) {
    static const std::array<std::byte, pageBytes> zeros{};
    const std::byte* x = a.empty() ? zeros.data() : a.bytes();
    const std::byte* y = b.empty() ? zeros.data() : b.bytes();
    return x == y || std::memcmp(x, y, pageBytes) == 0;
}

bool sameMemory(const PageMap& a, const PageMap& b) {
    for (FrameNumber frame{0}; frame.value < a.frameCount().value; ++frame) {
        if (!samePage(a.page(frame), b.page(frame))) {
            return false;
        }
    }
    return true;
}

std::string taskDifference(const TaskView& a, const TaskView& b) {
    const std::string who = "task " + std::to_string(a.id);
    if (a.status != b.status || a.depth != b.depth) {
        return who + ": status or depth";
    }
    if (a.cpu != b.cpu || a.lastStepCycles != b.lastStepCycles) {
        return who + ": place or time of its last step";
    }
    return a == b ? std::string() : who + ": calls";
}

/// The first thing in which two replicas differ, or nothing.
std::string difference(const ViewState& a, const ViewState& b) {
    if (a.timeCycles != b.timeCycles || a.step != b.step) {
        return "time " + std::to_string(a.timeCycles) + " and " + std::to_string(b.timeCycles) +
               ", step " + std::to_string(a.step) + " and " + std::to_string(b.step);
    }
    for (std::size_t i = 0; i < a.cpus.size(); ++i) {
        if (a.cpus[i] != b.cpus[i]) {
            const std::string who = "CPU " + std::to_string(i);
            return who + (a.cpus[i].tlb != b.cpus[i].tlb ? ": TLB" : ": registers or task");
        }
    }
    if (a.tasks.size() != b.tasks.size()) {
        return "number of tasks";
    }
    for (std::size_t i = 0; i < a.tasks.size(); ++i) {
        if (std::string found = taskDifference(a.tasks[i], b.tasks[i]); !found.empty()) {
            return found;
        }
    }
    if (a.move != b.move) {
        return "move";
    }
    return sameMemory(a.memory, b.memory) ? std::string() : "memory";
}

/// How long the slices are: each drawn from 1 to `longest`; those that are compared.
struct Slices {
    std::uint64_t longest = 0;
    int compared = 0;
};

/// Compares `exact` and `coalesced` at each slice end; the first difference, or nothing.
std::string compareSlices(Followed& exact, Followed& coalesced, const Slices& slices) {
    Rng rng(slices.longest);
    for (int i = 0; i < slices.compared; ++i) {
        const std::uint64_t steps = 1 + rng.below(slices.longest);
        const AdvanceEnd end = coalesced.machine->advance(nullptr, steps);
        (void)exact.machine->advance(nullptr, steps);
        const std::string found = difference(exact.replica.state(), coalesced.replica.state());
        if (!found.empty()) {
            return found + " after step " + std::to_string(exact.machine->steps());
        }
        if (end == AdvanceEnd::Finished) {
            break;
        }
    }
    return {};
}

} // namespace

/// Coalesced state events give the same replica as exact ones wherever a slice ends.
class TestMachineDensities : public QObject {
    Q_OBJECT

private slots:

    void coalesced_everySliceEnd_replicaEqualsTheExactOne_data() { eachShippedScenario(); }

    void coalesced_everySliceEnd_replicaEqualsTheExactOne() {
        QFETCH(QString, path);
        const RunConfig config = shippedConfig(path);
        Followed exact(config, kindsOf(RecordLevel::Full));
        Followed coalesced(config, coalescedKinds());
        // The first long slices lead to the move, the short ones into it.
        while (!coalesced.moveBegun &&
               coalesced.machine->advance(nullptr, 500) != AdvanceEnd::Finished) {
            (void)exact.machine->advance(nullptr, 500);
        }
        (void)exact.machine->advance(nullptr, coalesced.machine->steps() - exact.machine->steps());
        for (const Slices slices : {Slices{1, 80}, Slices{12, 80}, Slices{200, 40}}) {
            QCOMPARE(compareSlices(exact, coalesced, slices), std::string());
        }
        QCOMPARE(compareSlices(exact, coalesced, {20000, 20}), std::string());
        QVERIFY(coalesced.events < exact.events);
        QCOMPARE(coalesced.machine->eventHash(), exact.machine->eventHash());
    }

    void tlbSlots_ofTheSettings_areThoseOfTheMachine_data() { eachShippedScenario(); }

    void tlbSlots_ofTheSettings_areThoseOfTheMachine() {
        QFETCH(QString, path);
        const RunConfig config = shippedConfig(path);
        EventBus events;
        QCOMPARE(Machine::create(config, events).value()->tlbSlots(), config.machine.tlbSlots());
    }

    void coalesced_manyChangesInOneSlice_areOneEvent() {
        const RunConfig config = shippedConfig(shippedScenarios().filter("entry-e.toml").first());
        Followed exact(config, kindsOf(RecordLevel::Full));
        Followed coalesced(config, coalescedKinds());
        (void)exact.machine->advance(nullptr, ~0ULL);
        (void)coalesced.machine->advance(nullptr, ~0ULL);
        QVERIFY(exact.events > 4 * coalesced.events);
        QCOMPARE(difference(exact.replica.state(), coalesced.replica.state()), std::string());
    }

    void coalesced_besideAnExactSink_getsItsSlicesToo() {
        const RunConfig config = shippedConfig(shippedScenarios().filter("entry-e.toml").first());
        Followed coalesced(config, coalescedKinds());

        struct Ignore : EventSink {
            void onEvent(const Event&) override {}
        } exact;

        coalesced.bus.attach(exact, kindsOf(RecordLevel::Full));
        Followed alone(config, coalescedKinds());
        for (int i = 0; i < 20; ++i) {
            (void)coalesced.machine->advance(nullptr, 100);
            (void)alone.machine->advance(nullptr, 100);
            QCOMPARE(difference(alone.replica.state(), coalesced.replica.state()), std::string());
        }
        coalesced.bus.detach(exact);
    }
};

QTEST_GUILESS_MAIN(TestMachineDensities)
#include "tst_machine_densities.moc"
