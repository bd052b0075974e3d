#pragma once

#include "fragscope/base/units.h"

#include <map>
#include <optional>
#include <vector>

namespace fragscope {

/// The heap of a replayed program: takes new blocks from its top and re-uses freed ones by size
/// class (up to 1 KiB multiples of 16, above in quarters of a power of two). Its books lie outside
/// the emulated memory: it is here to make a process grow as a real one does, not to be studied.
class BumpHeap {
public:
    explicit BumpHeap(VirtAddr start) : top_(start) {}

    /// Bytes that a request takes.
    static std::uint64_t classSize(std::uint64_t size);

    /// A freed block of the class, if any.
    std::optional<VirtAddr> reuse(std::uint64_t size);

    /// Address after which a fresh block of this size would end.
    [[nodiscard]] VirtAddr topAfter(std::uint64_t size) const {
        return top_ + ByteCount(classSize(size));
    }

    /// A fresh block from the top; the caller has made sure that it lies inside the area.
    VirtAddr bump(std::uint64_t size);

    void free(VirtAddr block, std::uint64_t size);

private:
    VirtAddr top_;
    std::map<std::uint64_t, std::vector<VirtAddr>> free_; ///< by class size
};

} // namespace fragscope
