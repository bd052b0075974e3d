#pragma once

#include "fragscope/event/event.h"
#include "fragscope/record/database/statement.h"

#include <optional>

namespace fragscope {

/// The columns of an event after run_id, in the order of bindEvent and readEvent.
inline constexpr const char* eventColumns =
    "seq, time_cycles, kind, cpu, task, line, rule, object, vaddr, paddr, value, a, b, size";

/// Sets parameter 1 to the run and 2 to 15 to the event's fields.
void bindEvent(Statement& statement, std::int64_t run, const Event& event);

/// Columns 0 to 13 of the current row; nothing if a number does not fit its field (a damaged row).
std::optional<Event> readEvent(const Statement& row);

} // namespace fragscope
