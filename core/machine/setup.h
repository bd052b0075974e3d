#pragma once

#include "fragscope/base/error.h"
#include "fragscope/machine/parts.h"

namespace fragscope {

/// Boots the kernel and makes the initial state: processes with their blocks, threads, mover and
/// script.
Expected<Done> setUp(Machine::Parts& parts);

} // namespace fragscope
