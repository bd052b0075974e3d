#pragma once

#include "fragscope/base/page.h"
#include "fragscope/event/event_kind.h"
#include "fragscope/event/rule.h"

#include <array>
#include <bitset>
#include <deque>
#include <vector>

namespace fragscope {

using KindSet = std::bitset<eventKindCount>;

/// The kinds of a record level: Metrics none, Structure the always emitted ones, Full all.
/// PageImage belongs to none of them: who asks for it gets the coalesced density besides.
KindSet kindsOf(RecordLevel level);

/// State kinds that change the replica, without PageImage (exact density).
KindSet exactStateKinds();

/// Receives the events of the kinds that it asked for, in order of seq.
class EventSink {
public:
    virtual ~EventSink() = default;
    virtual void onEvent(const Event& event) = 0;

    /// Coalesced density: `page` is the immutable contents of the frame at event.paddr. The other
    /// events of a slice's end (TLB slots, registers, task lines, locals) come through onEvent.
    virtual void onPageImage(const Event& event, const PageRef& page);
};

/// Where an event comes from; set by the scheduler before each step, copied into each event.
struct EventContext {
    std::uint64_t timeCycles = 0;
    std::uint32_t task = 0;
    std::uint16_t line = 0;
    std::uint8_t cpu = 0;
};

/// The one way out of the machine. Gives each event its number and place and hands it to the sinks.
/// A sink may emit events itself (the shadow copy does): they are queued and follow the current
/// one. A sink that throws ends the delivery: what is queued is dropped, the exception passes on.
class EventBus {
public:
    EventContext context;

    /// Sinks are called in the order of attachment; they must outlive the bus or be detached.
    void attach(EventSink& sink, KindSet kinds);
    void detach(EventSink& sink);

    /// True if some sink receives this kind: lets hot paths skip making an event.
    [[nodiscard]] bool wants(EventKind kind) const { return wanted_[index(kind)]; }

    /// Emits `event`; seq, time, cpu, task and line come from the bus.
    void emit(Event event);

    /// Emits a PageImage of the frame at `paddr`.
    void emitPageImage(PhysAddr paddr, const PageRef& page);

    /// Emits an event of the end of a slice to the sinks that asked for PageImage, whatever other
    /// kinds they asked for. Its time and place are its own, not the context's.
    void emitCoalesced(Event event);

    /// Hands a recorded event to the sinks as it stands, with its own seq, time and place.
    void replay(const Event& event);

    [[nodiscard]] std::uint64_t emitted() const { return nextSeq_; }

private:
    struct Subscription {
        EventSink* sink;
        KindSet kinds;
    };

    /// An event on its way, with what decides who gets it.
    struct Delivery {
        Event event;
        EventKind audience{}; ///< kind that the receivers asked for
        PageRef page{};       ///< of a PageImage
    };

    static std::size_t index(EventKind kind) { return static_cast<std::size_t>(kind); }

    void refreshWanted();
    void stamp(Event& event);
    void send(Delivery delivery);
    void deliver(const Delivery& delivery) const;
    void deliverAll(const Delivery& first);

    std::vector<Subscription> sinks_;
    std::array<bool, eventKindCount> wanted_{};
    std::deque<Delivery> queued_;
    std::uint64_t nextSeq_ = 0;
    bool delivering_ = false;
};

} // namespace fragscope
