#pragma once

#include "fragscope/base/units.h"

namespace fragscope {

/// Reads emulated physical memory without touching it: the machine's own memory or a replica of it.
/// Decoders of structures take this, so the same code serves pictures and integrity checks.
class MemoryReader {
public:
    virtual ~MemoryReader() = default;

    /// Little-endian value of `bytes` (1 to 8) at `address`; the range must not cross a frame.
    [[nodiscard]] virtual std::uint64_t read(PhysAddr address,
                                             unsigned bytes = wordBytes) const = 0;
};

} // namespace fragscope
