#include "fragscope/event/event_bus.h"

#include <QTest>

#include <functional>
#include <stdexcept>

using namespace fragscope;

namespace {

KindSet setOf(std::initializer_list<EventKind> kinds) {
    KindSet set;
    for (const EventKind kind : kinds) {
        set.set(static_cast<std::size_t>(kind));
    }
    return set;
}

bool contains(const KindSet& set, EventKind kind) {
    return set.test(static_cast<std::size_t>(kind));
}

Event eventOf(EventKind kind, std::uint64_t value = 0) {
    Event event;
    event.kind = kind;
    event.value = value;
    return event;
}

/// Keeps what it gets and may answer each event with a reaction of the test.
class Recorder : public EventSink {
public:
    void onEvent(const Event& event) override {
        events.push_back(event);
        order.push_back(event.seq);
        if (reaction) {
            reaction(event);
        }
    }

    void onPageImage(const Event& event, const PageRef& page) override {
        order.push_back(event.seq);
        images.push_back(event);
        pages.push_back(page);
    }

    std::vector<std::uint64_t> values() const {
        std::vector<std::uint64_t> out;
        for (const Event& event : events) {
            out.push_back(event.value);
        }
        return out;
    }

    std::vector<Event> events;
    std::vector<Event> images;
    std::vector<std::uint64_t> order; ///< seq of events and images as they came
    std::vector<PageRef> pages;
    std::function<void(const Event&)> reaction;
};

using Values = std::vector<std::uint64_t>;

} // namespace

class TestEventBus : public QObject {
    Q_OBJECT

private slots:

    void emit_severalKinds_sinkGetsOnlyItsOwn() {
        EventBus bus;
        Recorder notes;
        Recorder both;
        bus.attach(notes, setOf({EventKind::Note}));
        bus.attach(both, setOf({EventKind::Note, EventKind::Load}));
        bus.emit(eventOf(EventKind::Note, 1));
        bus.emit(eventOf(EventKind::Load, 2));
        bus.emit(eventOf(EventKind::Store, 3));
        QCOMPARE(notes.values(), Values({1}));
        QCOMPARE(both.values(), Values({1, 2}));
    }

    void emit_wantedEvents_areNumberedDensely() {
        EventBus bus;
        Recorder sink;
        bus.attach(sink, setOf({EventKind::Note}));
        bus.emit(eventOf(EventKind::Note));
        bus.emit(eventOf(EventKind::Load)); // nobody wants it: no number is used up
        bus.emit(eventOf(EventKind::Note));
        QCOMPARE(bus.emitted(), std::uint64_t{2});
        QCOMPARE(sink.events.at(0).seq, std::uint64_t{0});
        QCOMPARE(sink.events.at(1).seq, std::uint64_t{1});
    }

    void emit_context_isCopiedOverTheEventsOwn() {
        EventBus bus;
        Recorder sink;
        bus.attach(sink, setOf({EventKind::Note}));
        bus.context = {.timeCycles = 900, .task = 7, .line = 3, .cpu = 2};
        Event event = eventOf(EventKind::Note, 5);
        event.rule = Rule::InEntryE;
        event.timeCycles = 1;
        event.task = 99;
        event.vaddr = 0x4000;
        bus.emit(event);
        const Event& got = sink.events.at(0);
        QCOMPARE(got.timeCycles, std::uint64_t{900});
        QCOMPARE(got.task, std::uint32_t{7});
        QCOMPARE(got.line, std::uint16_t{3});
        QCOMPARE(got.cpu, std::uint8_t{2});
        QVERIFY(got.rule == Rule::InEntryE);
        QCOMPARE(got.vaddr, std::uint64_t{0x4000});
    }

    /// The shadow copy answers a store with "lost write" while later sinks have not yet seen the
    /// store: every sink must see the cause before the answer, and the answers in order.
    void emit_fromWithinASink_followsTheCurrentEventForEverySink() {
        EventBus bus;
        Recorder answering;
        Recorder later;
        const KindSet kinds = setOf({EventKind::Store, EventKind::LostWrite, EventKind::Note});
        bus.attach(answering, kinds);
        bus.attach(later, kinds);
        answering.reaction = [&](const Event& event) {
            if (event.kind == EventKind::Store) {
                bus.emit(eventOf(EventKind::LostWrite, 20));
                bus.emit(eventOf(EventKind::Note, 21));
            } else if (event.kind == EventKind::LostWrite) {
                bus.emit(eventOf(EventKind::Note, 30));
            }
        };
        bus.emit(eventOf(EventKind::Store, 10));
        bus.emit(eventOf(EventKind::Note, 40));
        QCOMPARE(answering.values(), Values({10, 20, 21, 30, 40}));
        QCOMPARE(later.values(), answering.values());
        for (std::size_t i = 0; i < later.events.size(); ++i) {
            QCOMPARE(later.events[i].seq, std::uint64_t{i});
        }
    }

    void detach_sink_getsNothingMoreAndIsNoLongerWanted() {
        EventBus bus;
        Recorder first;
        Recorder second;
        bus.attach(first, setOf({EventKind::Note, EventKind::PhysStore}));
        bus.attach(second, setOf({EventKind::Note}));
        QVERIFY(bus.wants(EventKind::PhysStore));

        bus.detach(first);
        QVERIFY(!bus.wants(EventKind::PhysStore));
        QVERIFY(bus.wants(EventKind::Note));
        bus.emit(eventOf(EventKind::Note, 1));
        QCOMPARE(first.events.size(), std::size_t{0});
        QCOMPARE(second.values(), Values({1}));
    }

    void emitPageImage_wanted_handsOverThePageItself() {
        EventBus bus;
        Recorder images;
        Recorder others;
        bus.attach(images, setOf({EventKind::PageImage}));
        bus.attach(others, kindsOf(RecordLevel::Full));
        PageRef page = PageRef::zeroed();
        bus.emitPageImage(PhysAddr(0x3000), page);
        QCOMPARE(images.images.size(), std::size_t{1});
        QCOMPARE(images.images.at(0).paddr, std::uint64_t{0x3000});
        QVERIFY(images.pages.at(0).same(page));
        QCOMPARE(others.images.size(), std::size_t{0});

        page.writable()[0] = std::byte{1}; // what was handed over stays as it was
        QCOMPARE(images.pages.at(0).bytes()[0], std::byte{0});
    }

    void emitPageImage_fromWithinASink_keepsItsPlaceInTheQueue() {
        EventBus bus;
        Recorder answering;
        Recorder later;
        const KindSet kinds =
            setOf({EventKind::Store, EventKind::LostWrite, EventKind::Note, EventKind::PageImage});
        bus.attach(answering, kinds);
        bus.attach(later, kinds);
        PageRef page = PageRef::zeroed();
        answering.reaction = [&](const Event& event) {
            if (event.kind == EventKind::Store) {
                bus.emit(eventOf(EventKind::LostWrite));
                bus.emitPageImage(PhysAddr(0x1000), page);
                bus.emitCoalesced(eventOf(EventKind::TlbDrop));
                bus.emit(eventOf(EventKind::Note));
            }
        };
        bus.emit(eventOf(EventKind::Store));
        QCOMPARE(answering.order, Values({0, 1, 2, 3, 4}));
        QCOMPARE(later.order, Values({0, 1, 2, 3, 4}));
        QVERIFY(later.pages.at(0).same(page));
    }

    void emit_sinkThrows_nextEventIsDeliveredAtOnceAndNothingOld() {
        EventBus bus;
        Recorder throwing;
        bus.attach(throwing, setOf({EventKind::Store, EventKind::Note, EventKind::PageImage}));
        throwing.reaction = [&](const Event& event) {
            if (event.kind == EventKind::Store) {
                bus.emit(eventOf(EventKind::Note, 1));
                throw std::runtime_error("a sink gives up");
            }
        };
        QVERIFY_EXCEPTION_THROWN(bus.emit(eventOf(EventKind::Store)), std::runtime_error);
        QCOMPARE(throwing.events.size(), std::size_t{1});
        bus.emit(eventOf(EventKind::Note, 2));
        QCOMPARE(throwing.events.size(), std::size_t{2});
        QCOMPARE(throwing.events.back().value, std::uint64_t{2});
        bus.emitPageImage(PhysAddr(0), PageRef());
        QCOMPARE(throwing.images.size(), std::size_t{1});
    }

    void emitCoalesced_goesToThoseWhoAskedForPageImages_withItsOwnPlace() {
        EventBus bus;
        Recorder coalesced;
        Recorder exact;
        bus.attach(coalesced, setOf({EventKind::PageImage}));
        bus.attach(exact, setOf({EventKind::TlbFill}));
        bus.context = {.timeCycles = 900, .task = 7, .line = 3, .cpu = 2};
        Event event = eventOf(EventKind::TlbFill, 5);
        event.timeCycles = 400;
        event.task = 1;
        bus.emitCoalesced(event);
        QCOMPARE(exact.events.size(), std::size_t{0});
        QCOMPARE(coalesced.events.at(0).timeCycles, std::uint64_t{400});
        QCOMPARE(coalesced.events.at(0).task, std::uint32_t{1});
        QCOMPARE(coalesced.events.at(0).seq, std::uint64_t{0});
        bus.detach(coalesced);
        bus.emitCoalesced(event);
        QCOMPARE(bus.emitted(), std::uint64_t{1});
    }

    void kindsOf_levels_growFromNothingToAll() {
        QVERIFY(kindsOf(RecordLevel::Metrics).none());
        const KindSet structure = kindsOf(RecordLevel::Structure);
        const KindSet full = kindsOf(RecordLevel::Full);
        QVERIFY((structure & full) == structure);
        QVERIFY(contains(structure, EventKind::LostWrite));
        QVERIFY(!contains(structure, EventKind::Load));
        QVERIFY(contains(full, EventKind::Load));
        QCOMPARE(full.count(), eventKindCount - 1);
        QVERIFY(!contains(full, EventKind::PageImage));
    }

    void exactStateKinds_hold_whatChangesTheReplica() {
        const KindSet state = exactStateKinds();
        QVERIFY(contains(state, EventKind::PhysStore));
        QVERIFY(contains(state, EventKind::Store));
        QVERIFY(contains(state, EventKind::TlbDrop));
        QVERIFY(!contains(state, EventKind::Load));
        QVERIFY(!contains(state, EventKind::PageImage));
    }
};

QTEST_GUILESS_MAIN(TestEventBus)
#include "tst_event_bus.moc"
