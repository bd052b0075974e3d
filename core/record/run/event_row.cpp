#include "fragscope/record/run/event_row.h"

#include <limits>

namespace fragscope {

namespace {

/// Narrows, and notes if the value did not fit.
template <class Field> Field narrowed(std::int64_t value, bool& fits) {
    fits = fits && value >= 0 && value <= std::int64_t{std::numeric_limits<Field>::max()};
    return static_cast<Field>(value);
}

} // namespace

void bindEvent(Statement& statement, std::int64_t run, const Event& event) {
    statement.bind(run, event.seq, event.timeCycles,
                   std::uint32_t{static_cast<std::uint16_t>(event.kind)}, std::uint32_t{event.cpu},
                   event.task, std::uint32_t{event.line},
                   std::uint32_t{static_cast<std::uint16_t>(event.rule)}, event.object, event.vaddr,
                   event.paddr, event.value, event.a, event.b, std::uint32_t{event.size});
}

std::optional<Event> readEvent(const Statement& row) {
    bool fits = true;
    Event event;
    event.seq = row.word(0);
    event.timeCycles = row.word(1);
    event.kind = static_cast<EventKind>(narrowed<std::uint16_t>(row.integer(2), fits));
    event.cpu = narrowed<std::uint8_t>(row.integer(3), fits);
    event.task = narrowed<std::uint32_t>(row.integer(4), fits);
    event.line = narrowed<std::uint16_t>(row.integer(5), fits);
    event.rule = static_cast<Rule>(narrowed<std::uint16_t>(row.integer(6), fits));
    event.object = narrowed<std::uint32_t>(row.integer(7), fits);
    event.vaddr = row.word(8);
    event.paddr = row.word(9);
    event.value = row.word(10);
    event.a = row.word(11);
    event.b = row.word(12);
    event.size = narrowed<std::uint8_t>(row.integer(13), fits);
    return fits ? std::optional(event) : std::nullopt;
}

} // namespace fragscope
