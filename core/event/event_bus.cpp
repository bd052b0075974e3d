#include "fragscope/event/event_bus.h"

#include <algorithm>

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

void EventBus::deliver(const Event& event) {
    for (const Subscription& subscription : sinks_) {
        if (subscription.kinds.test(index(event.kind))) {
            subscription.sink->onEvent(event);
        }
    }
}

void EventBus::emit(Event event) {
    if (!wants(event.kind)) {
        return;
    }
    stamp(event);
    if (delivering_) {
        queued_.push_back(event);
        return;
    }
    delivering_ = true;
    deliver(event);
    while (!queued_.empty()) {
        const Event next = queued_.front();
        queued_.pop_front();
        deliver(next);
    }
    delivering_ = false;
}

void EventBus::replay(const Event& event) {
    nextSeq_ = event.seq + 1;
    deliver(event);
}

void EventBus::emitPageImage(PhysAddr paddr, const PageRef& page) {
    Event event;
    event.kind = EventKind::PageImage;
    event.paddr = paddr.value;
    if (!wants(event.kind)) {
        return;
    }
    stamp(event);
    for (const Subscription& subscription : sinks_) {
        if (subscription.kinds.test(index(event.kind))) {
            subscription.sink->onPageImage(event, page);
        }
    }
}

} // namespace fragscope
