#include "fragscope/view/event_log.h"

#include "fragscope/base/check.h"

#include <algorithm>
#include <string>

namespace fragscope {

void EventLog::append(const Event& event) {
    FRAGSCOPE_CHECK(event.seq == endSeq_, "event " + std::to_string(event.seq) + " instead of " +
                                              std::to_string(endSeq_));
    if (size() == chunks_.size() * chunkEvents) {
        chunks_.push_back(std::make_shared<Event[]>(chunkEvents));
    }
    chunks_.back()[endSeq_ % chunkEvents] = event;
    ++endSeq_;
}

void EventLog::forgetBefore(std::uint64_t seq) {
    FRAGSCOPE_CHECK(seq <= endSeq_, "forgetting events that are not there yet");
    const std::uint64_t whole =
        seq > firstSeq_ ? (seq - firstSeq_) / chunkEvents : std::uint64_t{0};
    chunks_.erase(chunks_.begin(), chunks_.begin() + static_cast<std::ptrdiff_t>(whole));
    firstSeq_ += whole * chunkEvents;
}

const Event& EventLog::at(std::uint64_t seq) const {
    FRAGSCOPE_CHECK(seq >= firstSeq_ && seq < endSeq_,
                    "event " + std::to_string(seq) + " is not kept");
    return chunks_[(seq - firstSeq_) / chunkEvents][seq % chunkEvents];
}

} // namespace fragscope
