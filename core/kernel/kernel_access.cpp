// The part of the kernel that serves accesses of applications and their faults.
#include "fragscope/hardware/paging/pte.h"
#include "fragscope/kernel/kernel.h"
#include "fragscope/kernel/paging/demand_paging.h"

namespace fragscope {

namespace {

Rule ruleOf(FaultVerdict verdict) {
    switch (verdict) {
    case FaultVerdict::Mapped:
        return Rule::LegalButKilled;
    case FaultVerdict::Forbidden:
        return Rule::RightsForbid;
    case FaultVerdict::NoHandler:
        return Rule::NoCustomHandler;
    case FaultVerdict::InE:
    case FaultVerdict::NotMapped:
        break;
    }
    return Rule::NotMapped;
}

} // namespace

bool Kernel::tryAccess(Task& task, AccessRequest& request, bool translateOnly) {
    if (request.process->state != ProcessState::Running) [[unlikely]] {
        request.killed = true;
        return true;
    }
    if (request.process->stopped) [[unlikely]] {
        return false;
    }
    if (reportsUse_ && paging_->mustTrim(*request.process)) [[unlikely]] {
        return false;
    }
    const auto result = board_.mmu.translate(board_.cpus[task.cpu], request.address, request.kind);
    if (!result) [[unlikely]] {
        request.fault = result.error();
        return false;
    }
    request.translation = *result;
    if (reportsUse_) [[unlikely]] {
        paging_->used(*request.process, pageOf(request.address));
    }
    board_.scheduler.spend(board_.cost.tlbHit +
                           board_.cost.walkReference * request.translation.walkReferences);
    if (translateOnly) {
        task.inInstruction = true; // no interrupt before the second half
        request.process->inFlight.push_back(request.address);
    } else {
        perform(task, request);
    }
    if (request.waits != 0) [[unlikely]] {
        finishWait(request);
    }
    return true;
}

void Kernel::perform(const Task& task, AccessRequest& request) {
    Cpu& cpu = board_.cpus[task.cpu];
    const PhysAddr place = request.translation.paddr;
    EventKind kind = EventKind::Load;
    if (!isWrite(request.kind)) {
        const std::uint64_t inMemory = board_.memory.load(place, request.bytes);
        request.value = cpu.storeBuffer.forward(place, request.bytes, inMemory);
    } else if (cpu.storeBuffer.enabled()) [[unlikely]] {
        kind = EventKind::StoreBuffered;
        board_.mmu.bufferStore(cpu, {request.address, place, request.value, request.bytes});
    } else {
        kind = EventKind::Store;
        board_.memory.storeQuietly(place, request.value, request.bytes);
    }
    if (board_.events.wants(kind)) {
        board_.events.emit({.kind = kind,
                            .size = request.bytes,
                            .object = request.process->number,
                            .vaddr = request.address.value,
                            .paddr = place.value,
                            .value = request.value,
                            .a = board_.scheduler.now() - request.startedAt,
                            .b = request.translation.walkReferences});
    }
}

void Kernel::performSecondHalf(Task& task, AccessRequest& request) {
    perform(task, request);
    task.inInstruction = false;
    std::erase(request.process->inFlight, request.address);
}

std::uint64_t Kernel::enterFault(const AccessRequest& request) {
    const std::uint64_t enteredAt = board_.scheduler.now();
    board_.mmu.drainStores(board_.cpus[board_.scheduler.running()->cpu]);
    const bool present = (request.fault.errorCode & fault_bits::present) != 0;
    board_.events.emit({.kind = EventKind::PageFault,
                        .rule = present ? Rule::RightsForbid : Rule::NotPresent,
                        .object = request.process->number,
                        .vaddr = request.address.value,
                        .value = request.fault.errorCode});
    board_.scheduler.spend(board_.cost.faultEntry);
    return enteredAt;
}

FaultVerdict Kernel::judge(const AccessRequest& request) const {
    board_.scheduler.spend(board_.cost.kernelStep);
    const auto extent = request.process->map.lookUp(request.address);
    if (!extent || extent->kind == EntryKind::Free) {
        return FaultVerdict::NotMapped;
    }
    if (extent->kind == EntryKind::NoAccess) {
        return request.process->customHandler ? FaultVerdict::InE : FaultVerdict::NoHandler;
    }
    return isWrite(request.kind) && !extent->writable ? FaultVerdict::Forbidden
                                                      : FaultVerdict::Mapped;
}

void Kernel::beginWait(Task& self, AccessRequest& request, Rule why) {
    ++request.waits;
    self.interruptsOff = settings_.waitInterrupts == WaitInterrupts::Off;
    board_.events.emit({.kind = EventKind::WaitBegun,
                        .rule = why,
                        .object = request.process->number,
                        .vaddr = request.address.value});
}

void Kernel::finishWait(const AccessRequest& request) {
    board_.events.emit({.kind = EventKind::WaitEnded,
                        .rule = Rule::InEntryEOver,
                        .object = request.process->number,
                        .vaddr = request.address.value,
                        .value = board_.scheduler.now() - request.startedAt});
}

void Kernel::leaveFault(const AccessRequest& request,
                        std::uint64_t enteredAt,
                        std::uint64_t memoryReferences) {
    board_.scheduler.spend(board_.cost.faultExit);
    board_.events.emit({.kind = EventKind::FaultResolved,
                        .rule = Rule::MappedNow,
                        .object = request.process->number,
                        .vaddr = request.address.value,
                        .value = board_.scheduler.now() - enteredAt,
                        .a = memoryReferences});
}

void Kernel::violate(AccessRequest& request, FaultVerdict verdict) {
    Process& process = *request.process;
    request.killed = true;
    if (process.state != ProcessState::Running) {
        return; // another thread was faster
    }
    kill(process, ruleOf(verdict), &request);
}

void Kernel::kill(Process& process, Rule why, const AccessRequest* request) {
    board_.events.emit({.kind = EventKind::ProcessKilled,
                        .rule = why,
                        .object = process.number,
                        .vaddr = request != nullptr ? request->address.value : 0,
                        .value = request != nullptr ? request->fault.errorCode : 0});
    end(process, ProcessState::Killed);
}

} // namespace fragscope
