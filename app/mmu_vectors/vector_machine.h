#pragma once

#include "fragscope/hardware/paging/mmu.h"
#include "fragscope/mmu_vectors/vector.h"

namespace fragscope::vectors {

/// Is told what a vector's machine does: its events, and where each access begins and ends.
class WalkTrace : public EventSink {
public:
    virtual void begin(const Access& access) = 0;
    virtual void end(const Outcome& outcome) = 0;
};

/// The machine of one vector: memory of 2^maxpa bytes without holes, registers and tables as
/// stated, empty TLBs.
class VectorMachine {
public:
    /// `trace` (may be null) must outlive the machine.
    VectorMachine(const Setup& setup, const TlbConfig& tlb, WalkTrace* trace = nullptr);

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
    Outcome translate(const Access& access);

    WalkTrace* trace_;
    EventBus events_;
    PhysicalMemory memory_;
    Mmu mmu_;
    Cpu cpu_;
};

} // namespace fragscope::vectors
