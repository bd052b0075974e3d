#pragma once

#include "fragscope/event/rule.h"
#include "fragscope/kernel/board.h"
#include "fragscope/kernel/frames/kernel_plan.h"

#include <optional>

namespace fragscope {

/// Loads and stores of the kernel to its own books: words at supervisor addresses, translated by
/// the MMU of the running CPU at CPL 0 and charged to it. While the machine is being set up (no
/// task runs) they go straight to the physical place and cost nothing: boot.
///
/// Invariants: (1) a word that no present entry leads to is neither read nor written; the first
/// such access is a kernel fault, which ends the run; after it loads yield all ones and stores do
/// nothing. (2) accesses of applications and of the kernel are counted apart.
///
/// Simplified: the kernel's code and stack are not in memory, so only its books take TLB entries;
/// its stores do not wait in the store buffer.
class KernelMemory {
public:
    KernelMemory(const Board& board, const KernelPlan& plan, bool usesTlb)
        : board_(board), plan_(plan), usesTlb_(usesTlb) {}

    KernelMemory(const KernelMemory&) = delete;
    KernelMemory& operator=(const KernelMemory&) = delete;

    [[nodiscard]] std::uint64_t load(VirtAddr address);
    void store(VirtAddr address, std::uint64_t value);

    /// A variable of the root block (frame_layout.h).
    [[nodiscard]] std::uint64_t variable(std::uint64_t offset) {
        return load(kernel_space::data + ByteCount(offset));
    }

    void setVariable(std::uint64_t offset, std::uint64_t value) {
        store(kernel_space::data + ByteCount(offset), value);
    }

    /// Accesses through the MMU so far, and what they cost.
    struct Costs {
        std::uint64_t accesses = 0;
        std::uint64_t walkReferences = 0;
        std::uint64_t cycles = 0;
    };

    [[nodiscard]] const Costs& costs() const { return costs_; }

    /// The store that comes now is somebody's mistake: distances to a fault count from here.
    void noteCulprit();

    /// True after a kernel fault: the kernel is lost.
    [[nodiscard]] bool faulted() const { return faulted_; }

private:
    [[nodiscard]] std::optional<PhysAddr> translate(VirtAddr address, AccessKind kind);
    [[nodiscard]] Result<Translation, Fault>
    throughMmu(Cpu& cpu, VirtAddr address, AccessKind kind);
    [[nodiscard]] Result<Translation, Fault>
    byTables(const Cpu& cpu, VirtAddr address, AccessKind kind) const;
    void raise(VirtAddr address, const Fault& fault);

    Board board_;
    const KernelPlan& plan_;
    bool usesTlb_;
    bool faulted_ = false;
    Costs costs_;
    bool culpritKnown_ = false;
    std::uint64_t culpritStep_ = 0;
    std::uint64_t culpritCycles_ = 0;
};

} // namespace fragscope
