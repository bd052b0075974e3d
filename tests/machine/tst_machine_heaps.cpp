#include "fragscope/base/rng.h"
#include "fragscope/kernel/paging/demand_paging.h"
#include "fragscope/machine/parts.h"

#include <QTest>

#include "machine/support/shipped.h"
#include "support/sample_run.h"
#include <rapidcheck.h>

using namespace fragscope;
using namespace fragscope::test;

namespace {

constexpr std::uint64_t names = 6;

ScriptedAccess word(Verb verb, std::uint64_t name, ByteCount size = {}) {
    return {.verb = verb, .size = size, .other = "block" + std::to_string(name)};
}

ByteCount anySize(Rng& rng) {
    return ByteCount(rng.below(4) == 0 ? 1 + rng.below(40'000) : 1 + rng.below(3000));
}

/// A program that never uses what it has freed.
std::vector<ScriptedAccess> anyProgram(Rng& rng, bool hasCache) {
    std::vector<ScriptedAccess> script;
    std::array<bool, names> live{};
    for (std::uint64_t i = 20 + rng.below(80); i > 0; --i) {
        const std::uint64_t name = rng.below(names);
        const std::uint64_t pick = rng.below(12);
        if (pick == 0) {
            script.push_back({.offset = rng.below(20'000), .verb = Verb::Wait});
        } else if (pick == 1) {
            script.push_back({.verb = Verb::Scavenge});
        } else if (pick == 2 && hasCache) {
            script.push_back(word(Verb::Cache, names + name, anySize(rng)));
        } else if (!live[name]) {
            script.push_back(word(Verb::Malloc, name, anySize(rng)));
            script.push_back(word(Verb::Fill, name));
            live[name] = true;
        } else if (pick < 7) {
            script.push_back(word(Verb::Check, name));
        } else {
            script.push_back(word(Verb::Check, name));
            script.push_back(word(Verb::Free, name));
            live[name] = false;
        }
    }
    script.push_back({.verb = Verb::Exit});
    return script;
}

ProcessSettings anyProcess(Rng& rng, const std::string& name, std::uint32_t cpus) {
    ProcessSettings process;
    process.name = name;
    process.cpus = {static_cast<std::uint32_t>(rng.below(cpus))};
    process.pattern = Pattern::Script;
    HeapSettings& heap = process.heap;
    heap.kind = rng.below(2) == 0 ? HeapKind::FirstFit : HeapKind::Segregated;
    heap.layers = rng.below(4) == 0 ? HeapLayers::Two : HeapLayers::Three;
    heap.onFree = heap.layers == HeapLayers::Two
                      ? (rng.below(2) == 0 ? OnFree::Unmap : OnFree::Leak)
                      : static_cast<OnFree>(rng.below(5));
    heap.poolStep = kib(4 * (1 + rng.below(8)));
    heap.unmapAbove = kib(4 * rng.below(8));
    heap.pageAligned = rng.below(2) == 0;
    heap.scavenge = static_cast<ScavengeTrigger>(rng.below(4));
    heap.threshold = static_cast<ScavengeThreshold>(rng.below(2));
    heap.quantum = 1 + rng.below(8);
    heap.cpu = static_cast<std::uint32_t>(rng.below(cpus));
    process.script = anyProgram(rng, heap.layers == HeapLayers::Three);
    return process;
}

/// Two programs with heaps under any settings, on a machine where memory runs short.
RunConfig anyRun(std::uint64_t seed) {
    Rng rng(seed);
    RunConfig config;
    config.seed = seed;
    config.maxSteps = 500'000;
    config.machine.memory = kib(384 + 4 * rng.below(64));
    config.machine.cpus = static_cast<std::uint32_t>(1 + rng.below(3));
    config.machine.schedule = static_cast<SchedulePolicy>(rng.below(3));
    config.machine.storeBuffer = rng.below(3) == 0 ? 4 : 0;
    config.mover.algorithm = MoverAlgorithm::None;
    config.paging.lowWatermark = 4 + rng.below(12);
    config.paging.zeroPage = rng.below(2) == 0;
    config.paging.sweepQuantum = 1 + rng.below(4);
    config.paging.sweepCpu = static_cast<std::uint32_t>(rng.below(config.machine.cpus));
    config.processes = {anyProcess(rng, "one", config.machine.cpus),
                        anyProcess(rng, "two", config.machine.cpus)};
    config.processes[1].start = VirtAddr(0x20000000);
    const bool leavesFrames =
        std::any_of(config.processes.begin(), config.processes.end(), [](const auto& process) {
            return process.heap.onFree == OnFree::Leak || process.heap.onFree == OnFree::Mark;
        });
    if (!leavesFrames) {
        config.paging.replacement = static_cast<PageReplacement>(rng.below(8));
        config.paging.frames = rng.below(2) == 0 ? 0 : 6 + rng.below(20);
        config.paging.swapSlots = 64;
    }
    return config;
}

/// Pages whose state became allocate on demand by a conversion.
std::set<std::uint64_t> convertedPages(const SampleRun& run) {
    std::set<std::uint64_t> pages;
    for (const Event& event : run.all(EventKind::PageStateChanged)) {
        if (event.rule == Rule::ConvertedBack) {
            pages.insert(event.vaddr);
        }
    }
    return pages;
}

RunConfig shippedHeap(const QString& name) {
    return shippedConfig(FRAGSCOPE_SOURCE_DIR "/scenarios/heap/" + name + ".toml");
}

} // namespace

class TestMachineHeaps : public QObject {
    Q_OBJECT

private slots:

    /// Random programs x all settings x both heaps: contents equal to the shadow, the words of the
    /// heaps fit each other, and at the end everything has come back, leaked frames included.
    void randomPrograms_loseNothing_andGiveEverythingBack() {
        std::uint64_t frees = 0;
        std::uint64_t notices = 0;
        std::uint64_t swept = 0;
        std::uint64_t pauses = 0;
        QVERIFY(rc::check([&] {
            const auto seed = *rc::gen::arbitrary<std::uint64_t>();
            SampleRun run(anyRun(seed), RecordLevel::Structure);
            run.finish();
            for (const EventKind bad :
                 {EventKind::LostWrite, EventKind::StaleRead, EventKind::ForeignAccess,
                  EventKind::InvariantBroken, EventKind::FreeRefused, EventKind::HeapBroken}) {
                RC_ASSERT(run.count(bad) == 0U);
            }
            for (const Event& checked : run.all(EventKind::BlockChecked)) {
                RC_ASSERT(checked.rule == Rule::LiveBlock);
                RC_ASSERT((checked.a | checked.b) == 0U);
            }
            RC_ASSERT(run.log.back().rule == Rule::AllDone);
            RC_ASSERT(run.count(EventKind::ProcessExited) == 2U);
            RC_ASSERT(run.parts().kernel.paging().marked() == 0U);
            for (const auto& process : run.parts().kernel.processes()) {
                RC_ASSERT(process->use.leaked == 0U && process->use.resident == 0U);
            }
            frees += run.count(EventKind::HeapFreed);
            notices += run.count(EventKind::LowMemoryNotice);
            swept += run.sum(EventKind::MarksSwept);
            pauses += run.count(EventKind::ScavengePause);
        }));
        const std::array<std::uint64_t, 4> seen{frees, notices, swept, pauses};
        for (std::size_t i = 0; i < seen.size(); ++i) { // each mechanism was at work
            QVERIFY2(seen[i] > 5, qPrintable(QString("%1: %2").arg(i).arg(seen[i])));
        }
    }

    void triggers_giveBackTheSameSet_inPausesOfTheirOwnSize() {
        const std::set<std::uint64_t> all = [] {
            SampleRun run(shippedHeap("trigger-at-exhaustion"));
            return convertedPages(run.finish());
        }();
        QCOMPARE(all.size(), std::size_t{30});
        for (const char* name : {"trigger-background", "trigger-on-notice"}) {
            SampleRun run(shippedHeap(name));
            run.finish();
            QVERIFY(convertedPages(run) == all);
            QCOMPARE(run.largest(EventKind::ScavengePause), 4U);
        }
    }

    void exhaustion_theFaultWaitsForTheAnswer_andNobodyIsEnded() {
        SampleRun run(shippedHeap("trigger-at-exhaustion"));
        run.finish();
        QCOMPARE(run.count(EventKind::LowMemoryNotice, Rule::NoFrameLeft), 1U);
        QCOMPARE(run.count(EventKind::ScavengePause, Rule::AtExhaustion), 1U);
        QCOMPARE(run.count(EventKind::OutOfMemory), 0U);
    }

    /// The seed: the kernel shouldn't know or care if the process uses a heap. All its ways to
    /// memory of a process are events; only the collector has one to a heap.
    void kernel_readsNoHeap_butForTheCollector() {
        for (const char* name : {"trigger-at-exhaustion", "trigger-on-notice", "mark", "leak"}) {
            SampleRun run(shippedHeap(name), RecordLevel::Full);
            run.finish();
            QCOMPARE(run.count(EventKind::CollectorLooked), 0U);
            for (const Event& event : run.all(EventKind::PhysCopy)) { // entries of a map move up
                QVERIFY(event.b % mapEntryBytes == 0 && event.b < pageBytes);
            }
        }
        SampleRun mistake(shippedHeap("collector-segregated"));
        mistake.finish();
        QVERIFY(mistake.count(EventKind::CollectorLooked, Rule::TakenForFree) > 0);
        QVERIFY(mistake.count(EventKind::LostWrite) > 0);
    }

    void doubleFree_andWordsOverwritten_areNoticed() {
        RunConfig config = shippedHeap("keep");
        config.processes[0].script = {word(Verb::Malloc, 1, ByteCount(64)),
                                      word(Verb::Malloc, 2, ByteCount(64)), word(Verb::Free, 1),
                                      word(Verb::Free, 1)};
        SampleRun twice(config);
        twice.finish();
        QCOMPARE(twice.count(EventKind::HeapBroken), 1U);
        QCOMPARE(twice.count(EventKind::ProcessKilled), 1U);

        config.processes[0].script[3] = word(Verb::Fill, 1); // over the link of the free list
        config.processes[0].script.push_back(word(Verb::Free, 2));
        config.processes[0].heap.kind = HeapKind::Segregated;
        SampleRun overwritten(config);
        overwritten.finish();
        QVERIFY(overwritten.count(EventKind::HeapBroken) +
                    overwritten.count(EventKind::InvariantBroken) +
                    overwritten.count(EventKind::ProcessKilled) >
                0U);
    }

    void noMemory_mallocIsRefused_andTheProgramGoesOn() {
        RunConfig config = shippedHeap("keep");
        config.paging.commitLimit = kib(64);
        SampleRun run(config);
        run.finish();
        QCOMPARE(run.count(EventKind::HeapRefused), 1U);
        QCOMPARE(run.count(EventKind::BlockChecked), 0U);
        QCOMPARE(run.log.back().rule, Rule::AllDone);
    }
};

QTEST_APPLESS_MAIN(TestMachineHeaps)

#include "tst_machine_heaps.moc"
