#pragma once

#include "fragscope/event/event.h"

#include <memory>
#include <vector>

namespace fragscope {

/// Append-only list of events with dense seq, in chunks that copies share: a copy is a snapshot
/// that stays valid while the original grows on another thread (publish the copy under a lock).
class EventLog {
public:
    static constexpr std::uint64_t chunkEvents = 4096;

    /// The event must have seq endSeq().
    void append(const Event& event);

    /// Forgets events before `seq` (at most endSeq()), whole chunks only.
    void forgetBefore(std::uint64_t seq);

    /// First event kept; 0 until something was forgotten.
    [[nodiscard]] std::uint64_t firstSeq() const { return firstSeq_; }

    /// One past the last event.
    [[nodiscard]] std::uint64_t endSeq() const { return endSeq_; }

    [[nodiscard]] std::uint64_t size() const { return endSeq_ - firstSeq_; }

    /// The event `seq`, firstSeq() <= seq < endSeq().
    [[nodiscard]] const Event& at(std::uint64_t seq) const;

private:
    std::vector<std::shared_ptr<Event[]>> chunks_;
    std::uint64_t firstSeq_ = 0; ///< a multiple of chunkEvents
    std::uint64_t endSeq_ = 0;
};

} // namespace fragscope
