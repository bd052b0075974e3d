#include "fragscope/view/replica/state_cell.h"

#include <cstring>

namespace fragscope {

namespace {

using detail::swapIn;

constexpr unsigned lineShift = 16; ///< a call's place: listing 31:16 | line 15:0
constexpr std::uint64_t lineMask = 0xffff;

std::uint64_t exchangeMove(MoveView& move, std::uint64_t field, std::uint64_t value) {
    switch (field) {
    case 0:
        return swapIn(move.process, value);
    case 1:
        return swapIn(move.vaddr, value);
    case 2:
        return swapIn(move.sourcePaddr, value);
    case 3:
        return swapIn(move.destinationPaddr, value);
    case 4:
        return swapIn(move.lengthBytes, value);
    case 5:
        return swapIn(move.blockVaddr, value);
    case 6:
        return swapIn(move.blockSourcePaddr, value);
    case 7:
        return swapIn(move.blockDestinationPaddr, value);
    case 8:
        return swapIn(move.blockLengthBytes, value);
    case 9:
        return swapIn(move.blockCopiedBytes, value);
    case 10:
        return swapIn(move.blockNumber, value);
    default:
        return swapIn(move.copiedBytes, value);
    }
}

std::uint64_t exchangeTlb(TlbSlotView& slot, std::uint64_t field, std::uint64_t value) {
    switch (field) {
    case 0:
        return swapIn(slot.used, value);
    case 1:
        return swapIn(slot.vaddr, value);
    case 2:
        return swapIn(slot.paddr, value);
    case 3:
        return swapIn(slot.entry, value);
    case 4:
        return swapIn(slot.pageBytes, value);
    default:
        return swapIn(slot.pcid, value);
    }
}

std::uint64_t exchangeCall(CallView& call, std::uint64_t value) {
    const std::uint64_t old = static_cast<std::uint64_t>(call.listing) << lineShift | call.line;
    call.listing = static_cast<ListingId>(value >> lineShift);
    call.line = static_cast<std::uint16_t>(value & lineMask);
    return old;
}

std::uint64_t exchangeTask(TaskView& task, std::uint64_t field, std::uint64_t value) {
    switch (static_cast<TaskField>(field & 0xff)) {
    case TaskField::Id:
        return swapIn(task.id, value);
    case TaskField::Process:
        return swapIn(task.process, value);
    case TaskField::Role:
        return swapIn(task.role, value);
    case TaskField::Status:
        return swapIn(task.status, value);
    case TaskField::Cpu:
        return swapIn(task.cpu, value);
    case TaskField::Depth:
        return swapIn(task.depth, value);
    case TaskField::LastStep:
        return swapIn(task.lastStepCycles, value);
    case TaskField::Call:
        return exchangeCall(task.calls[field >> 8], value);
    }
    return 0;
}

std::uint64_t exchangeCount(std::vector<TaskView>& tasks, std::uint64_t count) {
    const std::uint64_t old = tasks.size();
    tasks.resize(count);
    return old;
}

std::uint64_t exchangeWord(PageMap& memory, PhysAddr address, std::uint64_t value) {
    std::byte* word = memory.writable(frameOf(address)) + offsetInPage(address);
    std::uint64_t old = 0;
    std::memcpy(&old, word, wordBytes);
    std::memcpy(word, &value, wordBytes);
    return old;
}

} // namespace

std::uint64_t exchange(ViewState& state, Cell cell, std::uint64_t value) {
    const std::size_t object = cell.object();
    const std::uint64_t field = cell.field();
    switch (cell.kind()) {
    case CellKind::Memory:
        return exchangeWord(state.memory, cell.address(), value);
    case CellKind::Time:
        return swapIn(state.timeCycles, value);
    case CellKind::Step:
        return swapIn(state.step, value);
    case CellKind::Move:
        return exchangeMove(state.move, field, value);
    case CellKind::Register:
        return swapIn(state.cpus[object].registers[field], value);
    case CellKind::Pending:
        return swapIn(state.cpus[object].pendingInterrupts, value);
    case CellKind::Stores:
        return swapIn(state.cpus[object].pendingStores, value);
    case CellKind::RunningTask:
        return swapIn(state.cpus[object].task, value);
    case CellKind::Tlb:
        return exchangeTlb(state.cpus[object].tlb[field / 8], field % 8, value);
    case CellKind::TaskCount:
        return exchangeCount(state.tasks, value);
    case CellKind::Task:
        return exchangeTask(state.tasks[object], field, value);
    case CellKind::Local:
        return swapIn(state.tasks[object].calls[field / 8].locals[field % 8], value);
    case CellKind::Nothing:
    case CellKind::Page:
        break;
    }
    return 0;
}

} // namespace fragscope
