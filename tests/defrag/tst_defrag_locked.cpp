// Compaction among segments that are locked in place or in messages, with real page tables.
#include "fragscope/base/rng.h"
#include "fragscope/defrag/compaction/carrier.h"
#include "fragscope/defrag/compaction/slide.h"

#include <QTest>

#include "kernel/support/segment_machine.h"
#include <rapidcheck.h>

using namespace fragscope;
using namespace fragscope::test;

namespace {

std::vector<MemorySpan> noHoles() {
    return {};
}

class LockingMachine : public SegmentMachine {
public:
    explicit LockingMachine(const CompactionSettings& compaction,
                            const SegmentMemorySettings& segments,
                            MoverAlgorithm algorithm = MoverAlgorithm::EntryE)
        : SegmentMachine(segments, mib(8), noHoles(), 2), mover(make(algorithm)),
          carrier(kernel, *mover, kib(16)),
          slide(events, kernel.segments()->heap(), carrier, compaction, &scheduler) {
        kernel.segments()->heap().setCompactor(&slide);
    }

    std::unique_ptr<Mover> make(MoverAlgorithm algorithm) {
        moverSettings.algorithm = algorithm;
        return makeMover(kernel, moverSettings);
    }

    /// A request that needs a compaction, as a task; `call` must outlive it.
    void ask(Process& process, SegmentCall& call) {
        spawn(0, allocateSegment(kernel, process, call));
    }

    std::uint64_t base(SegmentId id) { return segment(id).base.value; }

    MoverSettings moverSettings;
    std::unique_ptr<Mover> mover;
    SegmentCarrier carrier;
    Slide slide;
};

SegmentMemorySettings top() {
    SegmentMemorySettings settings;
    settings.heap.placement = SegmentPlacement::Top;
    return settings;
}

CompactionSettings locked(LockedSegments policy, LockTimeout timeout = LockTimeout::Above) {
    CompactionSettings settings;
    settings.locked = policy;
    settings.lockTimeout = timeout;
    settings.lockLimitCycles = 5'000'000;
    return settings;
}

/// The heap has frames 512 to 2048. A gap of 400, then 20 frames, a buffer of 60, a gap of 300, and
/// 500 frames; 256 are left at the top.
struct Scene {
    explicit Scene(LockingMachine& bench)
        : process(&bench.makeProcess()), other(&bench.makeProcess(VirtAddr(0x40000000))) {
        const SegmentCall first = bench.allocate(*process, 400);
        small = bench.allocate(*process, 20);
        buffer = bench.allocate(*other, 60);
        const SegmentCall second = bench.allocate(*process, 300);
        large = bench.allocate(*process, 500);
        bench.release(*process, first.at);
        bench.release(*process, second.at);
    }

    Process* process;
    Process* other;
    SegmentCall small;
    SegmentCall buffer;
    SegmentCall large;
};

std::size_t indexOf(const LockingMachine& bench, EventKind kind, Rule rule) {
    const auto found = std::find_if(bench.log.begin(), bench.log.end(), [&](const Event& event) {
        return event.kind == kind && event.rule == rule;
    });
    return static_cast<std::size_t>(found - bench.log.begin());
}

struct Live {
    Process* process = nullptr;
    SegmentCall call;
    std::uint64_t stamp = 0;
    std::uint64_t lockedAt = 0; ///< frame; 0 = it is not locked
};

struct Run {
    explicit Run(std::uint64_t seed) : rng(seed) {}

    static SegmentMemorySettings segments(Rng& rng) {
        SegmentMemorySettings settings;
        settings.heap.placement = static_cast<SegmentPlacement>(1 + rng.below(2));
        settings.heap.alignAbove = PageCount(300);
        settings.heap.alignment = PageCount(512);
        settings.messages.way = static_cast<MessageWay>(rng.below(2));
        settings.messages.places = 3;
        return settings;
    }

    static CompactionSettings compaction(Rng& rng) {
        CompactionSettings settings = locked(static_cast<LockedSegments>(rng.below(3)),
                                             static_cast<LockTimeout>(1 + rng.below(2)));
        settings.lockLimitCycles = 10'000;
        settings.extent = static_cast<CompactionExtent>(rng.below(2));
        settings.preferInTransit = rng.below(2) == 0;
        return settings;
    }

    Rng rng;
    SegmentMemorySettings settings = segments(rng);
    LockingMachine bench{compaction(rng), settings, static_cast<MoverAlgorithm>(1 + rng.below(2))};
    Process* processes[2] = {&bench.makeProcess(), &bench.makeProcess()};
    std::vector<Live> live;
};

void allocate(Run& run) {
    Live one{.process = run.processes[run.rng.below(2)], .call = {}, .stamp = run.rng.next()};
    one.call = run.bench.allocate(*one.process, 1 + run.rng.below(run.rng.below(6) ? 90 : 500));
    if (one.call.segment != 0) {
        RC_ASSERT(run.bench.write(*one.process, one.call.at, one.stamp));
        run.live.push_back(one);
    }
}

void sendOrReceive(Run& run, std::size_t n) {
    const Live one = run.live[n];
    Process& peer = *run.processes[one.process == run.processes[0] ? 1 : 0];
    SendCall call{.at = one.call.at, .receiver = peer.number};
    call.headerBytes = 8;
    call.header[0] = one.stamp;
    run.bench.spawn(0, sendSegment(run.bench.kernel, *one.process, call));
    run.bench.run();
    RC_ASSERT(!call.sent || one.lockedAt == 0);
    if (call.sent && run.settings.messages.way == MessageWay::Remap) {
        run.live.erase(run.live.begin() + static_cast<std::ptrdiff_t>(n));
    }
    if (run.rng.below(2) == 0 && run.bench.kernel.segments()->messages().hasFor(peer.number)) {
        const ReceiveCall got = run.bench.receive(peer);
        if (got.segment != 0) {
            Live received{.process = &peer, .call = {}, .stamp = got.header[0]};
            received.call.at = got.at;
            received.call.segment = got.segment;
            run.live.push_back(received);
        }
    }
}

void lockOrUnlock(Run& run, std::size_t n) {
    Live& one = run.live[n];
    if (one.lockedAt == 0) {
        RC_ASSERT(run.bench.lock(*one.process, one.call.at) == one.call.segment);
        one.lockedAt = run.bench.base(one.call.segment);
    } else {
        RC_ASSERT(run.bench.unlock(*one.process, one.call.at) == one.call.segment);
        one.lockedAt = 0;
    }
}

void step(Run& run) {
    const std::uint64_t what = run.live.empty() ? 0 : run.rng.below(10);
    const std::size_t n = run.live.empty() ? 0 : run.rng.below(run.live.size());
    if (what < 5) {
        allocate(run);
    } else if (what < 7) {
        sendOrReceive(run, n);
    } else if (what < 8) {
        lockOrUnlock(run, n);
    } else if (run.live[n].lockedAt == 0) {
        run.bench.release(*run.live[n].process, run.live[n].call.at);
        run.live.erase(run.live.begin() + static_cast<std::ptrdiff_t>(n));
    }
}

void program() {
    Run run(*rc::gen::arbitrary<std::uint64_t>());
    for (int i = 0; i < 40; ++i) {
        step(run);
        RC_ASSERT(run.bench.issue() == std::string());
        for (const Live& one : run.live) {
            RC_ASSERT(run.bench.read(*one.process, one.call.at) == one.stamp);
            RC_ASSERT(one.lockedAt == 0 || run.bench.base(one.call.segment) == one.lockedAt);
        }
    }
}

} // namespace

class DefragLocked : public QObject {
    Q_OBJECT

private slots:

    void above_whatIsBelowStaysFree() {
        LockingMachine bench(locked(LockedSegments::Above), top());
        const Scene scene(bench);
        bench.lock(*scene.other, scene.buffer.at);
        SegmentCall call{.frames = PageCount(500)};
        bench.ask(*scene.process, call);
        bench.run(10'000'000);
        QCOMPARE(bench.base(scene.small.segment), 512ULL);
        QCOMPARE(bench.base(scene.buffer.segment), 932ULL);
        QCOMPARE(bench.base(scene.large.segment), 992ULL);
        QCOMPARE(bench.base(call.segment), 1492ULL);
        QCOMPARE(bench.issue(), std::string());
    }

    void below_theGapIsFilled() {
        CompactionSettings settings = locked(LockedSegments::Below);
        LockingMachine bench(settings, top());
        const Scene scene(bench);
        const SegmentCall young = bench.allocate(*scene.process, 100);
        bench.lock(*scene.other, scene.buffer.at);
        SegmentCall call{.frames = PageCount(500)};
        bench.ask(*scene.process, call);
        bench.run(10'000'000);
        QCOMPARE(bench.base(scene.buffer.segment), 932ULL);
        QCOMPARE(bench.base(young.segment), 532ULL); // 500 do not fit below, 100 do
        QCOMPARE(bench.base(scene.large.segment), 992ULL);
        QCOMPARE(bench.base(call.segment), 1492ULL);
        QCOMPARE(bench.issue(), std::string());
    }

    void wait_endsAtTheUnlock() {
        LockingMachine bench(locked(LockedSegments::Wait), top());
        const Scene scene(bench);
        bench.lock(*scene.other, scene.buffer.at);
        SegmentCall call{.frames = PageCount(700)};
        bench.ask(*scene.process, call);
        while (bench.all(EventKind::LockWaitBegun).empty()) {
            bench.run(1);
        }
        LockCall unlock{.at = scene.buffer.at};
        bench.spawn(1, unlockSegment(bench.kernel, *scene.other, unlock), 0,
                    bench.scheduler.clock(0) + 1'000'000);
        bench.run(10'000'000);
        const Event ended = bench.all(EventKind::LockWaitEnded).back();
        QCOMPARE(ended.rule, Rule::UnlockedInTime);
        QVERIFY(ended.value >= 1'000'000 && ended.value < 1'100'000);
        QCOMPARE(bench.base(scene.buffer.segment), 532ULL);
        QVERIFY(call.segment != 0);
        QCOMPARE(bench.issue(), std::string());
    }

    void wait_endsAtTheLimit_data() {
        QTest::addColumn<int>("timeout");
        QTest::addColumn<int>("rule");
        QTest::addColumn<qulonglong>("large");
        QTest::newRow("above") << int(LockTimeout::Above) << int(Rule::LockOutlasts) << 992ULL;
        QTest::newRow("fail") << int(LockTimeout::Fail) << int(Rule::LockFails) << 1292ULL;
        QTest::newRow("panic") << int(LockTimeout::Panic) << int(Rule::LockPanic) << 1292ULL;
    }

    void wait_endsAtTheLimit() {
        QFETCH(int, timeout);
        QFETCH(int, rule);
        QFETCH(qulonglong, large);
        LockingMachine bench(locked(LockedSegments::Wait, static_cast<LockTimeout>(timeout)),
                             top());
        const Scene scene(bench);
        bench.lock(*scene.other, scene.buffer.at);
        SegmentCall call{.frames = PageCount(700)};
        bench.ask(*scene.process, call);
        bench.run(10'000'000);
        const Event ended = bench.all(EventKind::LockWaitEnded).back();
        QCOMPARE(int(ended.rule), rule);
        QVERIFY(ended.value >= 5'000'000 && ended.value < 5'010'000);
        QCOMPARE(bench.all(EventKind::KernelPanic).size(),
                 std::size_t(rule == int(Rule::LockPanic) ? 1 : 0));
        QCOMPARE(call.segment, SegmentId(0));
        QCOMPARE(bench.base(scene.buffer.segment), 932ULL);
        QCOMPARE(qulonglong(bench.base(scene.large.segment)), large);
        QCOMPARE(bench.issue(), std::string());
    }

    void wait_forOneself_isADeadlockAndNotSleptThrough() {
        LockingMachine bench(locked(LockedSegments::Wait, LockTimeout::Panic), top());
        const Scene scene(bench);
        bench.lock(*scene.other, scene.buffer.at);
        SegmentCall call{.frames = PageCount(500)};
        bench.ask(*scene.other, call);
        bench.run(10'000'000);
        const Event deadlock = bench.all(EventKind::LockDeadlock).back();
        QCOMPARE(deadlock.rule, Rule::RequesterHoldsLock);
        QCOMPARE(deadlock.value, std::uint64_t{scene.other->number});
        QVERIFY(bench.all(EventKind::LockWaitBegun).empty());
        QVERIFY(bench.all(EventKind::KernelPanic).empty());
        QVERIFY(call.segment != 0); // above it
        QCOMPARE(bench.base(scene.buffer.segment), 932ULL);
    }

    /// The holder comes to wait for the heap while the compaction waits for him.
    void wait_forOneWhoWaitsForTheHeap_isADeadlock() {
        LockingMachine bench(locked(LockedSegments::Wait, LockTimeout::Panic), top());
        const Scene scene(bench);
        bench.lock(*scene.other, scene.buffer.at);
        SegmentCall call{.frames = PageCount(500)};
        bench.ask(*scene.process, call);
        while (bench.all(EventKind::LockWaitBegun).empty()) {
            bench.run(1);
        }
        SegmentCall more{.frames = PageCount(1)};
        bench.spawn(1, allocateSegment(bench.kernel, *scene.other, more), 0,
                    bench.scheduler.clock(0) + 1000);
        bench.run(10'000'000);
        QCOMPARE(bench.all(EventKind::LockDeadlock).back().rule, Rule::HolderAwaitsHeap);
        QVERIFY(bench.all(EventKind::LockWaitEnded).back().value < 10'000);
        QVERIFY(call.segment != 0 && more.segment != 0);
        QCOMPARE(bench.issue(), std::string());
    }

    /// The driver's lock ends by itself, whoever waits: no deadlock.
    void wait_forTheDevice_isNoDeadlock() {
        LockingMachine bench(locked(LockedSegments::Wait, LockTimeout::Panic), top());
        const Scene scene(bench);
        bench.spawn(1, runDevice(bench.kernel), 0, bench.scheduler.clock(0));
        TransferCall transfer{.at = scene.buffer.at, .length = ByteCount(60 * pageBytes)};
        bench.spawn(0, startTransfer(bench.kernel, *scene.other, transfer));
        while (!transfer.begun) {
            bench.run(1);
        }
        SegmentCall call{.frames = PageCount(700)};
        bench.ask(*scene.other, call);
        bench.run(10'000'000);
        QVERIFY(bench.all(EventKind::LockDeadlock).empty());
        QCOMPARE(bench.all(EventKind::LockWaitEnded).back().rule, Rule::UnlockedInTime);
        QCOMPARE(bench.base(scene.buffer.segment), 532ULL);
        const VirtAddr last = scene.buffer.at + ByteCount(60 * pageBytes - 8);
        QCOMPARE(bench.read(*scene.other, last), DmaDevice::wordOf(1, 60 * wordsPerPage - 1));
        QVERIFY(call.segment != 0);
    }

    void lockOfAMovingSegment_waitsForTheEndOfItsMove() {
        LockingMachine bench(locked(LockedSegments::Above), top());
        const Scene scene(bench);
        SegmentCall call{.frames = PageCount(700)};
        bench.ask(*scene.process, call);
        while (!scene.other->move.active) {
            bench.run(1);
        }
        LockCall lock{.at = scene.buffer.at};
        bench.spawn(1, lockSegment(bench.kernel, *scene.other, lock), 0, bench.scheduler.clock(0));
        bench.run(10'000'000);
        QCOMPARE(lock.segment, scene.buffer.segment);
        const auto moved = std::find_if(bench.log.begin(), bench.log.end(), [&](const Event& e) {
            return e.kind == EventKind::SegmentMoved && e.object == scene.other->number;
        });
        const auto lockedAt = indexOf(bench, EventKind::SegmentLocked, Rule::LockedForDma);
        QVERIFY(static_cast<std::size_t>(moved - bench.log.begin()) < lockedAt);
        QCOMPARE(bench.base(scene.buffer.segment), 532ULL);
        QCOMPARE(bench.issue(), std::string());
    }

    void sendOfAMovingSegment_waitsForTheEndOfItsMove() {
        LockingMachine bench(locked(LockedSegments::Above), top());
        const Scene scene(bench);
        QVERIFY(bench.write(*scene.other, scene.buffer.at, 42));
        SegmentCall call{.frames = PageCount(700)};
        bench.ask(*scene.process, call);
        while (!scene.other->move.active) {
            bench.run(1);
        }
        SendCall send{.at = scene.buffer.at, .receiver = scene.process->number};
        bench.spawn(1, sendSegment(bench.kernel, *scene.other, send), 0, bench.scheduler.clock(0));
        bench.run(10'000'000);
        QVERIFY(send.sent);
        QVERIFY(indexOf(bench, EventKind::SegmentMoved, Rule::SlideDown) <
                indexOf(bench, EventKind::PteStore, Rule::MessageUnmapped));
        const ReceiveCall got = bench.receive(*scene.process);
        QCOMPARE(bench.read(*scene.process, got.at), 42ULL);
        QCOMPARE(bench.issue(), std::string());
    }

    /// A message is copied where it is: no entry E, no shootdown, no fault.
    void aMessage_movesWithoutItsReceiverKnowing() {
        for (const bool first : {false, true}) {
            CompactionSettings settings = locked(LockedSegments::Above);
            settings.preferInTransit = first;
            LockingMachine bench(settings, top());
            Process& process = bench.makeProcess();
            Process& receiver = bench.makeProcess();
            const SegmentCall gap = bench.allocate(process, 200);
            const SegmentCall used = bench.allocate(process, 300);
            const SegmentCall sent = bench.allocate(process, 200);
            bench.write(process, sent.at + ByteCount(199 * pageBytes), 9);
            bench.send(process, sent.at, receiver, 0);
            bench.release(process, gap.at);
            bench.log.clear();
            bench.spawn(0, bench.slide.makeRoom(0, PageCount(1), PageCount(1)));
            bench.run(10'000'000);
            QCOMPARE(bench.base(used.segment), first ? 712ULL : 512ULL);
            QCOMPARE(bench.base(sent.segment), first ? 512ULL : 812ULL);
            QCOMPARE(bench.slide.totals().bytes, (first ? 200 : 500) * pageBytes);
            QCOMPARE(bench.all(EventKind::MoveBegun).size(), std::size_t(first ? 0 : 1));
            QCOMPARE(bench.all(EventKind::PteStore).empty(), first);
            const ReceiveCall got = bench.receive(receiver);
            QCOMPARE(bench.read(receiver, got.at + ByteCount(199 * pageBytes)), 9ULL);
            QCOMPARE(bench.issue(), std::string());
        }
    }

    void aReceiverMayEnd_whileItsMessageMoves() {
        LockingMachine bench(locked(LockedSegments::Above), top());
        Process& process = bench.makeProcess();
        Process& receiver = bench.makeProcess();
        const SegmentCall gap = bench.allocate(process, 200);
        const SegmentCall sent = bench.allocate(process, 200);
        bench.send(process, sent.at, receiver, 0);
        bench.release(process, gap.at);
        bench.spawn(0, bench.slide.makeRoom(0, PageCount(1), PageCount(1)));
        while (bench.all(EventKind::PageCopied).empty()) {
            bench.run(1);
        }
        bench.kernel.end(receiver, ProcessState::Killed);
        bench.run(10'000'000);
        QVERIFY(receiver.reaped);
        QCOMPARE(bench.kernel.segments()->heap().table().freeFrames(0).value, 1536ULL);
        QCOMPARE(bench.issue(), std::string());
    }

    /// Random programs of two processes that allocate, free, send, receive, lock and unlock.
    void randomPrograms_keepTheInvariantsAndTheBytes() {
        QVERIFY(rc::check([] { program(); }));
    }
};

QTEST_GUILESS_MAIN(DefragLocked)
#include "tst_defrag_locked.moc"
