#pragma once

#include <string>

namespace fragscope {

/// Now, as ISO 8601 in UTC with milliseconds. The only clock of the core: it stamps run files and
/// reaches neither machine nor events.
std::string utcNow();

} // namespace fragscope
