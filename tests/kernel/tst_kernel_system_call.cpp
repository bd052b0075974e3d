#include <QTest>

#include "kernel/support/kernel_bench.h"

using namespace fragscope;
using fragscope::test::BenchLine;
using fragscope::test::KernelBench;

namespace {

using Lines = std::vector<std::uint16_t>;

constexpr VirtAddr area{0x10000000};

KernelSettings with(SystemCallMode mode) {
    KernelSettings settings;
    settings.systemCall = mode;
    return settings;
}

/// Block O of one page and A of two; entry E covers A's first page until the move ends.
Process& processWithE(KernelBench& bench) {
    Process& process = bench.makeProcess(area);
    bench.addBlock(process, 1, 200);
    bench.addBlock(process, 2, 300);
    bench.kernel.frames().take(FrameNumber(201), PageCount(1), FrameUse::Data, process.number,
                               Rule::None);
    test::coverWithE(process.map, 1, pageBytes);
    (void)process.tables.exchange(pageOf(area) + PageCount(1), Rule::CoverBlock);
    bench.kernel.setCustomHandler(process, true);
    return process;
}

Steps endOfMove(Process& process) {
    co_yield BenchLine::One;
    process.map.patch(1, map_field::start, area.value + 2 * pageBytes, Rule::ReopenBlock);
    (void)process.tables.map(pageOf(area) + PageCount(1), {.frame = FrameNumber(201)},
                             Rule::AbsentToPresent);
}

Steps endProcess(Kernel& kernel, Process& process) {
    co_yield BenchLine::One;
    kernel.end(process, ProcessState::Exited);
}

/// Words written to a frame, one per 512 bytes.
std::size_t wordsWritten(const KernelBench& bench, std::uint64_t frame) {
    std::size_t n = 0;
    for (std::uint64_t at = 0; at < pageBytes; at += 512) {
        const bool written = bench.memory.load(startOf(FrameNumber(frame)) + ByteCount(at)) != 0;
        n += written ? 1U : 0U;
    }
    return n;
}

} // namespace

class TestKernelSystemCall : public QObject {
    Q_OBJECT

private slots:

    void call_bufferMapped_writesAWordPer512Bytes() {
        KernelBench bench;
        Process& process = bench.makeProcess(area);
        bench.addBlock(process, 2, 200);
        bench.spawn(1, writeBuffer(bench.kernel, process, area, bytesOf(PageCount(1))),
                    process.number);
        bench.run();
        QCOMPARE(wordsWritten(bench, 200), std::size_t{8});
        QCOMPARE(wordsWritten(bench, 201), std::size_t{0});
        const Event done = bench.all(EventKind::SystemCall).at(0);
        QCOMPARE(done.rule, Rule::ScenarioSaysSo);
        QCOMPARE(done.a, 0U);
        QCOMPARE(done.value, pageBytes);
    }

    void call_entryAbsent_isInstalledWithoutAFault() {
        KernelBench bench;
        Process& process = bench.makeProcess(area);
        bench.addBlock(process, 1, 200);
        (void)process.tables.exchange(pageOf(area), Rule::None);
        bench.spawn(1, writeBuffer(bench.kernel, process, area, ByteCount(512)), process.number);
        bench.run();
        QCOMPARE(wordsWritten(bench, 200), std::size_t{1});
        QVERIFY(bench.all(EventKind::PageFault).empty());
    }

    void faultIn_bufferTouchesE_waitsBeforeItTouchesThePage() {
        KernelBench bench(with(SystemCallMode::FaultIn));
        Process& process = processWithE(bench);
        bench.spawn(1, writeBuffer(bench.kernel, process, area, bytesOf(PageCount(3))),
                    process.number);
        bench.spawn(0, endOfMove(process), 0, 9000);
        bench.run();
        QCOMPARE(wordsWritten(bench, 200), std::size_t{8});
        QCOMPARE(wordsWritten(bench, 201), std::size_t{8}); // the new place
        QCOMPARE(wordsWritten(bench, 300), std::size_t{0});
        QCOMPARE(wordsWritten(bench, 301), std::size_t{8});
        QVERIFY(bench.all(EventKind::PageFault).empty());
        const Event done = bench.all(EventKind::SystemCall).at(0);
        QCOMPARE(done.rule, Rule::BufferFaultedIn);
        QCOMPARE(done.a, 1U);
        const Lines lines = bench.linesOf(ListingId::SystemCall);
        QCOMPARE(std::count(lines.begin(), lines.end(), std::uint16_t{2}), 1);
    }

    void repeat_bufferTouchesE_startsAgainUntilItIsGone() {
        KernelBench bench(with(SystemCallMode::Repeat));
        Process& process = processWithE(bench);
        bench.spawn(1, writeBuffer(bench.kernel, process, area, bytesOf(PageCount(2))),
                    process.number);
        bench.spawn(0, endOfMove(process), 0, 9000);
        bench.run();
        QCOMPARE(wordsWritten(bench, 201), std::size_t{8});
        const Event done = bench.all(EventKind::SystemCall).at(0);
        QCOMPARE(done.rule, Rule::CallRepeated);
        QVERIFY(done.a > 2);
        const Lines lines = bench.linesOf(ListingId::SystemCall);
        QCOMPARE(
            static_cast<std::uint64_t>(std::count(lines.begin(), lines.end(), std::uint16_t{3})),
            done.a);
        QCOMPARE(std::count(lines.begin(), lines.end(), std::uint16_t{2}), 0);
        // The words of the first page are written once more each time.
        QCOMPARE(bench.all(EventKind::Store).size(), 8 * (done.a + 1) + 8);
    }

    void call_processEnds_isLeft() {
        KernelBench bench(with(SystemCallMode::FaultIn));
        Process& process = processWithE(bench);
        bench.spawn(1, writeBuffer(bench.kernel, process, area, bytesOf(PageCount(3))),
                    process.number);
        bench.spawn(0, endProcess(bench.kernel, process), 0, 9000);
        QCOMPARE(bench.run(), AdvanceEnd::Finished);
        QVERIFY(!bench.scheduler.deadlocked());
        QCOMPARE(bench.all(EventKind::Store).size(), std::size_t{8});
        QCOMPARE(bench.all(EventKind::SystemCall).size(), std::size_t{1});
    }
};

QTEST_GUILESS_MAIN(TestKernelSystemCall)
#include "tst_kernel_system_call.moc"
