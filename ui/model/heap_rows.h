#pragma once

#include "fragscope/ui/panels/chain_view.h"
#include "fragscope/view/heap/heap_history.h"
#include "fragscope/view/heap/heap_view.h"

#include <vector>

namespace fragscope {

/// The free structures of an allocator as rows: each list that is not empty, in the order in which
/// an allocation looks at them, its length and its first members. Each link is a free block, and
/// its id the address.
std::vector<ChainRow> heapListRows(const HeapView& heap);

/// Compact-fit: each class that has pages, these from the newest to the oldest not-full one, then
/// sources of copies, the free pages, and the table that leads to the blocks. The id of a link is
/// the address of a page or of a block. The page that covers `selected` stands out.
std::vector<ChainRow> compactFitRows(const HeapView& heap, std::optional<VirtAddr> selected);

/// Whether lists have two indices: rows and columns of a matrix.
bool hasMatrix(const HeapView& heap);

/// "compact-fit, k=1": the allocator with what was set for it in the order of the settings.
QString allocatorText(const AllocatorSettings& settings);

/// "40 KiB live in 61 KiB · 31 blocks · 9.1 KiB free in 12, largest 4 KiB": what a bar says above
/// its rows.
QString heapText(const HeapView& heap, const HeapHistory::Use& use, bool underWay);

/// "0x1a40": an address from the start of the heap on.
QString offsetIn(const HeapView& heap, VirtAddr address);

} // namespace fragscope
