#pragma once

#include "fragscope/event/event.h"
#include "fragscope/view/explain.h"

#include <string>
#include <string_view>

namespace fragscope {

/// "0x1235'9000": hexadecimal digits in groups of four from the right.
std::string groupedHex(std::uint64_t value);

/// Fills places of the form {field} or {field:style} in a text with the event's operands.
///   fields  object value a b vaddr paddr cpu task size line
///   styles  (none) decimal; vaddr and paddr as addresses
///           hex bytes cycles frames pages virtual physical frame
///           blocks stores cpus pins words use entry role status end place listing error check
///           process register
/// A place that names neither stays as it is (a test looks for braces).
std::string fillIn(std::string_view text, const Event& event, const Names& names);

} // namespace fragscope
