#pragma once

#include "fragscope/alloc/heap_picture.h"

#include <algorithm>
#include <vector>

namespace fragscope {

/// The free blocks that a walk through the heap has found, to compare the lists with: each must be
/// a member of exactly one.
class FreeBlockSet {
public:
    explicit FreeBlockSet(const HeapPicture& heap) {
        for (const HeapBlock& block : heap.blocks) {
            if (!block.used && !block.books) {
                blocks_.push_back({block, false});
            }
        }
    }

    [[nodiscard]] std::size_t size() const { return blocks_.size(); }

    /// The free block that starts here, which is a member of a list from now on. Nothing if no
    /// free block starts here or it was a member before.
    const HeapBlock* take(std::uint64_t start) {
        const auto found = std::lower_bound(
            blocks_.begin(), blocks_.end(), start,
            [](const Entry& entry, std::uint64_t at) { return entry.block.start.value < at; });
        if (found == blocks_.end() || found->block.start.value != start || found->listed) {
            return nullptr;
        }
        found->listed = true;
        return &found->block;
    }

    /// A free block that was not taken.
    [[nodiscard]] const HeapBlock* leftOver() const {
        const auto found = std::find_if(blocks_.begin(), blocks_.end(),
                                        [](const Entry& entry) { return !entry.listed; });
        return found == blocks_.end() ? nullptr : &found->block;
    }

private:
    struct Entry {
        HeapBlock block;
        bool listed;
    };

    std::vector<Entry> blocks_; ///< by address
};

} // namespace fragscope
