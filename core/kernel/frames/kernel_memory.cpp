#include "fragscope/kernel/frames/kernel_memory.h"

#include "fragscope/base/check.h"
#include "fragscope/base/text.h"
#include "fragscope/hardware/paging/pte.h"

#include <utility>

namespace fragscope {

namespace {

/// The CPU in the kernel: CPL 0, page tables, nobody's process. What was before comes back at the
/// end.
class KernelMode {
public:
    explicit KernelMode(Cpu& cpu)
        : cpu_(cpu), privilege_(cpu.privilege()), source_(std::exchange(cpu.source, nullptr)),
          process_(std::exchange(cpu.process, 0)) {
        cpu_.setPrivilege(Privilege::Supervisor);
    }

    ~KernelMode() {
        cpu_.setPrivilege(privilege_);
        cpu_.source = source_;
        cpu_.process = process_;
    }

    KernelMode(const KernelMode&) = delete;
    KernelMode& operator=(const KernelMode&) = delete;

private:
    Cpu& cpu_;
    Privilege privilege_;
    TranslationSource* source_;
    std::uint32_t process_;
};

} // namespace

std::uint64_t KernelMemory::load(VirtAddr address) {
    const auto place = translate(address, AccessKind::Read);
    return place ? board_.memory.load(*place) : ~0ULL;
}

void KernelMemory::store(VirtAddr address, std::uint64_t value) {
    if (const auto place = translate(address, AccessKind::Write)) {
        board_.memory.store(*place, value);
    }
}

std::optional<PhysAddr> KernelMemory::translate(VirtAddr address, AccessKind kind) {
    if (faulted_) {
        return std::nullopt;
    }
    const Task* task = board_.scheduler.running();
    if (task == nullptr) {
        const auto place = plan_.placeOf(address);
        FRAGSCOPE_CHECK(place.has_value(), "boot reaches beyond its books: " + text(address));
        return place;
    }
    Cpu& cpu = board_.cpus[task->cpu];
    const auto result = usesTlb_ ? throughMmu(cpu, address, kind) : byTables(cpu, address, kind);
    if (!result) {
        raise(address, result.error());
        return std::nullopt;
    }
    const std::uint64_t cycles =
        board_.cost.tlbHit + board_.cost.walkReference * result->walkReferences;
    ++costs_.accesses;
    costs_.walkReferences += result->walkReferences;
    costs_.cycles += cycles;
    board_.scheduler.spend(cycles);
    return result->paddr;
}

Result<Translation, Fault> KernelMemory::throughMmu(Cpu& cpu, VirtAddr address, AccessKind kind) {
    const KernelMode mode(cpu);
    return board_.mmu.translate(cpu, address, kind);
}

/// The same walk without a trace in the TLB; costs as much as a hit.
Result<Translation, Fault>
KernelMemory::byTables(const Cpu& cpu, VirtAddr address, AccessKind kind) const {
    const std::uint32_t write = isWrite(kind) ? fault_bits::write : 0;
    PhysAddr table(cpu.registers().cr3 & pte::frameMask);
    for (unsigned level = table_level::pml4; level >= table_level::pt; --level) {
        const Pte entry{board_.memory.load(entryAddress(table, address, level))};
        if (!cpu.isCanonical(address) || !entry.present()) {
            return Fault{14, write, address};
        }
        if (write != 0 && !entry.writable()) {
            return Fault{14, write | fault_bits::present, address};
        }
        table = entry.base();
    }
    return Translation{table + ByteCount(offsetInPage(address)), 0};
}

void KernelMemory::noteCulprit() {
    culpritKnown_ = true;
    culpritStep_ = board_.scheduler.steps();
    culpritCycles_ = board_.scheduler.now();
}

void KernelMemory::raise(VirtAddr address, const Fault& fault) {
    faulted_ = true;
    board_.events.emit({.kind = EventKind::KernelFault,
                        .rule = plan_.isGuard(address) ? Rule::GuardPageHit : Rule::ChainBroken,
                        .vaddr = address.value,
                        .value = fault.errorCode,
                        .a = culpritKnown_ ? board_.scheduler.steps() - culpritStep_ : 0,
                        .b = culpritKnown_ ? board_.scheduler.now() - culpritCycles_ : 0});
}

} // namespace fragscope
