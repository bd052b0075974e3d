#pragma once

#include "fragscope/event/event_bus.h"
#include "fragscope/view/event_log.h"

#include <cstdint>
#include <optional>

/// Finding moments in the known events. A moment is a seq: the state before that event.
namespace fragscope {

/// The first micro-step at or after `seq`; endSeq() if there is none.
std::uint64_t stepAtOrAfter(const EventLog& log, std::uint64_t seq);

/// The last micro-step at or before `seq`; nothing if there is none in the log.
std::optional<std::uint64_t> stepAtOrBefore(const EventLog& log, std::uint64_t seq);

/// The moment just before micro-step `step` (0 = the first of the log); endSeq() if it is not known
/// yet.
std::uint64_t seqOfStep(const EventLog& log, std::uint64_t step);

/// The first micro-step that begins at `timeCycles` or later; exact when the run is scheduled by
/// time.
std::uint64_t seqAtTime(const EventLog& log, std::uint64_t timeCycles);

} // namespace fragscope
