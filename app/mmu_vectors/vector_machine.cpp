#include "fragscope/mmu_vectors/vector_machine.h"

namespace fragscope::vectors {

namespace {

CpuConfig cpuConfig(const Setup& setup, const TlbConfig& tlb) {
    CpuConfig config;
    config.tlb = tlb;
    config.maxPhysicalBits = setup.maxPhysicalBits;
    config.classroom = setup.classroom;
    return config;
}

KindSet tracedKinds() {
    KindSet kinds;
    for (const EventKind kind :
         {EventKind::WalkStep, EventKind::TlbFill, EventKind::TlbDrop, EventKind::PhysStore}) {
        kinds.set(static_cast<std::size_t>(kind));
    }
    return kinds;
}

} // namespace

VectorMachine::VectorMachine(const Setup& setup, const TlbConfig& tlb, WalkTrace* trace)
    : trace_(trace), memory_(events_, ByteCount(1ULL << setup.maxPhysicalBits)),
      mmu_(events_, memory_), cpu_(events_, 0, cpuConfig(setup, tlb)) {
    for (const Word& word : setup.entries) {
        memory_.storeQuietly(word.address, word.value);
    }
    mmu_.writeCr0(cpu_, 0); // the paging mode can only change while paging is off
    mmu_.writeCr4(cpu_, setup.registers.cr4);
    mmu_.writeEfer(cpu_, setup.registers.efer);
    writeControl(setup.registers);
    mmu_.writeCr3(cpu_, setup.registers.cr3);
    if (trace_ != nullptr) {
        events_.attach(*trace_, tracedKinds());
    }
}

void VectorMachine::writeControl(const ControlRegisters& registers) {
    mmu_.writeCr0(cpu_, registers.cr0);
    mmu_.writeCr4(cpu_, registers.cr4);
    mmu_.writeEfer(cpu_, registers.efer);
    cpu_.setPkru(registers.pkru);
}

Outcome VectorMachine::perform(const Access& access) {
    if (trace_ != nullptr) {
        trace_->begin(access);
    }
    const Outcome outcome = translate(access);
    if (trace_ != nullptr) {
        trace_->end(outcome);
    }
    return outcome;
}

Outcome VectorMachine::translate(const Access& access) {
    cpu_.setPrivilege(access.privilege);
    cpu_.setAlignmentCheck(access.alignmentCheck);
    const auto result = mmu_.translate(cpu_, access.address, access.kind);
    Outcome outcome;
    outcome.ok = result.ok();
    if (outcome.ok) {
        outcome.paddr = result->paddr;
        return outcome;
    }
    outcome.exception = result.error().vector;
    outcome.errorCode = result.error().errorCode;
    if (outcome.exception == 14) {
        outcome.cr2 = cpu_.cr2();
    }
    return outcome;
}

void VectorMachine::perform(const PokeStep& step) {
    memory_.store(step.word.address, step.word.value);
}

void VectorMachine::perform(const InvlpgStep& step) {
    mmu_.invalidatePage(cpu_, step.address);
}

void VectorMachine::perform(const WriteCr3Step& step) {
    mmu_.writeCr3(cpu_, step.value);
}

void VectorMachine::perform(const ToggleGlobalPagesStep&) {
    const std::uint64_t cr4 = cpu_.registers().cr4;
    mmu_.writeCr4(cpu_, cr4 ^ control::cr4GlobalPages);
    mmu_.writeCr4(cpu_, cr4);
}

void VectorMachine::perform(const ControlStep& step) {
    writeControl(step.registers);
}

void VectorMachine::perform(const InvpcidStep& step) {
    const auto done =
        mmu_.invalidatePcid(cpu_, static_cast<InvpcidType>(step.type), step.pcid, step.address);
    static_cast<void>(
        done); // a #GP of INVPCID invalidates nothing; the accesses that follow judge it
}

} // namespace fragscope::vectors
