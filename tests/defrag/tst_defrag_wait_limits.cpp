#include "fragscope/defrag/transfer_block.h"

#include <QTest>

#include "support/sample_runs.h"

using namespace fragscope;
using fragscope::test::oneMove;
using fragscope::test::SampleRun;

namespace {

RunConfig moveWith(std::uint64_t pages, std::uint64_t transferPages) {
    RunConfig config = oneMove(MoveEnd::High, pages);
    config.mover.transferBlock = bytesOf(PageCount(transferPages));
    return config;
}

/// A run that made its move, with nothing wrong; its longest wait in cycles.
std::uint64_t longestWait(const RunConfig& config) {
    SampleRun run(config);
    run.finish();
    const bool good = run.violations().empty() && run.count(EventKind::MoveDone) == 1 &&
                      run.count(EventKind::WaitEnded) > 0;
    return good ? run.largest(EventKind::WaitEnded) : 0;
}

/// What an access that comes just after the block was covered may wait, written out once more:
/// DEFRAG 1.5 with the costs of the model, two CPUs.
std::uint64_t bound(const CostModel& cost, std::uint64_t pages) {
    const std::uint64_t stores = (2 + 2 * pages) * cost.kernelStore;
    const std::uint64_t shootdown = cost.interruptSend + cost.interruptLatency +
                                    cost.interruptHandle + 2 * pages * cost.invalidatePage;
    const std::uint64_t fault =
        cost.faultEntry + 2 * cost.kernelStep + cost.wakeUp + cost.faultExit;
    return stores + shootdown + fault + pages * cost.copyPage;
}

/// The mover's CPU is shared with a busy thread of another process.
RunConfig withBusyNeighbour(PreemptInWindow preempt) {
    RunConfig config = moveWith(16, 8);
    config.mover.preemptInWindow = preempt;
    config.machine.quantumCycles = 1500;
    ProcessSettings busy = config.processes[1];
    busy.name = "busy";
    busy.start = VirtAddr(0x50000000);
    busy.blocks = {{.size = kib(16), .frame = 480}};
    busy.cpus = {0};
    busy.exitAtCycles = 0;
    config.processes.push_back(busy);
    return config;
}

} // namespace

class TestDefragWaitLimits : public QObject {
    Q_OBJECT

private slots:

    void longestWait_anyLength_staysBelowTheBoundOfItsTransferBlock() {
        for (const std::uint64_t transfer : {1ULL, 2ULL, 4ULL, 8ULL}) {
            for (const std::uint64_t pages : {16ULL, 32ULL, 64ULL}) {
                const RunConfig config = moveWith(pages, transfer);
                const std::uint64_t longest = longestWait(config);
                const std::uint64_t most = bound(config.machine.cost, transfer);
                const QString what =
                    QString("t %1, m %2: %3").arg(transfer).arg(pages).arg(longest);
                QVERIFY2(longest >= transfer * config.machine.cost.copyPage, qPrintable(what));
                QVERIFY2(longest <= most, qPrintable(what));
            }
        }
    }

    void longestWait_moreCyclesPerCopy_followsTheCostModel() {
        RunConfig config = moveWith(16, 2);
        const std::uint64_t before = longestWait(config);
        config.machine.cost.copyPage += 1000;
        const std::uint64_t after = longestWait(config);
        QVERIFY(after >= before + 1900 && after <= before + 2100);
    }

    void autoBlock_anyLimit_isKept_data() {
        QTest::addColumn<int>("limit");
        for (const int limit : {4000, 8000, 20000, 40000}) {
            QTest::addRow("%d cycles", limit) << limit;
        }
    }

    void autoBlock_anyLimit_isKept() {
        QFETCH(int, limit);
        RunConfig config = oneMove(MoveEnd::High, 32);
        config.mover.transferBlock = ByteCount(0);
        config.mover.waitLimitCycles = static_cast<std::uint64_t>(limit);
        SampleRun run(config);
        run.finish();
        QCOMPARE(run.violationText(), std::string());
        const std::uint64_t chosen = run.all(EventKind::MoverStarted).at(0).a;
        const AutoTransferBlock derived =
            autoTransferBlock(config.machine.cost, 2, config.mover.waitLimitCycles);
        QCOMPARE(chosen, derived.size.value);
        QVERIFY(run.largest(EventKind::WaitEnded) <= config.mover.waitLimitCycles);
        // The next larger block could break the limit.
        const std::uint64_t pages = pagesFor(derived.size).value;
        QVERIFY(bound(config.machine.cost, pages) <= config.mover.waitLimitCycles);
        QVERIFY(bound(config.machine.cost, pages + 1) > config.mover.waitLimitCycles);
    }

    void preemption_insideTheWindow_addsTheMoversDelay() {
        const std::uint64_t safe = longestWait(withBusyNeighbour(PreemptInWindow::No));
        const std::uint64_t preempted = longestWait(withBusyNeighbour(PreemptInWindow::Yes));
        const CostModel cost;
        // Safe: the mover loses its CPU only while it awaits the acknowledgements.
        const std::uint64_t turn = 1500 + 2 * cost.contextSwitch;
        QVERIFY(safe > 0 && safe <= bound(cost, 8) + turn);
        QVERIFY(preempted > safe + 2 * turn);
    }

    void deadline_accessThatWaits_isMissed() {
        RunConfig config = moveWith(16, 4);
        config.processes[0].deadlineCycles = 1000;
        SampleRun run(config);
        run.finish();
        const auto missed = run.all(EventKind::DeadlineMissed);
        QCOMPARE(missed.size(), run.count(EventKind::WaitEnded));
        QVERIFY(!missed.empty());
        for (const Event& event : missed) {
            QCOMPARE(event.a, 1000U);
            QVERIFY(event.value > 1000);
        }
    }
};

QTEST_GUILESS_MAIN(TestDefragWaitLimits)
#include "tst_defrag_wait_limits.moc"
