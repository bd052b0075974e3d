#include "fragscope/base/check.h"
#include "fragscope/view/replica.h"

#include <QTest>

#include "support/print.h"
#include "view/support/naive_replica.h"
#include "view/support/random_events.h"

using namespace fragscope;
using namespace fragscope::test;

namespace {

constexpr std::size_t eventCount = 1200;

Event storeEvent(std::uint64_t seq, std::uint64_t paddr, std::uint64_t value, std::uint8_t size) {
    Event event;
    event.kind = EventKind::PhysStore;
    event.seq = seq;
    event.paddr = paddr;
    event.value = value;
    event.size = size;
    return event;
}

} // namespace

class TestReplica : public QObject {
    Q_OBJECT

private slots:
    void apply_randomEvents_equalsNaiveTwin_data();
    void apply_randomEvents_equalsNaiveTwin();
    void undo_randomWalk_equalsFirstVisit_data();
    void undo_randomWalk_equalsFirstVisit();
    void undo_atTheStart_refuses();
    void undo_smallRing_keepsNewestWithinBound();
    void undo_eventLargerThanRing_refuses();
    void copy_wholeFrame_sharesThePage();
    void store_afterSharedCopy_leavesTheOtherFrame();
    void store_acrossWords_changesBothAndUndoesBoth();
    void snapshot_whileReplicaGoesOn_staysAsItWas();
    void apply_wrongSeq_isRefused();
    void apply_badOperands_areRefused_data();
    void apply_badOperands_areRefused();
    void pageImage_replacesFrameAndCannotBeUndone();
    void call_entered_hasZeroLocals();
    void moverDied_keepsTheOpenMove();
};

void TestReplica::apply_randomEvents_equalsNaiveTwin_data() {
    QTest::addColumn<quint64>("seed");
    for (quint64 seed = 1; seed <= 6; ++seed) {
        QTest::addRow("seed %llu", seed) << seed;
    }
}

void TestReplica::apply_randomEvents_equalsNaiveTwin() {
    QFETCH(quint64, seed);
    const auto events = RandomEvents(seed).make(eventCount);
    Replica replica(smallShape());
    NaiveState naive(smallShape());
    for (const Event& event : events) {
        replica.apply(event);
        naiveApply(naive, event);
        QCOMPARE(difference(naive, replica.state()), std::string());
    }
}

void TestReplica::undo_randomWalk_equalsFirstVisit_data() {
    apply_randomEvents_equalsNaiveTwin_data();
}

void TestReplica::undo_randomWalk_equalsFirstVisit() {
    QFETCH(quint64, seed);
    const auto events = RandomEvents(seed).make(eventCount);
    const auto states = naiveStates(smallShape(), events);
    Replica replica(smallShape());
    std::vector<ViewState> saved{replica.state()};
    Rng rng(seed);
    std::size_t undone = 0;
    for (int leg = 0; leg < 120; ++leg) {
        const std::uint64_t what = rng.below(8);
        const std::uint64_t length = 1 + rng.below(60);
        if (what == 0 && !saved.empty()) {
            replica.restore(saved[rng.below(saved.size())]);
            QCOMPARE(replica.undoable(), std::uint64_t{0});
        } else if (what < 4) {
            for (std::uint64_t i = 0; i < length && replica.undo(); ++i) {
                ++undone;
                QCOMPARE(difference(states[replica.state().nextSeq], replica.state()),
                         std::string());
            }
        } else {
            for (std::uint64_t i = 0; i < length && replica.state().nextSeq < eventCount; ++i) {
                replica.apply(events[replica.state().nextSeq]);
            }
            saved.push_back(replica.state());
        }
        QCOMPARE(difference(states[replica.state().nextSeq], replica.state()), std::string());
    }
    QVERIFY2(undone > 300, "the walk must go back often");
}

void TestReplica::undo_atTheStart_refuses() {
    Replica replica(smallShape());
    QVERIFY(!replica.undo());
    replica.apply(storeEvent(0, 8, 1, 8));
    QVERIFY(replica.undo());
    QVERIFY(!replica.undo());
    QCOMPARE(replica.state().nextSeq, std::uint64_t{0});
}

void TestReplica::undo_smallRing_keepsNewestWithinBound() {
    constexpr std::size_t bound = 20'000;
    const auto events = RandomEvents(7).make(eventCount);
    const auto states = naiveStates(smallShape(), events);
    Replica replica(smallShape(), bound);
    for (const Event& event : events) {
        replica.apply(event);
        QVERIFY(replica.undoBytes() <= bound);
    }
    const std::uint64_t kept = replica.undoable();
    QVERIFY(kept > 0 && kept < eventCount);
    std::uint64_t undone = 0;
    while (replica.undo()) {
        ++undone;
        QCOMPARE(difference(states[replica.state().nextSeq], replica.state()), std::string());
    }
    QCOMPARE(undone, kept);
}

void TestReplica::undo_eventLargerThanRing_refuses() {
    Replica replica(smallShape(), pageBytes);
    Event fill;
    fill.kind = EventKind::PhysFill;
    fill.a = 3 * pageBytes;
    fill.value = 0xaa;
    replica.apply(fill);
    QCOMPARE(replica.undoable(), std::uint64_t{0});
    QVERIFY(!replica.undo());
    QCOMPARE(replica.state().memory.load(PhysAddr(2 * pageBytes), 1), std::uint64_t{0xaa});
}

void TestReplica::copy_wholeFrame_sharesThePage() {
    Replica replica(smallShape());
    replica.apply(storeEvent(0, 0, 0x1122, 8));
    Event copy;
    copy.kind = EventKind::PhysCopy;
    copy.seq = 1;
    copy.paddr = 3 * pageBytes;
    copy.b = pageBytes;
    replica.apply(copy);
    const PageMap& memory = replica.state().memory;
    QVERIFY(memory.page(FrameNumber(3)).same(memory.page(FrameNumber(0))));
}

void TestReplica::store_afterSharedCopy_leavesTheOtherFrame() {
    Replica replica(smallShape());
    replica.apply(storeEvent(0, 0, 0x1122, 8));
    Event copy;
    copy.kind = EventKind::PhysCopy;
    copy.seq = 1;
    copy.paddr = 3 * pageBytes;
    copy.b = pageBytes;
    replica.apply(copy);
    replica.apply(storeEvent(2, 0, 0x3344, 8));
    QCOMPARE(replica.state().memory.load(PhysAddr(0)), std::uint64_t{0x3344});
    QCOMPARE(replica.state().memory.load(PhysAddr(3 * pageBytes)), std::uint64_t{0x1122});
}

void TestReplica::store_acrossWords_changesBothAndUndoesBoth() {
    Replica replica(smallShape());
    replica.apply(storeEvent(0, 13, 0x8877665544332211, 8));
    const PageMap& memory = replica.state().memory;
    QCOMPARE(memory.load(PhysAddr(8)), std::uint64_t{0x3322110000000000});
    QCOMPARE(memory.load(PhysAddr(16)), std::uint64_t{0x0000008877665544});
    QVERIFY(replica.undo());
    QCOMPARE(memory.load(PhysAddr(8)), std::uint64_t{0});
    QCOMPARE(memory.load(PhysAddr(16)), std::uint64_t{0});
}

void TestReplica::snapshot_whileReplicaGoesOn_staysAsItWas() {
    const auto events = RandomEvents(9).make(400);
    const auto states = naiveStates(smallShape(), events);
    Replica replica(smallShape());
    for (std::size_t i = 0; i < 200; ++i) {
        replica.apply(events[i]);
    }
    const ViewState snapshot = replica.state();
    for (std::size_t i = 200; i < 400; ++i) {
        replica.apply(events[i]);
    }
    QCOMPARE(difference(states[200], snapshot), std::string());
    while (replica.undo()) {
    }
    QCOMPARE(difference(states[200], snapshot), std::string());
}

void TestReplica::apply_wrongSeq_isRefused() {
    Replica replica(smallShape());
    QVERIFY_EXCEPTION_THROWN(replica.apply(storeEvent(1, 0, 0, 8)), LogicError);
}

void TestReplica::apply_badOperands_areRefused_data() {
    QTest::addColumn<int>("kind");
    QTest::addColumn<quint64>("paddr");
    QTest::addColumn<quint32>("object");
    QTest::addColumn<quint64>("a");
    QTest::addColumn<int>("cpu");
    const auto row = [](const char* name, EventKind kind, quint64 paddr, quint32 object, quint64 a,
                        int cpu) {
        QTest::newRow(name) << static_cast<int>(kind) << paddr << object << a << cpu;
    };
    row("store across frames", EventKind::PhysStore, pageBytes - 4, 0, 0, 0);
    row("store past the end", EventKind::PhysStore, 6 * pageBytes, 0, 0, 0);
    row("TLB slot", EventKind::TlbFill, 0, 5, 0, 0);
    row("TLB slot of a drop", EventKind::TlbDrop, 0, 5, 0, 0);
    row("CPU of a TLB", EventKind::TlbFill, 0, 0, 0, 2);
    row("register", EventKind::RegisterWrite, 0, registerCount, 0, 0);
    row("interrupted CPU", EventKind::InterruptPending, 0, 2, 0, 0);
    row("page image as plain event", EventKind::PageImage, 0, 0, 0, 0);
}

void TestReplica::apply_badOperands_areRefused() {
    QFETCH(int, kind);
    QFETCH(quint64, paddr);
    QFETCH(quint32, object);
    QFETCH(quint64, a);
    QFETCH(int, cpu);
    Event event;
    event.kind = static_cast<EventKind>(kind);
    event.paddr = paddr;
    event.object = object;
    event.a = a;
    event.size = 8;
    event.cpu = static_cast<std::uint8_t>(cpu);
    Replica replica(smallShape());
    QVERIFY_EXCEPTION_THROWN(replica.apply(event), LogicError);
}

void TestReplica::pageImage_replacesFrameAndCannotBeUndone() {
    Replica replica(smallShape());
    replica.apply(storeEvent(0, 0, 5, 8));
    PageRef page = PageRef::zeroed();
    page.writable()[7] = std::byte{9};
    Event image;
    image.kind = EventKind::PageImage;
    image.seq = 1;
    image.timeCycles = 77;
    image.paddr = 2 * pageBytes;
    replica.applyPageImage(image, page);
    QVERIFY(replica.state().memory.page(FrameNumber(2)).same(page));
    QCOMPARE(replica.state().nextSeq, std::uint64_t{2});
    QCOMPARE(replica.state().timeCycles, std::uint64_t{77});
    QVERIFY(!replica.undo());
}

void TestReplica::call_entered_hasZeroLocals() {
    Replica replica(smallShape());
    std::uint64_t seq = 0;
    const auto give = [&](EventKind kind, std::uint32_t object, std::uint64_t value,
                          std::uint64_t a, std::uint64_t b) {
        Event event;
        event.kind = kind;
        event.seq = seq++;
        event.task = 1;
        event.object = object;
        event.value = value;
        event.a = a;
        event.b = b;
        replica.apply(event);
    };
    give(EventKind::TaskStarted, 1, 1, 0, 0);
    give(EventKind::TaskStep, 1, 1, 4, 0);                   // in a call at depth 1, listing 4
    give(EventKind::LocalWrite, 2, 99, 1, 4);                // its local 2
    give(EventKind::TaskStatusChange, 0, 0, 0, 0);           // back at depth 0
    QCOMPARE(replica.state().tasks[0].calls[1], CallView{}); // left: nothing remains
    give(EventKind::LocalWrite, 0, 5, 1, 4); // set before the first step of the next call
    QCOMPARE(replica.state().tasks[0].calls[1].locals[2], std::uint64_t{0});
    QCOMPARE(replica.state().tasks[0].depth, std::uint8_t{1});
    give(EventKind::TaskStep, 1, 2, 4, 0);
    QCOMPARE(replica.state().tasks[0].calls[1].locals[0], std::uint64_t{5});
}

void TestReplica::moverDied_keepsTheOpenMove() {
    Replica replica(smallShape());
    Event event;
    event.kind = EventKind::MoveBegun;
    event.object = 2;
    event.value = 8192;
    replica.apply(event);
    event.seq = 1;
    event.kind = EventKind::MoverDied;
    replica.apply(event);
    QCOMPARE(replica.state().move.lengthBytes, std::uint64_t{8192});
    event.seq = 2;
    event.kind = EventKind::MoveRolledBack;
    replica.apply(event);
    QCOMPARE(replica.state().move.lengthBytes, std::uint64_t{0});
}

QTEST_GUILESS_MAIN(TestReplica)
#include "tst_view_replica.moc"
