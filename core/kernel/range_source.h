#pragma once

#include "fragscope/hardware/paging/translation_source.h"
#include "fragscope/kernel/process.h"

namespace fragscope {

/// The machine of seed 000: on a TLB miss the processor reads the ordered list of map entries
/// itself
/// (`translation = ranges`). Each entry read is one memory reference.
/// Simplified: the TLB still holds single pages; the list has no accessed and dirty bits.
class RangeSource : public TranslationSource {
public:
    RangeSource(const PhysicalMemory& memory, const Process& process)
        : memory_(memory), process_(process) {}

    [[nodiscard]] Answer find(const Cpu& cpu, VirtAddr address, AccessKind kind) override;

private:
    const PhysicalMemory& memory_;
    const Process& process_;
};

} // namespace fragscope
