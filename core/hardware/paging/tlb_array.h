#pragma once

#include "fragscope/base/rng.h"
#include "fragscope/hardware/paging/tlb_config.h"
#include "fragscope/hardware/paging/tlb_entry.h"

#include <array>
#include <vector>

namespace fragscope {

/// One set-associative array of TLB entries of several page sizes.
/// Invariants: (1) an entry lies in the set that its page number (in units of its own size)
/// selects; (2) the count of each size class equals the valid entries of that size.
class TlbArray {
public:
    static constexpr unsigned none = ~0U;

    TlbArray(const TlbGeometry& geometry, unsigned baseShift, std::uint64_t seed);

    [[nodiscard]] unsigned slotCount() const { return static_cast<unsigned>(entries_.size()); }

    [[nodiscard]] const TlbEntry& slot(unsigned index) const { return entries_[index]; }

    /// The slot that translates the address, or nullptr. Counts as a use for the replacement.
    [[nodiscard]] const TlbEntry* lookup(VirtAddr address, std::uint64_t key) {
        for (unsigned sizeClass = 0; sizeClass < classCount; ++sizeClass) {
            if (used_[sizeClass] == 0) {
                continue;
            }
            const unsigned first = firstOfSet(address, shifts_[sizeClass]);
            for (unsigned way = 0; way < ways_; ++way) {
                if (entries_[first + way].matches(key)) {
                    touch(first + way);
                    return &entries_[first + way];
                }
            }
        }
        return nullptr;
    }

    /// The slot index, or `none`; changes nothing.
    [[nodiscard]] unsigned find(VirtAddr address, std::uint64_t key) const;

    /// Puts the entry into the slot of the same page, else into an empty one of its set, else in
    /// place of the victim. Returns the slot.
    unsigned insert(const TlbEntry& entry);

    void drop(unsigned index);

    /// Number of the first violated invariant, 0 if none.
    [[nodiscard]] unsigned check() const;

private:
    static constexpr unsigned classCount = 4;

    [[nodiscard]] unsigned firstOfSet(VirtAddr address, unsigned shift) const {
        return static_cast<unsigned>((address.value >> shift) & setMask_) * ways_;
    }

    void touch(unsigned index) {
        if (replacement_ == Replacement::Lru) {
            stamps_[index] = ++now_;
        } else if (replacement_ == Replacement::TreePlru) {
            touchTree(index);
        }
    }

    void touchTree(unsigned index);
    [[nodiscard]] unsigned place(unsigned first, const TlbEntry& entry);
    [[nodiscard]] unsigned victim(unsigned first);
    [[nodiscard]] unsigned treeVictim(unsigned first) const;

    [[nodiscard]] unsigned classOf(unsigned shift) const { return classOfShift_[shift]; }

    void checkSize(const TlbEntry& entry) const;

    std::vector<TlbEntry> entries_;
    std::vector<std::uint64_t> stamps_; ///< last use (Lru) or fill (Fifo)
    std::vector<std::uint64_t> trees_;  ///< one word of tree bits per set (TreePlru)
    std::array<unsigned, classCount> shifts_;
    std::array<unsigned, classCount> used_{};
    std::array<std::uint8_t, 64> classOfShift_{}; ///< index into shifts_, or classCount
    std::uint64_t setMask_;
    unsigned ways_;
    unsigned baseShift_;
    Replacement replacement_;
    std::uint64_t now_ = 0;
    Rng rng_;
};

} // namespace fragscope
