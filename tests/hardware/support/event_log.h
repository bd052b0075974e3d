#pragma once

#include "fragscope/event/event_bus.h"

#include <vector>

namespace fragscope::test {

/// A sink that keeps the events of the given kinds.
class EventLog : public EventSink {
public:
    EventLog(EventBus& bus, std::initializer_list<EventKind> kinds) : bus_(bus) {
        KindSet set;
        for (const EventKind kind : kinds) {
            set.set(static_cast<std::size_t>(kind));
        }
        bus_.attach(*this, set);
    }

    ~EventLog() override { bus_.detach(*this); }

    EventLog(const EventLog&) = delete;
    EventLog& operator=(const EventLog&) = delete;

    void onEvent(const Event& event) override { events.push_back(event); }

    void onPageImage(const Event& event, const PageRef& page) override {
        events.push_back(event);
        pages.push_back(page);
    }

    [[nodiscard]] std::size_t count(EventKind kind) const {
        std::size_t n = 0;
        for (const Event& event : events) {
            n += event.kind == kind ? 1 : 0;
        }
        return n;
    }

    std::vector<Event> events;
    std::vector<PageRef> pages;

private:
    EventBus& bus_;
};

} // namespace fragscope::test
