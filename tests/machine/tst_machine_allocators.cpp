#include "fragscope/base/rng.h"
#include "fragscope/experiment/trace_trial.h"
#include "fragscope/machine/parts.h"
#include "fragscope/trace/read_trace.h"
#include "fragscope/workload/heap/allocator_choice.h"

#include <QByteArrayList>
#include <QTest>

#include "support/sample_run.h"
#include <rapidcheck.h>

using namespace fragscope;
using namespace fragscope::test;

namespace {

std::vector<AllocatorKind> allocators() {
    std::vector<AllocatorKind> kinds;
    for (const AllocatorInfo& info : allocatorInfos()) {
        kinds.push_back(info.kind);
    }
    return kinds;
}

ProcessSettings programWith(AllocatorKind kind) {
    ProcessSettings process;
    process.name = "program";
    process.cpus = {0};
    process.heap.kind = HeapKind::Allocator;
    process.heap.allocator = kind;
    return process;
}

RunConfig machineWith(ProcessSettings process) {
    RunConfig config;
    config.machine.memory = mib(8);
    config.machine.cpus = 1;
    config.mover.algorithm = MoverAlgorithm::None;
    config.processes = {std::move(process)};
    return config;
}

/// What a trace gets from an allocator over plain buffers: addresses of payloads, ~0 if refused.
std::vector<std::uint64_t> flatAddresses(const AllocationTrace& trace,
                                         const AllocatorSettings& settings) {
    TraceTrial trial(trace, settings);
    std::vector<std::uint64_t> addresses;
    while (!trial.done()) {
        const OperationResult result = trial.step();
        if (trial.operation().kind != TraceKind::Free) {
            addresses.push_back(result.end == OperationEnd::Done ? result.address : ~0ULL);
        }
    }
    return addresses;
}

std::vector<std::uint64_t> addressesIn(const SampleRun& run) {
    std::vector<std::uint64_t> addresses;
    for (const Event& event : run.log) {
        if (event.kind == EventKind::HeapAllocated) {
            addresses.push_back(event.vaddr);
        } else if (event.kind == EventKind::HeapRefused) {
            addresses.push_back(~0ULL);
        }
    }
    return addresses;
}

ScriptedAccess word(Verb verb, const std::string& name = {}, ByteCount size = {}) {
    return {.verb = verb, .size = size, .other = name};
}

/// Blocks of about 12 KiB, every other one freed, a scavenge, and a look at what is left.
std::vector<ScriptedAccess> scavengeScript() {
    std::vector<ScriptedAccess> script;
    for (int i = 0; i < 8; ++i) {
        const std::string name = "b" + std::to_string(i);
        script.push_back(word(Verb::Malloc, name, ByteCount(12'000)));
        script.push_back(word(Verb::Fill, name));
    }
    for (int i = 0; i < 8; i += 2) {
        script.push_back(word(Verb::Free, "b" + std::to_string(i)));
    }
    script.push_back(word(Verb::Scavenge));
    for (int i = 1; i < 8; i += 2) {
        script.push_back(word(Verb::Check, "b" + std::to_string(i)));
    }
    script.push_back(word(Verb::Malloc, "again", ByteCount(12'000)));
    script.push_back(word(Verb::Fill, "again"));
    script.push_back(word(Verb::Check, "again"));
    return script;
}

/// A program that never uses what it has freed, under pressure.
RunConfig anyRun(ProcessSettings process, std::uint64_t seed) {
    Rng rng(seed);
    process.trace = "generate:random,ops=150,live=20,max=" + std::to_string(200 + rng.below(5000)) +
                    ",seed=" + std::to_string(rng.below(1'000'000));
    process.heap.onFree = rng.below(2) == 0 ? OnFree::Keep : OnFree::Convert;
    process.heap.scavenge =
        rng.below(2) == 0 ? ScavengeTrigger::Background : ScavengeTrigger::AtExhaustion;
    RunConfig config = machineWith(std::move(process));
    config.seed = seed;
    config.maxSteps = 2'000'000;
    config.machine.storeBuffer = rng.below(3) == 0 ? 4 : 0;
    config.paging.zeroPage = rng.below(2) == 0;
    config.paging.replacement = static_cast<PageReplacement>(rng.below(8));
    config.paging.frames = rng.below(2) == 0 ? 0 : 8 + rng.below(40);
    config.paging.swapSlots = 1024;
    return config;
}

} // namespace

/// Every allocator as the heap of a process: the same addresses as over plain buffers, whatever
/// faults; the scavenger of the pages, unchanged; nothing lost under pressure.
class TestMachineAllocators : public QObject {
    Q_OBJECT

    static void addAllocators() {
        QTest::addColumn<int>("kind");
        QTest::addColumn<QByteArrayList>("settings");
        for (const AllocatorKind kind : allocators()) {
            QTest::newRow(std::string(allocatorInfo(kind).name).c_str())
                << static_cast<int>(kind) << QByteArrayList();
        }
        using enum AllocatorKind;
        const std::vector<std::pair<AllocatorKind, QByteArrayList>> forms{
            {SequentialFit, {"policy=next", "split=high"}},
            {SequentialFit, {"policy=best", "order=size-ascending"}},
            {SequentialFit, {"policy=worst", "coalesce=deferred", "order=back"}},
            {HalfFit, {"variant=power-of-two"}},
            {Tlsf, {"variant=2.4.4-32"}},
            {Dlmalloc, {"variant=system"}},
            {CompactFit, {"preset=reference-2009"}},
            {CompactFit, {"k=2", "increment=64", "interleave=yes"}},
            {CompactFit, {"variant=non-moving"}},
            {CompactFit, {"k=off"}},
            {Sliding,
             {"slide=on-failure", "manner=two-finger", "heap_size=131072", "heap_limit=131072"}},
            {Sliding, {"references=rewritten"}}};
        for (const auto& [kind, settings] : forms) {
            QTest::newRow(
                (std::string(allocatorInfo(kind).name) + " " + settings.join(" ").toStdString())
                    .c_str())
                << static_cast<int>(kind) << settings;
        }
    }

    static ProcessSettings chosen() {
        QFETCH(int, kind);
        QFETCH(QByteArrayList, settings);
        ProcessSettings process = programWith(static_cast<AllocatorKind>(kind));
        for (const QByteArray& setting : settings) {
            process.heap.allocatorSettings.push_back(setting.toStdString());
        }
        return process;
    }

private slots:

    void flatAndProcess_giveTheSameAddresses_data() { addAllocators(); }

    void flatAndProcess_giveTheSameAddresses() {
        std::size_t faults = 0;
        for (const char* source : {"generate:random,ops=200,live=40,max=8000,seed=1",
                                   "generate:every-other,ops=120,seed=2"}) {
            ProcessSettings process = chosen();
            process.trace = source;
            RunConfig config = machineWith(process);
            config.paging.replacement = PageReplacement::Fifo;
            config.paging.frames = 12; // so that its pages come and go
            config.paging.swapSlots = 1024;
            SampleRun run(config);
            run.finish();
            QVERIFY2(run.violationText().empty(), run.violationText().c_str());
            const auto settings = allocatorSettingsOf(process.heap, process.start);
            const auto trace = readTrace(source);
            QVERIFY(settings && trace);
            QCOMPARE(addressesIn(run), flatAddresses(*trace, *settings));
            faults += run.count(EventKind::PageFault);
        }
        QVERIFY(faults > 20);
    }

    void scavenger_runsUnchanged_data() { addAllocators(); }

    void scavenger_runsUnchanged() {
        ProcessSettings process = chosen();
        process.pattern = Pattern::Script;
        process.script = scavengeScript();
        SampleRun run(machineWith(process));
        run.finish();
        QVERIFY2(run.violationText().empty(), run.violationText().c_str());
        QCOMPARE(run.count(EventKind::BlockChecked), std::size_t{5});
        for (const Event& checked : run.all(EventKind::BlockChecked)) {
            QVERIFY(checked.rule == Rule::LiveBlock);
            QCOMPARE(checked.a + checked.b, std::uint64_t{0}); // no word zero, none another
        }
        // Bump gives back what lies above its pointer only, which nobody had touched.
        // So does Compact-fit in frames: they are smaller than a page and hold links.
        const auto& settings = process.heap.allocatorSettings;
        const bool frees =
            process.heap.allocator != AllocatorKind::Bump &&
            process.heap.allocator != AllocatorKind::Region &&
            std::find(settings.begin(), settings.end(), "variant=non-moving") == settings.end();
        QCOMPARE(run.count(EventKind::PageStateChanged, Rule::ConvertedBack) > 3, frees);
    }

    void random_losesNothing_data() { addAllocators(); }

    void random_losesNothing() {
        for (std::uint64_t seed = 1; seed <= 4; ++seed) {
            SampleRun run(anyRun(chosen(), seed));
            run.finish();
            QVERIFY2(run.violationText().empty(),
                     (run.violationText() + " with seed " + std::to_string(seed)).c_str());
            QCOMPARE(run.count(EventKind::HeapBroken), std::size_t{0});
            QCOMPARE(run.count(EventKind::StampBroken), std::size_t{0});
            QVERIFY(run.count(EventKind::HeapAllocated) > 20);
        }
    }

    /// Moves are told, and the words of a moved block are those that the program wrote.
    void compactFit_movesInVirtualMemory() {
        ProcessSettings process = programWith(AllocatorKind::CompactFit);
        process.trace = "generate:random,ops=600,live=60,min=1000,max=1000,seed=3";
        SampleRun run(machineWith(process));
        run.finish();
        QVERIFY2(run.violationText().empty(), run.violationText().c_str());
        QVERIFY(run.count(EventKind::HeapBlockMoved) > 20);
        QVERIFY(run.count(EventKind::HeapDecision, Rule::HeapCompacts) ==
                run.count(EventKind::HeapBlockMoved));
    }

    /// Each slide says how many blocks it moved.
    void sliding_decisions_sayHowManyBlocksMoved() {
        ProcessSettings process = programWith(AllocatorKind::Sliding);
        process.trace = "generate:random,ops=200,live=20,max=600,seed=3";
        SampleRun run(machineWith(process));
        run.finish();
        std::uint64_t blocks = 0;
        for (const Event& event : run.all(EventKind::HeapDecision)) {
            blocks += event.rule == Rule::HeapSlides ? event.a : 0U;
        }
        QVERIFY(blocks > run.count(EventKind::HeapDecision, Rule::HeapSlides));
        QCOMPARE(blocks, std::uint64_t{run.count(EventKind::HeapBlockMoved)});
    }

    /// A trace of kernel events: each request gets pages of its own type.
    void pageAllocator_getsTheTypesOfTheTrace() {
        ProcessSettings process = programWith(AllocatorKind::PageAllocator);
        process.trace = FRAGSCOPE_SOURCE_DIR "/scenarios/traces/page-types.events";
        process.heap.allocatorSettings = {"heap_size=262144", "pageblock_order=4"};
        SampleRun run(machineWith(process));
        run.finish();
        QVERIFY2(run.violationText().empty(), run.violationText().c_str());
        QVERIFY(run.count(EventKind::HeapDecision, Rule::HeapBuddySteal) > 0);
    }

    /// The mistake of seed 003's contiguous heap without a table: one reference is forgotten.
    void sliding_withOneReferenceForgotten_readsSomethingElse() {
        for (const char* references : {"rewritten", "one-forgotten"}) {
            ProcessSettings process = programWith(AllocatorKind::Sliding);
            process.heap.allocatorSettings = {std::string("references=") + references};
            process.trace = "generate:random,ops=300,live=20,max=600,seed=3";
            SampleRun run(machineWith(process));
            run.finish();
            const bool mistake = std::string_view(references) == "one-forgotten";
            const std::size_t noticed =
                run.count(EventKind::StampBroken) + run.count(EventKind::HeapBroken);
            QCOMPARE(noticed > 0, mistake);
        }
    }
};

QTEST_APPLESS_MAIN(TestMachineAllocators)

#include "tst_machine_allocators.moc"
