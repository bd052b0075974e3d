#pragma once

#include "fragscope/event/event.h"

#include <memory>
#include <vector>

namespace fragscope {

/// Append-only list of events with dense seq, in chunks that copies share: a copy is a snapshot
/// that stays valid while the original grows on another thread (publish the copy under a lock).
class EventLog {
public:
    void append(const Event& event);

    /// Forgets whole chunks at the front until at most `events` are left (rounded up to a chunk).
    void trimTo(std::uint64_t events);

    [[nodiscard]] std::uint64_t firstSeq() const { return firstSeq_; }

    /// One past the last event.
    [[nodiscard]] std::uint64_t endSeq() const { return endSeq_; }

    /// The event `seq`, firstSeq() <= seq < endSeq().
    [[nodiscard]] const Event& at(std::uint64_t seq) const;

private:
    static constexpr std::uint64_t chunkEvents = 4096;
    std::vector<std::shared_ptr<Event[]>> chunks_;
    std::uint64_t firstSeq_ = 0;
    std::uint64_t endSeq_ = 0;
};

} // namespace fragscope
