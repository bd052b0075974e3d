#include "fragscope/event/event_bus.h"

#include <algorithm>
#include <utility>

namespace fragscope {

KindSet kindsOf(RecordLevel level) {
    KindSet set;
    for (const EventKindInfo& info : allEventKinds()) {
        const bool included = level != RecordLevel::Metrics && info.level <= level;
        set.set(static_cast<std::size_t>(info.kind), included && info.kind != EventKind::PageImage);
    }
    return set;
}

KindSet exactStateKinds() {
    KindSet set;
    for (const EventKindInfo& info : allEventKinds()) {
        const bool state = info.sort != EventSort::Meaning;
        set.set(static_cast<std::size_t>(info.kind), state && info.kind != EventKind::PageImage);
    }
    return set;
}

void EventSink::onPageImage(const Event&, const PageRef&) {}

void EventBus::attach(EventSink& sink, KindSet kinds) {
    sinks_.push_back({&sink, kinds});
    refreshWanted();
}

void EventBus::detach(EventSink& sink) {
    std::erase_if(sinks_, [&](const Subscription& s) { return s.sink == &sink; });
    refreshWanted();
}

void EventBus::refreshWanted() {
    KindSet all;
    for (const Subscription& subscription : sinks_) {
        all |= subscription.kinds;
    }
    for (std::size_t i = 0; i < eventKindCount; ++i) {
        wanted_[i] = all.test(i);
    }
}

void EventBus::stamp(Event& event) {
    event.seq = nextSeq_++;
    event.timeCycles = context.timeCycles;
    event.cpu = context.cpu;
    event.task = context.task;
    event.line = context.line;
}

void EventBus::deliver(const Delivery& delivery) const {
    for (const Subscription& subscription : sinks_) {
        if (!subscription.kinds.test(index(delivery.audience))) {
            continue;
        }
        if (delivery.event.kind == EventKind::PageImage) {
            subscription.sink->onPageImage(delivery.event, delivery.page);
        } else {
            subscription.sink->onEvent(delivery.event);
        }
    }
}

void EventBus::deliverAll(const Delivery& first) {
    struct Delivering {
        EventBus& bus;

        explicit Delivering(EventBus& b) : bus(b) { bus.delivering_ = true; }

        Delivering(const Delivering&) = delete;
        Delivering& operator=(const Delivering&) = delete;

        ~Delivering() {
            bus.queued_.clear(); // not empty only if a sink has thrown
            bus.delivering_ = false;
        }
    } const delivering(*this);

    deliver(first);
    while (!queued_.empty()) {
        const Delivery next = std::move(queued_.front());
        queued_.pop_front();
        deliver(next);
    }
}

void EventBus::send(Delivery delivery) {
    if (delivering_) {
        queued_.push_back(std::move(delivery));
    } else {
        deliverAll(delivery);
    }
}

void EventBus::emit(Event event) {
    if (wants(event.kind)) {
        stamp(event);
        send({.event = event, .audience = event.kind});
    }
}

void EventBus::replay(const Event& event) {
    nextSeq_ = event.seq + 1;
    deliver({.event = event, .audience = event.kind});
}

void EventBus::emitPageImage(PhysAddr paddr, const PageRef& page) {
    if (wants(EventKind::PageImage)) {
        Event event{.kind = EventKind::PageImage, .paddr = paddr.value};
        stamp(event);
        send({.event = event, .audience = EventKind::PageImage, .page = page});
    }
}

void EventBus::emitCoalesced(Event event) {
    if (wants(EventKind::PageImage)) {
        event.seq = nextSeq_++;
        send({.event = event, .audience = EventKind::PageImage});
    }
}

} // namespace fragscope
