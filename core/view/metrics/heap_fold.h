#pragma once

#include "fragscope/base/units.h"
#include "fragscope/event/event.h"

#include <map>

namespace fragscope {

/// What programs hold of heaps and what these take for it, folded from the events of heaps.
class HeapFold {
public:
    /// True if a figure changed.
    bool apply(const Event& event);

    /// The heap of a process ends with it.
    void endProcess(std::uint32_t process);

    /// L: asked for by programs and not freed.
    [[nodiscard]] ByteCount live() const { return live_; }

    /// H: pools of all heaps.
    [[nodiscard]] PageCount pools() const { return pools_; }

private:
    struct Heap {
        ByteCount live;
        PageCount pool;
    };

    std::map<std::uint32_t, Heap> heaps_; ///< by process
    ByteCount live_;                      ///< sums over these
    PageCount pools_;
};

} // namespace fragscope
