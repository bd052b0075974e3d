#pragma once

#include "fragscope/hardware/paging/mmu.h"

#include <array>

namespace fragscope {

/// The bytes of one access in physical memory: one piece, or two if it crosses a page border.
struct AccessPieces {
    struct Piece {
        VirtAddr vaddr;
        PhysAddr paddr;
        unsigned bytes = 0;
    };

    std::array<Piece, 2> pieces{};
    unsigned count = 1;
    std::uint32_t walkReferences = 0;
};

/// A performed load, store or read-modify-write.
struct Performed {
    std::uint64_t value = 0; ///< what was read; of a store, what was written
    PhysAddr paddr;          ///< of the first byte
    std::uint32_t walkReferences = 0;
    bool buffered = false; ///< a store that waits in the CPU's store buffer
};

/// Whether PhysicalMemory emits PhysStore, or the caller emits its own Store event.
enum class StoreEvents : std::uint8_t { Emitted, LeftToCaller };

/// Loads and stores of a CPU at linear addresses: translation, page crossing, store buffer.
/// An access that crosses a page border translates both pages before it touches either; the fault
/// of the second page reports the start of that page (SDM vol. 3A, 8.1.1; checked on hardware).
///
/// Modelled: accesses across page borders, and read-modify-write accesses that ask for write
/// permission first. Simplified: the 4 KiB borders inside a large page count as page borders too (a
/// second look-up), since emulated memory is read frame by frame; addresses and values are the
/// same.
class MemoryPort {
public:
    MemoryPort(Mmu& mmu, PhysicalMemory& memory) : mmu_(mmu), memory_(memory) {}

    /// `bytes` 1 to 8.
    [[nodiscard]] Result<Performed, Fault>
    load(Cpu& cpu, VirtAddr address, unsigned bytes = wordBytes) {
        if (crossesPage(cpu, address, bytes) || !cpu.storeBuffer.empty()) [[unlikely]] {
            return loadSlowly(cpu, address, bytes);
        }
        const auto found = mmu_.translate(cpu, address, AccessKind::Read);
        if (!found.ok()) [[unlikely]] {
            return found.error();
        }
        return Performed{memory_.load(found->paddr, bytes), found->paddr, found->walkReferences};
    }

    /// With a store buffer the store waits there (`buffered`) and emits StoreDrained when it
    /// drains.
    [[nodiscard]] Result<Performed, Fault> store(Cpu& cpu,
                                                 VirtAddr address,
                                                 std::uint64_t value,
                                                 unsigned bytes = wordBytes,
                                                 StoreEvents events = StoreEvents::Emitted);

    /// Reads, computes `change(old)` and writes in one step; the store buffer is drained before (as
    /// for a locked instruction). Write permission is checked first, so a failing one reports W = 1
    /// even if the page is absent. Returns the old value.
    template <class Change>
    [[nodiscard]] Result<Performed, Fault>
    readModifyWrite(Cpu& cpu, VirtAddr address, unsigned bytes, Change change) {
        const auto found = translateAll(cpu, address, bytes, AccessKind::ReadModifyWrite);
        if (!found.ok()) {
            return found.error();
        }
        mmu_.drainStores(cpu);
        const std::uint64_t old = loadPieces(cpu, *found);
        storePieces(*found, change(old), StoreEvents::Emitted);
        return Performed{old, found->pieces[0].paddr, found->walkReferences};
    }

    /// Translates every page that the access touches, or faults; touches no byte.
    [[nodiscard]] Result<AccessPieces, Fault>
    translateAll(Cpu& cpu, VirtAddr address, unsigned bytes, AccessKind kind);

private:
    static bool crossesPage(const Cpu& cpu, VirtAddr address, unsigned bytes) {
        const std::uint64_t last = address.value + (bytes - 1);
        return ((address.value ^ last) >> cpu.tlb().baseShift()) != 0;
    }

    Result<Performed, Fault> loadSlowly(Cpu& cpu, VirtAddr address, unsigned bytes);
    [[nodiscard]] std::uint64_t loadPieces(const Cpu& cpu, const AccessPieces& access) const;
    void storePieces(const AccessPieces& access, std::uint64_t value, StoreEvents events);
    void bufferPieces(Cpu& cpu, const AccessPieces& access, std::uint64_t value);

    Mmu& mmu_;
    PhysicalMemory& memory_;
};

} // namespace fragscope
