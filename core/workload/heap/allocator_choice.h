#pragma once

#include "fragscope/alloc/allocator_settings.h"
#include "fragscope/base/units.h"
#include "fragscope/workload/heap/settings.h"

namespace fragscope {

/// The settings of the allocator of a process whose heap begins at `start`: defaults for a machine
/// of some MiB (1 MiB at the start, 16 MiB at most, a table of 16,384 entries), then the texts
/// "KEY=VALUE" of the process in their order, presets first. Error: a text that does not fit, with
/// its number in `column`, from 1.
Expected<AllocatorSettings> allocatorSettingsOf(const HeapSettings& heap, VirtAddr start);

} // namespace fragscope
