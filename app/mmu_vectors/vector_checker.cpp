#include "fragscope/mmu_vectors/vector_checker.h"

#include "fragscope/base/text.h"
#include "fragscope/mmu_vectors/vector_machine.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace fragscope::vectors {

namespace {

/// What every word of memory must hold; words not named must be zero.
struct ExpectedMemory {
    struct Cell {
        std::uint64_t value = 0;
        std::uint64_t optional = 0;
        std::uint64_t soft = 0;
    };

    std::map<std::uint64_t, Cell> cells;
};

ExpectedMemory expectedMemory(const SingleVector& vector) {
    ExpectedMemory expected;
    for (const Word& word : vector.setup.entries) {
        expected.cells[word.address.value].value = word.value;
    }
    for (const Word& word : vector.after) {
        expected.cells[word.address.value].value = word.value;
    }
    for (const Word& word : vector.optionalBits) {
        expected.cells[word.address.value].optional |= word.value;
    }
    for (const Word& word : vector.softBits) {
        expected.cells[word.address.value].soft |= word.value;
    }
    return expected;
}

void compareWord(CheckResult& result,
                 std::uint64_t address,
                 const ExpectedMemory::Cell& cell,
                 std::uint64_t got) {
    const std::uint64_t wrong = (got ^ cell.value) & ~cell.optional;
    if (wrong == 0) {
        return;
    }
    const Mismatch mismatch{fmt::format("entry {:#x}", address), hex(cell.value), hex(got)};
    if ((wrong & ~cell.soft) == 0) {
        result.warnings.push_back(mismatch);
    } else {
        result.mismatches.push_back(mismatch);
    }
}

/// Every word of every frame that was ever written, by the set-up or by the access.
void compareMemory(CheckResult& result, const SingleVector& vector, PhysicalMemory& memory) {
    const ExpectedMemory expected = expectedMemory(vector);
    for (const FrameNumber frame : memory.takeDirtyFrames()) {
        for (std::uint64_t i = 0; i < wordsPerPage; ++i) {
            const PhysAddr address = startOf(frame) + ByteCount(i * wordBytes);
            const auto cell = expected.cells.find(address.value);
            compareWord(result, address.value,
                        cell == expected.cells.end() ? ExpectedMemory::Cell() : cell->second,
                        memory.load(address));
        }
    }
}

CheckResult checkSingle(const SingleVector& vector, const TlbConfig& tlb, WalkTrace* trace) {
    VectorMachine machine(vector.setup, tlb, trace);
    CheckResult result;
    const VirtAddr cr2Before = machine.cpu().cr2();
    const Outcome got = machine.perform(vector.access);
    if (!(got == vector.expected)) {
        result.mismatches.push_back({"out", text(vector.expected), text(got)});
    }
    const bool pageFault = !got.ok && got.exception == 14;
    if (!pageFault && machine.cpu().cr2() != cr2Before) {
        result.mismatches.push_back({"cr2", hex(cr2Before.value), hex(machine.cpu().cr2().value)});
    }
    compareMemory(result, vector, machine.memory());
    return result;
}

void checkAccess(CheckResult& result,
                 const AccessStep& step,
                 std::size_t number,
                 VectorMachine& machine) {
    const Outcome got = machine.perform(step.access);
    const auto found = std::find(step.allowed.begin(), step.allowed.end(), got);
    if (found == step.allowed.end()) {
        std::string allowed = text(step.allowed[0]);
        for (std::size_t i = 1; i < step.allowed.size(); ++i) {
            allowed += " or " + text(step.allowed[i]);
        }
        result.mismatches.push_back({fmt::format("step {} out", number), allowed, text(got)});
        result.outcomeIndices.push_back(-1);
    } else {
        result.outcomeIndices.push_back(static_cast<int>(found - step.allowed.begin()));
    }
    for (const ExpectedWord& word : step.memory) {
        const std::uint64_t value = machine.memory().load(word.address);
        if (((value ^ word.value) & ~word.slack) != 0) {
            result.mismatches.push_back(
                {fmt::format("step {} entry {:#x}", number, word.address.value), hex(word.value),
                 hex(value)});
        }
    }
}

CheckResult checkSequence(const SequenceVector& vector, const TlbConfig& tlb, WalkTrace* trace) {
    VectorMachine machine(vector.setup, tlb, trace);
    CheckResult result;
    for (std::size_t i = 0; i < vector.steps.size(); ++i) {
        if (const auto* access = std::get_if<AccessStep>(&vector.steps[i])) {
            checkAccess(result, *access, i + 1, machine);
            continue;
        }
        std::visit(
            [&](const auto& step) {
                if constexpr (!std::is_same_v<std::decay_t<decltype(step)>, AccessStep>) {
                    machine.perform(step);
                }
            },
            vector.steps[i]);
    }
    return result;
}

} // namespace

CheckResult check(const Vector& vector, const TlbConfig& tlb, WalkTrace* trace) {
    if (const auto* single = std::get_if<SingleVector>(&vector)) {
        return checkSingle(*single, tlb, trace);
    }
    return checkSequence(std::get<SequenceVector>(vector), tlb, trace);
}

} // namespace fragscope::vectors
