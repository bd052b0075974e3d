#pragma once

#include "fragscope/base/result.h"
#include "fragscope/hardware/cpu/cpu.h"
#include "fragscope/hardware/memory/physical_memory.h"
#include "fragscope/hardware/paging/access.h"

namespace fragscope {

/// What a CPU does with a linear address: TLB look-up, page walk on a miss, rights, A and D bits.
class Mmu {
public:
    Mmu(EventBus& events, PhysicalMemory& memory);

    /// Translates one access that does not cross a page border, with all side effects of the processor
    /// (A and D bits, TLB fill, drop on fault, CR2). Emits TlbMiss, WalkStep, TlbFill, TlbDrop and, for A and D,
    /// PhysStore, as far as they are wanted.
    [[nodiscard]] Result<Translation, Fault> translate(Cpu& cpu, VirtAddr address, AccessKind kind);
};

} // namespace fragscope
