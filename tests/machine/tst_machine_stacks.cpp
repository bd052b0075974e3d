#include "fragscope/kernel/paging/demand_paging.h"
#include "fragscope/machine/parts.h"
#include "fragscope/scenario/scenario.h"

#include <QTest>

#include "machine/support/shipped.h"
#include "support/sample_run.h"

using namespace fragscope;
using namespace fragscope::test;

namespace {

RunConfig shipped(const char* name) {
    return shippedConfig(FRAGSCOPE_SOURCE_DIR "/scenarios/stack/" + QString(name) + ".toml");
}

PageState stateAt(const Process& process, VirtAddr address) {
    return DemandPaging::entryOf(process, pageOf(address)).state;
}

/// A run that stops before its process is taken apart: a thread that waits for ever.
RunConfig staying(RunConfig config) {
    config.paging.invalidAccess = InvalidReaction::Stop;
    config.processes[0].script.push_back(
        {.write = true, .offset = gib(1).value, .size = {}, .other = {}});
    return config;
}

} // namespace

/// Lesson L10 at every border: bytes, entries and registers, not only the figures of the scenarios.
class TestMachineStacks : public QObject {
    Q_OBJECT

private slots:

    void stack_growsByFaults_andStaysBetweenItsBorders() {
        SampleRun run(staying(shipped("reclaim")), RecordLevel::Full);
        run.finish();
        const Process& process = run.process(1);
        const ThreadStack& stack = process.stacks.at(0);
        QCOMPARE(stack.top - stack.start, mib(4));
        QCOMPARE(stack.rsp, stack.top - kib(8));
        QCOMPARE(stateAt(process, stack.start - ByteCount(1)), PageState::Guard);
        QCOMPARE(stateAt(process, stack.start), PageState::OnDemand);
        QCOMPARE(stateAt(process, stack.rsp - ByteCount(1)), PageState::Allocated);
        QCOMPARE(stateAt(process, stack.rsp - kib(4) - ByteCount(1)), PageState::OnDemand);
        QCOMPARE(process.use.resident, 3ULL);
    }

    void rsp_isARegisterAndALocal_atEveryCall() {
        SampleRun run(shipped("reclaim"), RecordLevel::Full);
        run.finish();
        std::vector<std::uint64_t> values;
        for (const Event& event : run.all(EventKind::RegisterWrite)) {
            if (event.object == static_cast<std::uint32_t>(RegisterName::Rsp)) {
                values.push_back(event.value);
            }
        }
        const std::uint64_t top = run.all(EventKind::StackMade).at(0).vaddr;
        const std::vector<std::uint64_t> expected{top, top - mib(4).value, top - 8192, top - 12288,
                                                  top - 8192};
        QCOMPARE(values, expected);
    }

    void rsp_twoThreadsOnOneCpu_isSwitchedWithThem() {
        RunConfig config = shipped("two-threads");
        config.processes[0].cpus = {0, 0};
        SampleRun run(config, RecordLevel::Full);
        run.finish();
        const auto& cpus = run.parts().cpus;
        const auto& stacks = run.process(1).stacks;
        QCOMPARE(stacks.size(), std::size_t{2});
        QVERIFY(cpus[0].stackPointer() == stacks[0].rsp || cpus[0].stackPointer() == stacks[1].rsp);
        QCOMPARE(run.count(EventKind::StackReclaimed), std::size_t{2});
        QCOMPARE(run.sum(EventKind::StackReclaimed), 506ULL);
        QCOMPARE(run.violationText(), std::string());
    }

    void jump_overOneGuardPage_changesTheNeighboursBytes() {
        SampleRun run(staying(shipped("guard-page")), RecordLevel::Full);
        run.finish();
        const Event overrun = run.all(EventKind::StackOverrun).at(0);
        const Event lost = run.all(EventKind::LostWrite).at(0);
        QCOMPARE(lost.rule, Rule::GuardJumped);
        QCOMPARE(lost.vaddr, overrun.vaddr);
        QVERIFY(lost.value != 0 && lost.value != lost.a);
        const Process& process = run.process(1);
        const PageEntry entry = DemandPaging::entryOf(process, pageOf(VirtAddr(lost.vaddr)));
        const PhysAddr place =
            startOf(FrameNumber(entry.number)) + ByteCount(lost.vaddr % pageBytes);
        QCOMPARE(run.parts().memory.load(place), overrun.value);
        QCOMPARE(process.map.areaStart() + ByteCount(0x6ff8), VirtAddr(lost.vaddr));
    }

    void reclaim_withTheRedZoneForgotten_destroysExactlyIt() {
        SampleRun run(shipped("red-zone"), RecordLevel::Structure);
        run.finish();
        const std::vector<Event> lost = run.all(EventKind::LostWrite);
        const std::uint64_t rsp = run.all(EventKind::StackMade).at(0).vaddr - 8192;
        QCOMPARE(lost.size(), std::size_t{2});
        QCOMPARE(lost[0].vaddr, rsp - 128);
        QCOMPARE(lost[1].vaddr, rsp - 8);
    }

    /// The page below RSP lives as long as one byte of the red zone lies in it.
    void redZone_endsAfter128Bytes_data() {
        QTest::addColumn<quint64>("above");
        QTest::addColumn<quint64>("pages");
        QTest::newRow("its last 8 bytes in the page below") << quint64{120} << quint64{0};
        QTest::newRow("wholly in the page of RSP") << quint64{128} << quint64{1};
    }

    void redZone_endsAfter128Bytes() {
        QFETCH(quint64, above);
        QFETCH(quint64, pages);
        RunConfig config = shipped("reclaim");
        config.processes[0].script = {
            {.verb = Verb::Call, .size = kib(16), .other = {}},
            {.verb = Verb::Return, .size = ByteCount(pageBytes + above), .other = {}},
            {.verb = Verb::Reclaim, .size = {}, .other = {}}};
        SampleRun run(config, RecordLevel::Full);
        run.finish();
        QCOMPARE(run.all(EventKind::StackReclaimed).at(0).value, pages);
    }

    void reclaim_ofSwappedPages_freesTheirSlots() {
        RunConfig config = staying(shipped("reclaim"));
        config.paging.replacement = PageReplacement::Fifo;
        config.paging.frames = 100;
        config.paging.swapSlots = 1024;
        SampleRun run(config);
        run.finish();
        QCOMPARE(run.sum(EventKind::StackReclaimed), 1021ULL);
        QVERIFY(run.all(EventKind::StackReclaimed).at(0).a < 101ULL);
        QVERIFY(run.parts().kernel.paging().swap().free() >= 1021ULL);
        QCOMPARE(run.count(EventKind::LostWrite) + run.count(EventKind::StaleRead), std::size_t{0});
    }

    void fork_givesTheChildTheStack_copyOnWrite() {
        RunConfig config = shipped("reclaim");
        ProcessSettings child = config.processes[0];
        child.name = "child";
        child.stack = ByteCount(0);
        child.script = {
            {.offset = 0 - std::uint64_t{8}, .size = {}, .other = {}, .base = OffsetBase::Rsp},
            {.verb = Verb::Return, .size = kib(8), .other = {}}};
        config.processes[0].script.push_back({.verb = Verb::Fork, .size = {}, .other = "child"});
        config.processes.push_back(child);
        SampleRun run(config, RecordLevel::Full);
        run.finish();
        QCOMPARE(run.all(EventKind::ForkDone).at(0).b, 3ULL);
        QCOMPARE(run.process(2).stacks.at(0).rsp, run.process(2).stacks.at(0).top);
        QCOMPARE(run.violationText(), std::string());
    }
};

QTEST_GUILESS_MAIN(TestMachineStacks)

#include "tst_machine_stacks.moc"
