#pragma once

#include "fragscope/hardware/paging/mmu.h"
#include "fragscope/mmu_vectors/vector.h"

namespace fragscope::vectors {

/// The machine of one vector: memory of 2^maxpa bytes without holes, registers and tables as
/// stated, empty TLBs.
class VectorMachine {
public:
    VectorMachine(const Setup& setup, const TlbConfig& tlb);

    /// Translates; the access's bytes themselves are neither read nor written.
    Outcome perform(const Access& access);

    void perform(const PokeStep& step);
    void perform(const InvlpgStep& step);
    void perform(const WriteCr3Step& step);
    void perform(const ToggleGlobalPagesStep& step);
    void perform(const ControlStep& step);
    void perform(const InvpcidStep& step);

    [[nodiscard]] PhysicalMemory& memory() { return memory_; }

    [[nodiscard]] const Cpu& cpu() const { return cpu_; }

private:
    void writeControl(const ControlRegisters& registers);

    EventBus events_;
    PhysicalMemory memory_;
    Mmu mmu_;
    Cpu cpu_;
};

} // namespace fragscope::vectors
