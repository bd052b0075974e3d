#pragma once

#include "fragscope/event/event.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <vector>

namespace fragscope {

/// A bounded queue of events from one thread (the producer) to another (the consumer).
/// Invariants: (1) taken_ <= pushed_ <= taken_ + capacity; (2) slots [taken_, pushed_) belong to
/// the consumer, all others to the producer; (3) pushed_ is written by the producer only, taken_ by
/// the consumer only. The mutex is used for sleeping and waking alone.
class EventQueue {
public:
    /// `capacity` is a power of two and at least two wakeups.
    explicit EventQueue(std::size_t capacity);

    /// Producer: appends; sleeps while the queue is full. False (and nothing appended) once
    /// abandoned.
    bool push(const Event& event);

    /// Producer: how often push had to sleep.
    [[nodiscard]] std::uint64_t waits() const { return waits_; }

    /// Producer: nothing more will come.
    void close();

    /// Consumer: sleeps until `enough` events are there, `patience` is over or the queue is closed;
    /// how many are there.
    std::size_t wait(std::size_t enough, std::chrono::milliseconds patience);

    /// Consumer: the i-th of the events that are there.
    [[nodiscard]] const Event& at(std::size_t i) const {
        return slots_[(taken_.load(std::memory_order_relaxed) + i) & mask_];
    }

    /// Consumer: gives the first `n` slots back.
    void release(std::size_t n);

    /// Consumer: takes nothing more; the producer never sleeps again.
    void abandon();

    /// Consumer: closed and empty.
    [[nodiscard]] bool ended() const;

private:
    static constexpr std::size_t wakeup = 1024; ///< the consumer is told after so many events

    [[nodiscard]] std::size_t available() const;
    bool waitForRoom();

    std::vector<Event> slots_;
    std::size_t mask_;
    std::atomic<std::size_t> pushed_{0};
    std::atomic<std::size_t> taken_{0};
    std::size_t knownTaken_ = 0; ///< producer's copy of taken_
    std::uint64_t waits_ = 0;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::atomic<bool> closed_{false};
    std::atomic<bool> abandoned_{false};
};

} // namespace fragscope
