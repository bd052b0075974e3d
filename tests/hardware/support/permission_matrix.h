#pragma once

#include "hardware/support/manual.h"
#include "hardware/support/paged_machine.h"
#include <fmt/format.h>
#include <string>

namespace fragscope::test {

/// Walks one page under every combination of leaf flags, registers and access, and compares the
/// outcome, CR2 and the A and D bits with the manual.
class PermissionMatrix {
public:
    /// `level`: where the leaf lies (1: PTE, 2: PDE, 3: PDPTE). `flagMask`: which leaf bits to
    /// vary.
    PermissionMatrix(unsigned level, std::uint64_t flagMask)
        : level_(level), flagMask_(flagMask),
          leaf_(machine_.map(page, frame(), PagedMachine::pageFlags, level)) {}

    /// Returns the number of combinations tried; the first difference is in `difference`.
    std::uint64_t run() {
        for (unsigned control = 0; control < 64 && difference.empty(); ++control) {
            setControl(control);
            const unsigned keyRights = situation_.pke ? 4 : 1;
            for (unsigned rights = 0; rights < keyRights; ++rights) {
                situation_.pkru = rights << (2 * key);
                machine_.cpu.setPkru(situation_.pkru);
                runAccesses();
            }
        }
        return tried_;
    }

    std::string difference;

    /// All flag bits of a leaf of that level but the frame; bit 12 (PAT) belongs to large pages.
    static std::uint64_t allFlags(unsigned level) {
        const std::uint64_t low = 0xfffULL & ~(level > 1 ? pte::large : 0);
        return low | pte::noExecute | (level > 1 ? 1ULL << 12 : 0);
    }

    static constexpr VirtAddr page{0x40000000};
    static constexpr unsigned key = 9;

private:
    [[nodiscard]] PhysAddr frame() const { return PhysAddr(level_ == 3 ? 0xc0000000 : 0x2000000); }

    void setControl(unsigned bits) {
        situation_.wp = (bits & 1) != 0;
        situation_.nxe = (bits & 2) != 0;
        situation_.smep = (bits & 4) != 0;
        situation_.smap = (bits & 8) != 0;
        situation_.pke = (bits & 16) != 0;
        situation_.ac = (bits & 32) != 0;
        constexpr std::uint64_t cr0 = 0x80000011;
        machine_.mmu.writeCr0(machine_.cpu, cr0 | (situation_.wp ? 1ULL << 16 : 0));
        machine_.mmu.writeCr4(machine_.cpu, 0x20 | (situation_.smep ? 1ULL << 20 : 0) |
                                                (situation_.smap ? 1ULL << 21 : 0) |
                                                (situation_.pke ? 1ULL << 22 : 0));
        machine_.mmu.writeEfer(machine_.cpu, 0x500 | (situation_.nxe ? 1ULL << 11 : 0));
        machine_.cpu.setAlignmentCheck(situation_.ac);
    }

    void runAccesses() {
        for (unsigned access = 0; access < 8; ++access) {
            situation_.kind = static_cast<AccessKind>(access & 3);
            situation_.cpl3 = (access & 4) != 0;
            machine_.cpu.setPrivilege(situation_.cpl3 ? Privilege::User : Privilege::Supervisor);
            std::uint64_t flags = 0;
            do { // all subsets of the mask
                tryLeaf(flags);
                flags = (flags - flagMask_) & flagMask_;
            } while (flags != 0 && difference.empty());
        }
    }

    void tryLeaf(std::uint64_t flags) {
        ++tried_;
        const std::uint64_t size = level_ > 1 ? pte::large : 0;
        const std::uint64_t entry =
            frame().value | flags | size | std::uint64_t{key} << pte::keyShift;
        machine_.memory.storeQuietly(leaf_, entry);
        machine_.mmu.invalidatePage(machine_.cpu, page);
        describePage(flags);
        const auto result = machine_.mmu.translate(machine_.cpu, page, situation_.kind);
        compare(entry, result);
    }

    void describePage(std::uint64_t flags) {
        situation_.present = (flags & 1) != 0;
        situation_.writable = (flags & 2) != 0;
        situation_.userMode = (flags & 4) != 0;
        situation_.executeDisable = flags >> 63 != 0;
        situation_.reservedBitSet = situation_.executeDisable && !situation_.nxe;
        situation_.key = key;
    }

    void compare(std::uint64_t entry, const Result<Translation, Fault>& result) {
        const std::optional<std::uint32_t> code = manualErrorCode(situation_);
        std::uint64_t after = entry;
        if (!code) {
            after |= 0x20 | (situation_.write() ? 0x40U : 0U);
        }
        if (result.ok() == code.has_value()) {
            report(entry, result.ok() ? "allowed" : "forbidden");
        } else if (code && (result.error().vector != 14 || result.error().errorCode != *code)) {
            report(entry, fmt::format("error {:#x}, not {:#x}", result.error().errorCode, *code));
        } else if (code && machine_.cpu.cr2() != page) {
            report(entry, "CR2");
        } else if (!code && result->paddr != frame()) {
            report(entry, "address");
        } else if (machine_.memory.load(leaf_) != after) {
            report(entry, fmt::format("leaf {:#x}", machine_.memory.load(leaf_)));
        }
    }

    void report(std::uint64_t entry, const std::string& what) {
        const Situation& s = situation_;
        difference =
            fmt::format("leaf {:#x} at level {} kind {} cpl3 {} ac {} wp {} nxe {} smep {} "
                        "smap {} pke {} pkru {:#x}: {}",
                        entry, level_, static_cast<int>(s.kind), s.cpl3, s.ac, s.wp, s.nxe, s.smep,
                        s.smap, s.pke, s.pkru, what);
    }

    unsigned level_;
    std::uint64_t flagMask_;
    PagedMachine machine_;
    PhysAddr leaf_;
    Situation situation_;
    std::uint64_t tried_ = 0;
};

} // namespace fragscope::test
