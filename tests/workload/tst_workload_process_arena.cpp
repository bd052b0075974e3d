#include "fragscope/workload/heap/process_heap.h"

#include <QTest>

#include "alloc/support/heap_bench.h"
#include "kernel/support/kernel_bench.h"

using namespace fragscope;
using namespace fragscope::test;

namespace {

/// A heap in the memory of a process, on a machine with few frames and a swap device.
class ProcessBench : public KernelBench {
public:
    static KernelSettings withSwap() {
        KernelSettings settings;
        settings.paging.replacement = PageReplacement::Fifo;
        settings.paging.frames = 6;
        settings.paging.swapSlots = 256;
        return settings;
    }

    explicit ProcessBench(HeapKind kind)
        : KernelBench(withSwap(), 1), settings{.kind = kind, .onFree = OnFree::Unmap},
          process(makeProcess(HeapBench::base)), heap(kernel, process, settings) {}

    HeapSettings settings;
    Process& process;
    ProcessHeap heap;
};

Steps runToEnd(ProcessHeap& heap, HeapProgram& program) {
    co_await runProgram(heap.heap(), const_cast<Arena&>(heap.arena()), program);
}

} // namespace

/// The two backings of a heap: the same addresses and results.
class TestProcessArena : public QObject {
    Q_OBJECT

private slots:

    void flatAndProcess_runTheSameProgramAlike_data() {
        QTest::addColumn<int>("kind");
        QTest::addColumn<quint64>("seed");
        for (const quint64 seed : {1U, 2U, 3U}) {
            QTest::addRow("first fit %llu", seed) << static_cast<int>(HeapKind::FirstFit) << seed;
            QTest::addRow("segregated %llu", seed)
                << static_cast<int>(HeapKind::Segregated) << seed;
        }
    }

    void flatAndProcess_runTheSameProgramAlike() {
        QFETCH(int, kind);
        QFETCH(quint64, seed);
        HeapProgram flat{.seed = seed, .operations = 120, .aligned = true};
        HeapProgram paged = flat;
        HeapBench bench(static_cast<HeapKind>(kind));
        bench.run(runProgram(*bench.heap, bench.arena, flat));
        ProcessBench machine(static_cast<HeapKind>(kind));
        machine.spawn(0, runToEnd(machine.heap, paged), 1);
        QCOMPARE(machine.run(10'000'000), AdvanceEnd::Finished);

        QVERIFY(flat.wrong.empty() && paged.wrong.empty());
        QCOMPARE(paged.log, flat.log);
        QVERIFY(machine.heap.picture().whole());
        QVERIFY(machine.heap.picture().blocks == bench.picture().blocks);
        QVERIFY(machine.all(EventKind::PageFault).size() > 10); // it did fault, and swap
        QVERIFY(!machine.all(EventKind::PageEvicted).empty());
    }

    void accessOfAnEndedProcess_isThrown_andNoWordIsRead() {
        ProcessBench machine(HeapKind::FirstFit);
        HeapProgram program{.operations = 20};
        machine.spawn(0, runToEnd(machine.heap, program), 1);
        (void)machine.run(200);
        machine.kernel.threadStarted(machine.process, 0); // it is not taken apart meanwhile
        machine.kernel.end(machine.process, ProcessState::Killed);
        QVERIFY_EXCEPTION_THROWN((void)machine.run(), ArenaGone);
    }
};

QTEST_APPLESS_MAIN(TestProcessArena)

#include "tst_workload_process_arena.moc"
