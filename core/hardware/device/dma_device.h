#pragma once

#include "fragscope/hardware/memory/physical_memory.h"

namespace fragscope {

/// A device that writes to memory by itself (bus master DMA), as a disk or a network card does: it
/// is told a physical address and a length and knows nothing of page tables. What it writes is a
/// function of the number of the transfer and of the word, so that anybody can check it.
///
/// Simplified: one transfer at a time; it only writes; it has no scatter list, no IOMMU and no
/// cache of its own, and its bursts take the time of a CPU that is otherwise idle.
class DmaDevice {
public:
    explicit DmaDevice(PhysicalMemory& memory) : memory_(memory) {}

    /// Writes its registers; it begins at once. `start` and `length` in whole words.
    void program(PhysAddr start, ByteCount length, std::uint64_t transfer) {
        next_ = start;
        left_ = length;
        transfer_ = transfer;
        word_ = 0;
    }

    [[nodiscard]] bool busy() const { return left_.value != 0; }

    [[nodiscard]] ByteCount left() const { return left_; }

    [[nodiscard]] std::uint64_t transfer() const { return transfer_; }

    /// Where it writes next.
    [[nodiscard]] PhysAddr next() const { return next_; }

    /// Writes up to the end of the frame; returns how much.
    ByteCount burst() {
        const std::uint64_t room = pageBytes - offsetInPage(next_);
        const ByteCount length(room < left_.value ? room : left_.value);
        for (std::uint64_t done = 0; done < length.value; done += wordBytes) {
            memory_.store(next_ + ByteCount(done), wordOf(transfer_, word_++));
        }
        next_ = next_ + length;
        left_ = ByteCount(left_.value - length.value);
        return length;
    }

    void stop() { left_ = ByteCount(0); }

    /// The n-th word of a transfer.
    static constexpr std::uint64_t wordOf(std::uint64_t transfer, std::uint64_t n) {
        return 0xdaULL << 56 | (transfer & 0xffffff) << 32 | (n & 0xffffffff);
    }

private:
    PhysicalMemory& memory_;
    PhysAddr next_{};
    ByteCount left_{};
    std::uint64_t transfer_ = 0;
    std::uint64_t word_ = 0;
};

} // namespace fragscope
