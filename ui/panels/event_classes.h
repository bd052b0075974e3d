#pragma once

#include "fragscope/event/event_bus.h"

#include <QString>

#include <array>
#include <cstdint>

namespace fragscope {

/// Groups of event kinds that people look for.
enum class EventClass : std::uint8_t {
    Important, ///< every meaning event that is emitted at record level Structure
    Moves,
    Faults, ///< faults, waits, handlers
    Map,    ///< map entries, page tables, shootdowns
    Memory, ///< frames, processes, growth
    Accesses,
    Violations,
    Everything,
    Count
};

inline constexpr std::size_t eventClassCount = static_cast<std::size_t>(EventClass::Count);

QString nameOf(EventClass eventClass);
KindSet kindsOf(EventClass eventClass);

} // namespace fragscope
