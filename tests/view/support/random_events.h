#pragma once

#include "fragscope/base/rng.h"
#include "fragscope/event/event_kind.h"
#include "fragscope/view/machine_shape.h"

#include <array>
#include <vector>

namespace fragscope::test {

/// A small machine, so that a naive twin can copy everything at every event.
inline MachineShape smallShape() {
    return {.frames = PageCount(6), .cpus = 2, .tlbSlots = 5, .ram = {}};
}

/// Draws events that a machine of smallShape() could emit: every kind that the replica folds, with
/// stores of all sizes and alignments, overlapping copies, and calls that nest and return.
class RandomEvents {
public:
    explicit RandomEvents(std::uint64_t seed, const MachineShape& shape = smallShape())
        : rng_(seed), shape_(shape) {}

    std::vector<Event> make(std::size_t count) {
        std::vector<Event> events;
        while (events.size() < count) {
            events.push_back(next());
        }
        return events;
    }

    Event next() {
        if (tasks_ == 0) {
            return startTask();
        }
        static constexpr std::array<Event (RandomEvents::*)(), 14> makers{
            &RandomEvents::store,  &RandomEvents::store,    &RandomEvents::store,
            &RandomEvents::fill,   &RandomEvents::copy,     &RandomEvents::tlb,
            &RandomEvents::tlb,    &RandomEvents::cpuState, &RandomEvents::startTask,
            &RandomEvents::step,   &RandomEvents::step,     &RandomEvents::local,
            &RandomEvents::status, &RandomEvents::move};
        return (this->*makers[rng_.below(makers.size())])();
    }

    /// A micro-step of the task that runs.
    Event step() {
        time_ += rng_.below(50);
        Event event = blank(EventKind::TaskStep);
        event.object = depth();
        event.value = ++steps_;
        event.a = rng_.below(4);
        event.line = static_cast<std::uint16_t>(1 + rng_.below(9));
        return event;
    }

    Event store() {
        Event event = blank(rng_.below(2) == 0 ? EventKind::Store : EventKind::PhysStore);
        event.size = static_cast<std::uint8_t>(1 + rng_.below(8));
        const std::uint64_t frame = rng_.below(shape_.frames.value);
        event.paddr = frame * pageBytes + rng_.below(pageBytes - event.size + 1);
        event.value = rng_.below(4) == 0 ? 0 : rng_.next();
        return event;
    }

private:
    Event blank(EventKind kind) {
        Event event;
        event.kind = kind;
        event.seq = seq_++;
        event.timeCycles = time_;
        event.cpu = static_cast<std::uint8_t>(rng_.below(shape_.cpus));
        event.task = static_cast<std::uint32_t>(tasks_ == 0 ? 0 : 1 + rng_.below(tasks_));
        return event;
    }

    std::uint32_t depth() { return static_cast<std::uint32_t>(rng_.below(4)); }

    /// A range of memory: whole frames half of the time.
    std::uint64_t place(std::uint64_t& length) {
        const std::uint64_t bytes = bytesOf(shape_.frames).value;
        if (rng_.below(2) == 0) {
            const std::uint64_t count = 1 + rng_.below(3);
            length = count * pageBytes;
            return rng_.below(shape_.frames.value - count + 1) * pageBytes;
        }
        length = 1 + rng_.below(2 * pageBytes);
        return rng_.below(bytes - length + 1);
    }

    Event fill() {
        Event event = blank(EventKind::PhysFill);
        event.paddr = place(event.a);
        event.value = rng_.below(2) == 0 ? 0 : rng_.below(256);
        return event;
    }

    Event copy() {
        Event event = blank(EventKind::PhysCopy);
        event.a = place(event.b);
        const std::uint64_t room = bytesOf(shape_.frames).value - event.b;
        event.paddr = event.b % pageBytes == 0 && event.a % pageBytes == 0
                          ? rng_.below(room / pageBytes + 1) * pageBytes
                          : rng_.below(room + 1);
        return event;
    }

    Event tlb() {
        Event event = blank(rng_.below(3) != 0 ? EventKind::TlbFill : EventKind::TlbDrop);
        event.object = static_cast<std::uint32_t>(rng_.below(shape_.tlbSlots));
        event.vaddr = rng_.next();
        if (event.kind == EventKind::TlbFill) {
            event.paddr = rng_.next();
            event.value = rng_.next();
            event.a = pageBytes;
            event.b = rng_.below(3);
        }
        return event;
    }

    Event cpuState() {
        const EventKind kinds[] = {EventKind::RegisterWrite, EventKind::InterruptPending,
                                   EventKind::StoresPending};
        const EventKind kind = kinds[rng_.below(3)];
        const bool isRegister = kind == EventKind::RegisterWrite;
        Event event = blank(kind);
        event.object = static_cast<std::uint32_t>(rng_.below(isRegister ? 8 : shape_.cpus));
        event.value = rng_.below(5);
        return event;
    }

    Event startTask() {
        Event event = blank(EventKind::TaskStarted);
        event.task = ++tasks_;
        event.object = static_cast<std::uint32_t>(rng_.below(3));
        event.value = rng_.below(5);
        event.a = rng_.below(4);
        return event;
    }

    Event local() {
        Event event = blank(EventKind::LocalWrite);
        event.object = static_cast<std::uint32_t>(rng_.below(8));
        event.value = rng_.below(3);
        event.a = depth();
        event.b = rng_.below(4);
        return event;
    }

    Event status() {
        Event event = blank(EventKind::TaskStatusChange);
        event.value = rng_.below(3);
        event.a = depth();
        return event;
    }

    Event move() {
        static constexpr std::array<EventKind, 8> kinds{
            EventKind::MoveBegun,  EventKind::BlockBegun,    EventKind::PageCopied,
            EventKind::PageCopied, EventKind::BlockDone,     EventKind::MoveDone,
            EventKind::MoverDied,  EventKind::MoveRolledBack};
        Event event = blank(kinds[rng_.below(kinds.size())]);
        event.object = static_cast<std::uint32_t>(1 + rng_.below(3));
        event.vaddr = rng_.next();
        event.paddr = rng_.next();
        event.value = rng_.below(1 << 20);
        event.a = rng_.next();
        event.b = rng_.below(10);
        return event;
    }

    Rng rng_;
    MachineShape shape_;
    std::uint64_t seq_ = 0;
    std::uint64_t time_ = 0;
    std::uint64_t steps_ = 0;
    std::uint32_t tasks_ = 0;
};

} // namespace fragscope::test
