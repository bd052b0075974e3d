#include "fragscope/hardware/paging/pte.h"

#include <QTest>

#include "kernel/support/kernel_bench.h"

using namespace fragscope;
using fragscope::test::BenchLine;
using fragscope::test::KernelBench;

namespace {

using Lines = std::vector<std::uint16_t>;

constexpr VirtAddr area{0x10000000};
constexpr std::uint64_t firstForData = 64; ///< lowest frame of a first fit on the bench

Steps growth(
    Kernel& kernel, Process& process, MoveEnd end, std::uint64_t pages, GrowthOutcome& outcome) {
    co_await growArea(kernel, process, end, bytesOf(PageCount(pages)), outcome);
}

/// A move of nobody, from the first step until `cycles` later.
Steps pretendMove(Kernel& kernel, Process& process, std::uint64_t cycles) {
    co_yield BenchLine::One;
    process.move.active = true;
    kernel.board().scheduler.spend(cycles);
    co_yield BenchLine::Two;
    process.move.active = false;
}

GrowthOutcome grow(KernelBench& bench, Process& process, MoveEnd end, std::uint64_t pages) {
    GrowthOutcome outcome{};
    bench.spawn(0, growth(bench.kernel, process, end, pages, outcome));
    bench.run();
    return outcome;
}

/// Frame numbers behind the pages of the area, as the map says; 0 where nothing is mapped.
std::vector<std::uint64_t> framesByMap(const Process& process) {
    std::vector<std::uint64_t> frames;
    for (VirtAddr at = process.map.areaStart(); at < process.map.areaEnd();
         at += ByteCount(pageBytes)) {
        const auto extent = process.map.lookUp(at);
        const bool mapped = extent && extent->kind == EntryKind::Block;
        frames.push_back(mapped ? (extent->paddr + (at.value - extent->start)) >> pageShift : 0);
    }
    return frames;
}

std::vector<std::uint64_t> framesByTables(const Process& process) {
    std::vector<std::uint64_t> frames;
    for (VirtAddr at = process.map.areaStart(); at < process.map.areaEnd();
         at += ByteCount(pageBytes)) {
        frames.push_back(Pte{process.tables.leaf(pageOf(at))}.frame().value);
    }
    return frames;
}

using Frames = std::vector<std::uint64_t>;

} // namespace

class TestKernelGrowth : public QObject {
    Q_OBJECT

private slots:

    void growth_framesBehindFree_isInPlace_data() { eachRepresentation(); }

    void growth_framesBehindFree_isInPlace() {
        KernelBench bench(fetched());
        Process& process = bench.makeProcess(area);
        bench.addBlock(process, 2, 200);
        bench.memory.store(startOf(FrameNumber(203)), 99);
        QCOMPARE(grow(bench, process, MoveEnd::High, 2), GrowthOutcome::InPlace);
        QCOMPARE(framesByMap(process), Frames({200, 201, 202, 203}));
        QCOMPARE(framesByTables(process), framesByMap(process));
        QCOMPARE(process.map.blocks(), std::size_t{1});
        QCOMPARE(bench.memory.load(startOf(FrameNumber(203))), 0U); // cleared
        QCOMPARE(bench.linesOf(ListingId::Grow), Lines({1, 2, 3, 6, 6, 7}));
        const Event done = bench.all(EventKind::GrowDone).at(0);
        QCOMPARE(done.rule, Rule::FitsBehind);
        QCOMPARE(done.a, 1U);
        QCOMPARE(done.vaddr, (area + bytesOf(PageCount(2))).value);
    }

    void growth_framesBehindTaken_isANewBlock_data() { eachRepresentation(); }

    void growth_framesBehindTaken_isANewBlock() {
        KernelBench bench(fetched());
        Process& process = bench.makeProcess(area);
        bench.addBlock(process, 2, 200);
        bench.kernel.frames().take(FrameNumber(203), PageCount(1), FrameUse::Data, 9, Rule::None);
        QCOMPARE(grow(bench, process, MoveEnd::High, 2), GrowthOutcome::NewBlock);
        QCOMPARE(framesByMap(process), Frames({200, 201, firstForData, firstForData + 1}));
        QCOMPARE(framesByTables(process), framesByMap(process));
        QCOMPARE(process.map.entry(0).label, std::uint8_t{'O'});
        QCOMPARE(process.map.entry(1).label, std::uint8_t{'A'});
        QCOMPARE(bench.linesOf(ListingId::Grow), Lines({1, 2, 4, 6, 6, 7}));
        const Event done = bench.all(EventKind::GrowDone).at(0);
        QCOMPARE(done.rule, Rule::DoesNotFitBehind);
        QCOMPARE(done.b, 2U);
    }

    void growthLow_framesInFrontFree_isInPlace_data() { eachRepresentation(); }

    void growthLow_framesInFrontFree_isInPlace() {
        KernelBench bench(fetched());
        Process& process = bench.makeProcess(area);
        bench.addBlock(process, 2, 200);
        QCOMPARE(grow(bench, process, MoveEnd::Low, 2), GrowthOutcome::InPlace);
        QCOMPARE(process.map.areaStart().value, area.value - 2 * pageBytes);
        QCOMPARE(framesByMap(process), Frames({198, 199, 200, 201}));
        QCOMPARE(framesByTables(process), framesByMap(process));
    }

    void growthLow_framesInFrontTaken_isANewBlock_data() { eachRepresentation(); }

    void growthLow_framesInFrontTaken_isANewBlock() {
        KernelBench bench(fetched());
        Process& process = bench.makeProcess(area);
        bench.addBlock(process, 2, 200);
        bench.kernel.frames().take(FrameNumber(199), PageCount(1), FrameUse::Data, 9, Rule::None);
        QCOMPARE(grow(bench, process, MoveEnd::Low, 2), GrowthOutcome::NewBlock);
        QCOMPARE(framesByMap(process), Frames({firstForData, firstForData + 1, 200, 201}));
        QCOMPARE(framesByTables(process), framesByMap(process));
    }

    void growth_severalTimes_labelsDiffer() {
        KernelBench bench;
        Process& process = bench.makeProcess(area);
        bench.addBlock(process, 1, 200);
        for (std::uint64_t i = 0; i < 4; ++i) {
            const std::uint64_t last = framesByMap(process).back();
            bench.kernel.frames().take(FrameNumber(last + 1), PageCount(1), FrameUse::Data, 9,
                                       Rule::None);
            grow(bench, process, MoveEnd::High, 1);
        }
        std::string labels;
        for (const MapEntry& entry : process.map.entries()) {
            labels += entry.kind == EntryKind::Block ? static_cast<char>(entry.label) : '|';
        }
        QCOMPARE(labels, std::string("OABCD|"));
    }

    void growth_noRunLongEnough_isRefusedWithFigures() {
        KernelBench bench;
        Process& process = bench.makeProcess(area);
        bench.addBlock(process, 1, 300);
        const auto space = bench.kernel.frames().freeSpace();
        QCOMPARE(grow(bench, process, MoveEnd::High, 300), GrowthOutcome::Refused);
        QCOMPARE(bench.linesOf(ListingId::Grow), Lines({1, 2, 4, 5}));
        const Event refused = bench.all(EventKind::RequestRefused).at(0);
        QCOMPARE(refused.rule, Rule::NoRunLongEnough);
        QCOMPARE(refused.value, 300U);
        QCOMPARE(refused.a, space.frames.value);
        QCOMPARE(refused.b, space.largestRun.value);
        QVERIFY(refused.a > 300 && refused.b < 300); // enough frames, but fragmented
        QCOMPARE(bench.kernel.frames().freeSpace().frames, space.frames);
        QCOMPARE(process.mapLock, 0U);
    }

    void growth_mapFull_isRefused() {
        KernelBench bench;
        Process& process = bench.makeProcess(area);
        bench.addBlock(process, 1, 200);
        bench.kernel.frames().take(FrameNumber(201), PageCount(1), FrameUse::Data, 9, Rule::None);
        while (process.map.count() < process.map.capacity() - 2) {
            process.map.insert(1, process.map.entry(1), Rule::None);
        }
        QCOMPARE(grow(bench, process, MoveEnd::High, 1), GrowthOutcome::Refused);
        QCOMPARE(bench.all(EventKind::RequestRefused).at(0).rule, Rule::MapFull);
    }

    void growth_moveUnderWay_waitsForItsEnd() {
        KernelBench bench;
        Process& process = bench.makeProcess(area);
        bench.addBlock(process, 1, 200);
        GrowthOutcome outcome{};
        bench.spawn(0, pretendMove(bench.kernel, process, 5000));
        bench.spawn(1, growth(bench.kernel, process, MoveEnd::High, 1, outcome), 0, 100);
        bench.run();
        QCOMPARE(outcome, GrowthOutcome::InPlace);
        QCOMPARE(bench.all(EventKind::GrowBegun).at(0).rule, Rule::GrowWaitsForMove);
        QCOMPARE(bench.all(EventKind::GrowBegun).at(0).timeCycles, 100U);
        QVERIFY(bench.all(EventKind::FramesAllocated).back().timeCycles >= 5000);
    }

    void growth_processEndsWhileItWaits_takesNothing() {
        KernelBench bench;
        Process& process = bench.makeProcess(area);
        bench.addBlock(process, 1, 200);
        const std::uint64_t before = bench.freeFrames();
        GrowthOutcome outcome{};
        bench.spawn(0, pretendMove(bench.kernel, process, 5000));
        bench.spawn(1, growth(bench.kernel, process, MoveEnd::High, 8, outcome), 0, 100);
        bench.run(2);
        bench.kernel.end(process, ProcessState::Exited);
        bench.run();
        QCOMPARE(outcome, GrowthOutcome::Refused);
        QVERIFY(process.reaped);
        QCOMPARE(bench.freeFrames(), before + 1 + 5); // the block, the map and four tables
    }

    void growth_processEndsMeanwhile_framesComeBackAtTheEnd() {
        for (std::uint64_t steps = 1; steps < 12; ++steps) {
            KernelBench bench;
            const std::uint64_t before = bench.freeFrames();
            Process& process = bench.makeProcess(area);
            bench.addBlock(process, 1, 200);
            GrowthOutcome outcome{};
            bench.spawn(1, growth(bench.kernel, process, MoveEnd::High, 8, outcome));
            bench.run(steps);
            bench.kernel.end(process, ProcessState::Exited);
            bench.run();
            QVERIFY(process.reaped);
            QCOMPARE(bench.freeFrames(), before);
        }
    }

private:
    static void eachRepresentation() {
        QTest::addColumn<int>("representation");
        QTest::newRow("start only") << static_cast<int>(MapRepresentation::StartOnly);
        QTest::newRow("start and base") << static_cast<int>(MapRepresentation::StartBase);
        QTest::newRow("start and length") << static_cast<int>(MapRepresentation::StartLength);
    }

    static KernelSettings fetched() {
        QFETCH(int, representation);
        KernelSettings settings;
        settings.representation = static_cast<MapRepresentation>(representation);
        return settings;
    }
};

QTEST_GUILESS_MAIN(TestKernelGrowth)
#include "tst_kernel_growth.moc"
