#pragma once

#include "fragscope/base/units.h"

namespace fragscope {

/// Reads the words of an arena for decoders: changes nothing, costs nothing. A page that was never
/// written reads zero.
class ArenaReader {
public:
    virtual ~ArenaReader() = default;
    [[nodiscard]] virtual std::uint64_t word(VirtAddr at) const = 0;
};

} // namespace fragscope
