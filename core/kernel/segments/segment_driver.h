#pragma once

#include "fragscope/hardware/device/dma_device.h"
#include "fragscope/kernel/board.h"
#include "fragscope/kernel/segments/segment_layout.h"

namespace fragscope {

/// The driver of the device: which transfer is under way, and for whom. The system calls and the
/// task of the device are in dma_calls.h.
class SegmentDriver {
public:
    explicit SegmentDriver(const Board& board) : board_(board), device_(board.memory) {}

    struct Transfer {
        std::uint32_t process = 0;
        VirtAddr at{};
        PhysAddr place{};
        ByteCount length{};
        SegmentId locked = 0; ///< segment that is unlocked at the end; 0 = none
        std::uint64_t begunAt = 0;
    };

    /// The device is the process's from now on; it must be idle.
    void claim(std::uint32_t process) { transfer_ = {.process = process}; }

    void giveUp() { transfer_ = {}; }

    /// Tells the device to begin.
    void begin(const Transfer& transfer);

    /// The device writes its next burst.
    void burst();

    /// All is written: the interrupt of the device.
    void finish(Rule why);

    /// Ends the transfer to a process that has ended; false if there is none.
    bool stop(std::uint32_t process);

    [[nodiscard]] const Transfer& transfer() const { return transfer_; }

    [[nodiscard]] const DmaDevice& device() const { return device_; }

    /// For until().
    [[nodiscard]] bool idle(std::uint64_t) const { return transfer_.process == 0; }

    /// For until(): the device has something to write.
    [[nodiscard]] bool writing(std::uint64_t) const { return device_.busy(); }

    /// All of a transfer is written, and nobody has been told.
    [[nodiscard]] bool interrupts() const { return transfer_.length.value != 0 && !device_.busy(); }

    /// For until(): the process has no transfer under way.
    [[nodiscard]] bool isDone(std::uint64_t process) const { return transfer_.process != process; }

private:
    const Board& board_;
    DmaDevice device_;
    Transfer transfer_;
    std::uint64_t transfers_ = 0;
};

} // namespace fragscope
