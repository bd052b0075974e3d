#include <QTest>

#include "kernel/support/kernel_bench.h"

using namespace fragscope;
using fragscope::test::accessOnce;
using fragscope::test::BenchLine;
using fragscope::test::KernelBench;
using fragscope::test::requestFor;

namespace {

constexpr VirtAddr first{0x10000000};
constexpr std::uint64_t blockFrame = 200;

/// Loads from `address` and fills the TLB; loads again after `pause` cycles.
Steps loadTwice(Kernel& kernel, AccessRequest& request, std::uint64_t pause) {
    co_yield BenchLine::One;
    co_await access(kernel, request);
    kernel.board().scheduler.spend(pause);
    co_yield BenchLine::Two;
    co_await access(kernel, request);
}

/// Takes the page's entry out without telling anybody.
Steps clearEntry(Process& process, VirtAddr address) {
    co_yield BenchLine::One;
    (void)process.tables.exchange(pageOf(address), Rule::None);
}

/// Takes the page's entry out, sends a shootdown and waits for all acknowledgements.
Steps clearAndShoot(
    Kernel& kernel, Process& process, VirtAddr address, PageCount pages, std::uint64_t& doneAt) {
    co_yield BenchLine::One;
    (void)process.tables.exchange(pageOf(address), Rule::None);
    const std::uint64_t round =
        kernel.shootdowns().send(process, address, pages, Rule::ShootBeforeCopy);
    co_await until(conditionOf<&Shootdowns::complete>(kernel.shootdowns(), round));
    co_yield BenchLine::Two;
    kernel.shootdowns().finished(round, Rule::AllAcked);
    doneAt = kernel.board().scheduler.now();
}

/// A split access: `between` cycles pass after the translation.
Steps splitLoad(Kernel& kernel, AccessRequest& request, std::uint64_t between) {
    Task& self = co_await thisTask();
    co_yield BenchLine::One;
    co_await translate(kernel, request);
    kernel.board().scheduler.spend(between);
    co_yield BenchLine::Two;
    kernel.performSecondHalf(self, request);
    kernel.board().scheduler.spend(50);
    co_yield BenchLine::One;
}

/// A process with a block of two pages, its first word 77.
Process& processWithBlock(KernelBench& bench) {
    Process& process = bench.makeProcess(first);
    bench.addBlock(process, 2, blockFrame);
    bench.memory.store(startOf(FrameNumber(blockFrame)), 77);
    return process;
}

} // namespace

class TestKernelShootdown : public QObject {
    Q_OBJECT

private slots:

    void staleEntry_noShootdown_staysUsable() {
        KernelBench bench;
        Process& process = processWithBlock(bench);
        AccessRequest request = requestFor(process, first, AccessKind::Read);
        bench.spawn(1, loadTwice(bench.kernel, request, 1000), process.number);
        bench.spawn(0, clearEntry(process, first), 0, 500);
        bench.run();
        const auto loads = bench.all(EventKind::Load);
        QCOMPARE(loads.size(), std::size_t{2});
        QVERIFY(loads[1].timeCycles > 1000);
        QCOMPARE(loads[1].value, 77U);
        QCOMPARE(loads[1].b, 0U); // a TLB hit: no table was read
        QVERIFY(bench.all(EventKind::PageFault).empty());
    }

    void staleEntry_shootdownAcknowledged_faultsThen() {
        KernelBench bench;
        Process& process = processWithBlock(bench);
        AccessRequest request = requestFor(process, first, AccessKind::Read);
        std::uint64_t doneAt = 0;
        bench.spawn(1, loadTwice(bench.kernel, request, 5000), process.number);
        bench.spawn(0, clearAndShoot(bench.kernel, process, first, PageCount(1), doneAt), 0, 500);
        bench.run();
        QCOMPARE(bench.all(EventKind::PageFault).size(), std::size_t{1});
        QVERIFY(doneAt >= 5000); // CPU 1 took it when its long step was over
        QVERIFY(bench.all(EventKind::PageFault)[0].timeCycles >=
                bench.all(EventKind::ShootdownAcked)[0].timeCycles);
    }

    void ack_accessInFlight_waitsForItsSecondHalf() {
        KernelBench bench;
        Process& process = processWithBlock(bench);
        AccessRequest request = requestFor(process, first, AccessKind::Read);
        std::uint64_t doneAt = 0;
        bench.spawn(1, splitLoad(bench.kernel, request, 4000), process.number);
        bench.spawn(0, clearAndShoot(bench.kernel, process, first, PageCount(1), doneAt), 0, 500);
        bench.run();
        const Event load = bench.all(EventKind::Load).at(0);
        const Event ack = bench.all(EventKind::ShootdownAcked).at(0);
        QCOMPARE(load.value, 77U);
        QVERIFY(load.timeCycles >= 4000);
        QVERIFY(ack.seq > load.seq);
        QVERIFY(ack.timeCycles >= load.timeCycles + 50);
        QVERIFY(process.inFlight.empty());
    }

    void inFlight_betweenTheHalves_isPublished() {
        KernelBench bench;
        Process& process = processWithBlock(bench);
        AccessRequest request = requestFor(process, first, AccessKind::Read);
        const Task& task = bench.spawn(1, splitLoad(bench.kernel, request, 4000), process.number);
        bench.run(1);
        QCOMPARE(process.inFlight.size(), std::size_t{1});
        QVERIFY(task.inInstruction);
        bench.run();
        QVERIFY(process.inFlight.empty());
        QVERIFY(!task.inInstruction);
    }

    void send_nobodyElseRunsTheProcess_asksNobody() {
        KernelBench bench;
        Process& process = processWithBlock(bench);
        std::uint64_t doneAt = 0;
        bench.spawn(0, clearAndShoot(bench.kernel, process, first, PageCount(1), doneAt));
        bench.run();
        const Event sent = bench.all(EventKind::ShootdownSent).at(0);
        QCOMPARE(sent.value, 0U);
        QCOMPARE(sent.rule, Rule::NobodyToAsk);
        QVERIFY(bench.all(EventKind::ShootdownAcked).empty());
    }

    void send_onlyCpusOfThatProcess_areAsked() {
        KernelBench bench({}, 4);
        Process& process = processWithBlock(bench);
        Process& other = bench.makeProcess(VirtAddr(0x20000000));
        bench.addBlock(other, 1, 300);
        AccessRequest mine = requestFor(process, first, AccessKind::Read);
        AccessRequest its = requestFor(other, VirtAddr(0x20000000), AccessKind::Read);
        std::uint64_t doneAt = 0;
        bench.spawn(1, accessOnce(bench.kernel, mine), process.number);
        bench.spawn(2, accessOnce(bench.kernel, its), other.number);
        bench.spawn(0, clearAndShoot(bench.kernel, process, first, PageCount(1), doneAt), 0, 500);
        bench.run();
        QCOMPARE(bench.all(EventKind::ShootdownSent).at(0).value, 1U);
        const auto acks = bench.all(EventKind::ShootdownAcked);
        QCOMPARE(acks.size(), std::size_t{1});
        QCOMPARE(acks[0].cpu, std::uint8_t{1});
        QVERIFY(bench.cpus[2].tlb().mayReach(VirtAddr(0x20000000), ByteCount(pageBytes)));
        QVERIFY(!bench.cpus[1].tlb().mayReach(first, ByteCount(pageBytes)));
    }

    void send_ownTlb_isDroppedAtOnce() {
        KernelBench bench;
        Process& process = processWithBlock(bench);
        AccessRequest request = requestFor(process, first, AccessKind::Read);
        bench.spawn(0, accessOnce(bench.kernel, request), process.number);
        bench.run();
        QVERIFY(bench.cpus[0].tlb().mayReach(first, ByteCount(pageBytes)));
        std::uint64_t doneAt = 0;
        bench.spawn(0, clearAndShoot(bench.kernel, process, first, PageCount(1), doneAt));
        bench.run(1);
        QVERIFY(!bench.cpus[0].tlb().mayReach(first, ByteCount(pageBytes)));
    }

    void complete_oneOfTwoHasAcknowledged_isFalse() {
        KernelBench bench({}, 3);
        Process& process = processWithBlock(bench);
        AccessRequest quick = requestFor(process, first, AccessKind::Read);
        AccessRequest slow = requestFor(process, first, AccessKind::Read);
        std::uint64_t doneAt = 0;
        bench.spawn(1, loadTwice(bench.kernel, quick, 10), process.number);
        bench.spawn(2, loadTwice(bench.kernel, slow, 9000), process.number);
        bench.spawn(0, clearAndShoot(bench.kernel, process, first, PageCount(1), doneAt), 0, 500);
        bench.run();
        const auto acks = bench.all(EventKind::ShootdownAcked);
        QCOMPARE(acks.size(), std::size_t{2});
        QCOMPARE(acks[0].cpu, std::uint8_t{1});
        QVERIFY(acks[0].timeCycles < 2000);
        QVERIFY(acks[1].timeCycles >= 9000);
        QVERIFY(doneAt > acks[1].timeCycles);
        const Event done = bench.all(EventKind::ShootdownDone).at(0);
        QCOMPARE(done.value, done.timeCycles - bench.all(EventKind::ShootdownSent)[0].timeCycles);
    }

    void send_noPages_isAcknowledgedAndDropsNothing() {
        KernelBench bench;
        Process& process = processWithBlock(bench);
        AccessRequest request = requestFor(process, first + ByteCount(pageBytes), AccessKind::Read);
        std::uint64_t doneAt = 0;
        bench.spawn(1, accessOnce(bench.kernel, request), process.number);
        bench.spawn(0, clearAndShoot(bench.kernel, process, first, PageCount(0), doneAt), 0, 500);
        bench.run();
        QCOMPARE(bench.all(EventKind::ShootdownAcked).at(0).b, 0U);
        QVERIFY(bench.cpus[1].tlb().mayReach(first, bytesOf(PageCount(2))));
        QVERIFY(doneAt > 500);
    }
};

QTEST_GUILESS_MAIN(TestKernelShootdown)
#include "tst_kernel_shootdown.moc"
