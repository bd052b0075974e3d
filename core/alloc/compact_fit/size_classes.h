#pragma once

#include "fragscope/alloc/allocator_settings.h"

#include <array>

namespace fragscope {

/// The block sizes of Compact-fit and which of them a request gets.
///
/// Rule: 16, then 1.125 times the one before, rounded up to the word, up to 8000; then 8000; then
/// one block a page. Source: the published implementation of 2009 (51 classes with words of 4
/// bytes and pages of 16 KiB); Berger et al. 2000 for the factor.
class SizeClasses {
public:
    static constexpr std::uint32_t most = 64;
    static constexpr std::uint32_t none = ~0U;

    /// Bytes of a page that hold its header (compact_fit_layout.h); the rest holds blocks.
    static constexpr std::uint64_t headerBytes = 184;

    /// The bitmap of a page has bits for so many blocks.
    static constexpr std::uint64_t mostBlocks = 1024;

    explicit SizeClasses(const AllocatorSettings& settings);

    [[nodiscard]] std::uint32_t count() const { return count_; }

    [[nodiscard]] std::uint64_t blockBytes(std::uint32_t sizeClass) const {
        return blocks_[sizeClass];
    }

    /// Blocks in a page.
    [[nodiscard]] std::uint64_t capacity(std::uint32_t sizeClass) const {
        return capacities_[sizeClass];
    }

    /// Bytes of a page for blocks.
    [[nodiscard]] std::uint64_t pageData() const { return pageData_; }

    /// The class of a request of `total` bytes, the allocator's own words included; `none` above
    /// the largest. The reference preset looks at whole words only, and takes a block one size
    /// larger than need be for a total that is equal to a block size.
    [[nodiscard]] std::uint32_t classOf(std::uint64_t total) const {
        if (total > blocks_[count_ - 1]) {
            return none;
        }
        const std::uint64_t slot = oneUp_ ? total / 4 : (total + 3) / 4;
        return slot < slots_ ? map_[slot] : count_ - 1;
    }

    /// The allocator's own words in a block: its owner, and the partition field if blocks of
    /// `bytes` are copied in parts.
    [[nodiscard]] std::uint64_t ownBytes(std::uint64_t bytes) const {
        return word_ * (increment_ != 0 && bytes > increment_ ? 2U : 1U);
    }

    /// The class of what a program asks for; `none` above the largest. The reference asks for room
    /// for the partition field where the request is larger than the increment; where its block is,
    /// is what counts.
    [[nodiscard]] std::uint32_t classOfRequest(std::uint64_t bytes) const {
        if (bytes > pageData_) {
            return none;
        }
        const std::uint64_t total = bytes + word_;
        if (oneUp_) {
            return classOf(bytes + ownBytes(total));
        }
        const std::uint32_t sizeClass = classOf(total);
        return sizeClass == none ? none : classOf(bytes + ownBytes(blocks_[sizeClass]));
    }

private:
    void addGrowingClasses();
    void addClass(std::uint64_t blockBytes);
    void fillMap();

    static constexpr std::size_t mapSize = 2001;

    std::uint64_t pageData_;
    bool oneUp_;
    std::uint64_t word_; ///< bytes of an owner
    std::uint64_t increment_;
    std::uint32_t count_ = 0;
    std::size_t slots_ = 0; ///< totals below 4 * slots_ are looked up
    std::array<std::uint64_t, most> blocks_{};
    std::array<std::uint64_t, most> capacities_{};
    std::array<std::uint8_t, mapSize> map_{};
};

} // namespace fragscope
