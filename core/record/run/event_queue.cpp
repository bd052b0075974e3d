#include "fragscope/record/run/event_queue.h"

#include "fragscope/base/check.h"

#include <bit>

namespace fragscope {

EventQueue::EventQueue(std::size_t capacity) : slots_(capacity), mask_(capacity - 1) {
    FRAGSCOPE_CHECK(std::has_single_bit(capacity) && capacity >= 2 * wakeup,
                    "capacity " + std::to_string(capacity));
}

std::size_t EventQueue::available() const {
    return pushed_.load(std::memory_order_acquire) - taken_.load(std::memory_order_acquire);
}

bool EventQueue::push(const Event& event) {
    const std::size_t position = pushed_.load(std::memory_order_relaxed);
    if (position - knownTaken_ == slots_.size() && !waitForRoom()) {
        return false;
    }
    if (abandoned_.load(std::memory_order_relaxed)) {
        return false;
    }
    slots_[position & mask_] = event;
    pushed_.store(position + 1, std::memory_order_release);
    if ((position + 1) % wakeup == 0) {
        // Locking makes sure that the consumer either sees the count or is asleep already.
        const std::scoped_lock lock(mutex_);
        changed_.notify_all();
    }
    return true;
}

bool EventQueue::waitForRoom() {
    const std::size_t position = pushed_.load(std::memory_order_relaxed);
    knownTaken_ = taken_.load(std::memory_order_acquire);
    if (position - knownTaken_ < slots_.size()) {
        return true;
    }
    ++waits_;
    std::unique_lock lock(mutex_);
    changed_.notify_all();
    changed_.wait(lock, [&] { return abandoned_.load() || available() < slots_.size(); });
    knownTaken_ = taken_.load(std::memory_order_acquire);
    return !abandoned_.load();
}

void EventQueue::close() {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    changed_.notify_all();
}

std::size_t EventQueue::wait(std::size_t enough, std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, patience, [&] { return closed_.load() || available() >= enough; });
    return available();
}

void EventQueue::release(std::size_t n) {
    taken_.store(taken_.load(std::memory_order_relaxed) + n, std::memory_order_release);
    const std::scoped_lock lock(mutex_);
    changed_.notify_all();
}

void EventQueue::abandon() {
    const std::scoped_lock lock(mutex_);
    abandoned_ = true;
    changed_.notify_all();
}

bool EventQueue::ended() const {
    return closed_.load() && available() == 0;
}

} // namespace fragscope
