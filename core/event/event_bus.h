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
/// PageImage belongs to none of them: it is asked for on its own (coalesced density).
KindSet kindsOf(RecordLevel level);

/// State kinds that change the replica, without PageImage (exact density).
KindSet exactStateKinds();

/// Receives the events of the kinds that it asked for, in order of seq.
class EventSink {
public:
    virtual ~EventSink() = default;
    virtual void onEvent(const Event& event) = 0;

    /// Coalesced density: `page` is the immutable contents of the frame at event.paddr.
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
/// one.
class EventBus {
public:
    EventContext context;

    /// Sinks are called in the order of attachment; they must outlive the bus or be detached.
    void attach(EventSink& sink, KindSet kinds);
    void detach(EventSink& sink);

    /// True if some sink receives this kind: lets hot paths skip making an event.
    [[nodiscard]] bool wants(EventKind kind) const { return wanted_[index(kind)]; }

    /// True if some sink follows every change of state (exact density).
    [[nodiscard]] bool exact() const { return wants(EventKind::PhysStore); }

    /// Emits `event`; seq, time, cpu, task and line come from the bus.
    void emit(Event event);

    /// Emits a PageImage of the frame at `paddr`.
    void emitPageImage(PhysAddr paddr, const PageRef& page);

    /// Hands a recorded event to the sinks as it stands, with its own seq, time and place.
    void replay(const Event& event);

    [[nodiscard]] std::uint64_t emitted() const { return nextSeq_; }

private:
    struct Subscription {
        EventSink* sink;
        KindSet kinds;
    };

    static std::size_t index(EventKind kind) { return static_cast<std::size_t>(kind); }

    void refreshWanted();
    void stamp(Event& event);
    void deliver(const Event& event);

    std::vector<Subscription> sinks_;
    std::array<bool, eventKindCount> wanted_{};
    std::deque<Event> queued_;
    std::uint64_t nextSeq_ = 0;
    bool delivering_ = false;
};

} // namespace fragscope
