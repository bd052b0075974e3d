#pragma once

#include "fragscope/base/units.h"

#include <cstdint>
#include <type_traits>

namespace fragscope {

enum class EventKind : std::uint16_t;
enum class Rule : std::uint16_t;

/// One event: what leaves the machine. Fixed size, trivially copyable; the registry (event_kind.h)
/// says for each kind what `object`, `value`, `a` and `b` mean and in which unit.
struct Event {
    std::uint64_t seq = 0;        ///< dense from 0 within a run at its density
    std::uint64_t timeCycles = 0; ///< clock of the CPU at the start of the step that made the event
    EventKind kind{};             ///< what happened
    Rule rule{};                  ///< why: the rule applied; its text takes the operands (rule.h)
    std::uint16_t line = 0;       ///< line of the task's listing; 0 = none
    std::uint8_t cpu = 0;         ///< CPU that did it
    std::uint8_t size = 0;        ///< bytes of a store or load (1 to 8), else 0
    std::uint32_t task = 0;       ///< task that did it; 0 = the machine itself
    std::uint32_t object = 0;     ///< process, TLB slot, CPU, ...: see the kind
    std::uint64_t vaddr = 0;      ///< virtual address, 0 if none
    std::uint64_t paddr = 0;      ///< physical address, 0 if none
    std::uint64_t value = 0;
    std::uint64_t a = 0;
    std::uint64_t b = 0;
};

static_assert(std::is_trivially_copyable_v<Event> && sizeof(Event) == 72);

} // namespace fragscope
