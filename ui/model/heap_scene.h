#pragma once

#include "fragscope/view/heap/heap_history.h"
#include "fragscope/view/heap/heap_view.h"
#include "fragscope/view/snapshot.h"

#include <vector>

namespace fragscope {

/// The heaps of one moment, ascending number of process; those without a pool are left out.
using HeapScene = std::vector<HeapViewRef>;

/// Reads the heaps of each moment, each at most once, and follows what the events tell of them.
class HeapReading {
public:
    /// Begins anew: another run.
    void reset();

    HeapScene update(const Snapshot& moment);

    [[nodiscard]] const HeapHistory& history() const { return history_; }

private:
    HeapShapes shapes_;
    std::vector<HeapReader> readers_;
    HeapHistory history_;
};

/// The heap of a process; null if it has none.
HeapViewRef heapOf(const HeapScene& scene, std::uint32_t process);

/// Whether a task of the process is inside of one of the allocators' operations.
bool operatesOnHeap(const ViewState& state, std::uint32_t process);

} // namespace fragscope
