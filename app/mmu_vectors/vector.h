#pragma once

#include "fragscope/hardware/cpu/control_registers.h"
#include "fragscope/hardware/paging/access.h"

#include <optional>
#include <string>
#include <variant>
#include <vector>

/// Translation vectors: a state of registers and tables, an access or a sequence of steps, and what
/// must come of it. The file format is JSON Lines, described in docs/MMU-VECTORS.md.
namespace fragscope::vectors {

/// A word of table memory.
struct Word {
    PhysAddr address;
    std::uint64_t value = 0;
};

/// A word that must hold `value` except for the bits of `slack`.
struct ExpectedWord {
    PhysAddr address;
    std::uint64_t value = 0;
    std::uint64_t slack = 0;
};

/// Success at a physical address, or an exception. CR2 counts for vector 14 only.
struct Outcome {
    bool ok = false;
    PhysAddr paddr;
    std::uint32_t exception = 0;
    std::uint32_t errorCode = 0;
    VirtAddr cr2;

    friend bool operator==(const Outcome&, const Outcome&) = default;
};

/// "ok 0x1234" or "exception 14 error 0x7 cr2 0x1000".
std::string text(const Outcome& outcome);

struct Access {
    Privilege privilege = Privilege::Supervisor;
    bool alignmentCheck = false;
    AccessKind kind = AccessKind::Read;
    VirtAddr address;
    unsigned bytes = 8;
};

/// What both sorts of vector begin with.
struct Setup {
    std::string id;
    unsigned maxPhysicalBits = 40;
    bool classroom = false; ///< the teaching machine; else the registers choose the paging mode
    ControlRegisters registers;
    std::vector<Word> entries; ///< every other word of memory is zero
};

/// One access on a fresh machine.
struct SingleVector {
    Setup setup;
    Access access;
    Outcome expected;
    std::vector<Word> after;        ///< entries that must have changed, with their new values
    std::vector<Word> optionalBits; ///< masks of bits that may or may not be set
    std::vector<Word> softBits;     ///< likewise, but a difference is worth a warning
    std::string why;                ///< the reason, for the reader
};

struct PokeStep {
    Word word;
};

struct InvlpgStep {
    VirtAddr address;
};

struct WriteCr3Step {
    std::uint64_t value = 0;
};

struct ToggleGlobalPagesStep {};

struct ControlStep {
    ControlRegisters registers; ///< CR3 is not part of it
};

struct InvpcidStep {
    unsigned type = 0;
    std::uint16_t pcid = 0;
    VirtAddr address;
};

struct AccessStep {
    Access access;
    std::vector<Outcome> allowed; ///< [0] is always that of a fresh walk
    std::vector<ExpectedWord> memory;
};

using Step = std::variant<PokeStep,
                          InvlpgStep,
                          WriteCr3Step,
                          ToggleGlobalPagesStep,
                          ControlStep,
                          InvpcidStep,
                          AccessStep>;

/// Steps on one machine that starts with empty TLBs.
struct SequenceVector {
    Setup setup;
    std::string templateName;
    std::vector<Step> steps;
};

using Vector = std::variant<SingleVector, SequenceVector>;

} // namespace fragscope::vectors
