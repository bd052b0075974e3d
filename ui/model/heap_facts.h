#pragma once

#include "fragscope/ui/panels/fact_list.h"
#include "fragscope/view/heap/heap_history.h"
#include "fragscope/view/heap/heap_view.h"

#include <vector>

namespace fragscope {

/// What is known of a block at the event `seq`: state, address, length, what the program asked for,
/// header and slack, the list or page that it is in, its handle.
std::vector<Fact> blockFacts(const HeapView& heap,
                             const HeapHistory& history,
                             const HeapBlock& block,
                             std::uint64_t seq);

/// What the program asked for of a block, where each of its blocks is one of the heap.
std::optional<HeapHistory::Request> requestOf(const HeapView& heap,
                                              const HeapHistory& history,
                                              const HeapBlock& block,
                                              std::uint64_t seq);

/// The same in a few lines, for a tooltip.
QString blockTip(const std::vector<Fact>& facts);

} // namespace fragscope
