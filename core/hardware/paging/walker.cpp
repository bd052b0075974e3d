#include "fragscope/hardware/paging/walker.h"

namespace fragscope {

std::uint32_t errorCodeFor(const Cpu& cpu, AccessKind kind, WalkCheck failed, PageRights rights) {
    std::uint32_t code = accessErrorBits(cpu.registers(), cpu.accessMode(), kind);
    switch (failed) {
    case WalkCheck::NotPresent:
    case WalkCheck::NotMapped:
        return code;
    case WalkCheck::ReservedAddress:
    case WalkCheck::ReservedLowAddress:
    case WalkCheck::ReservedPageSize:
    case WalkCheck::ReservedNoExecute:
        return code | fault_bits::present | fault_bits::reserved;
    default:
        break;
    }
    code |= fault_bits::present;
    const bool hidden = planted(Mistake::KeyBitLost) && failed != WalkCheck::ProtectionKey;
    if (!hidden && keyForbids(cpu.registers(), cpu.accessMode(), kind, rights)) {
        code |= fault_bits::protectionKey;
    }
    return code;
}

void emitWalkStep(EventBus& events,
                  VirtAddr address,
                  PhysAddr entryAddress,
                  unsigned level,
                  unsigned index,
                  std::uint64_t entry,
                  WalkCheck failed) {
    Event event;
    event.kind = EventKind::WalkStep;
    event.object = level;
    event.vaddr = address.value;
    event.paddr = entryAddress.value;
    event.value = entry;
    event.a = index;
    event.b = static_cast<std::uint64_t>(failed);
    events.emit(event);
}

} // namespace fragscope
