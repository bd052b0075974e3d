#pragma once

#include "fragscope/base/result.h"
#include "fragscope/hardware/paging/page_translation.h"

namespace fragscope {

class Cpu;

/// Answers TLB misses of a CPU in place of the page tables (Cpu::source). The MMU judges the rights
/// of the answer, fills the TLB, sets CR2 and drops entries on a fault, exactly as after a walk.
class TranslationSource {
public:
    struct Answer {
        Result<PageTranslation, Fault> outcome;
        std::uint32_t references = 0; ///< words of memory read to find it
    };

    virtual ~TranslationSource() = default;

    /// `shift` of the answer must be a page size of the CPU's TLB (12, 21, 22 or 30). Set `dirty`
    /// unless the first write through the entry shall ask again. Faults: see pageFault() in mmu.h.
    [[nodiscard]] virtual Answer find(const Cpu& cpu, VirtAddr address, AccessKind kind) = 0;
};

} // namespace fragscope
