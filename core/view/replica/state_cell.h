#pragma once

#include "fragscope/view/state.h"

#include <utility>

namespace fragscope {

/// The parts of a ViewState that one event changes, each seen as one 64-bit word. Doing and undoing
/// are the same operation: put a word in and take the old one out.
enum class CellKind : std::uint8_t {
    Nothing, ///< an event that changed nothing
    Memory,  ///< aligned word of physical memory
    Page,    ///< a whole page; its old value is a PageRef kept beside (undo_ring.h)
    Time,
    Step,
    Move,        ///< field: word of MoveView
    Register,    ///< object: CPU, field: register
    Pending,     ///< object: CPU
    Stores,      ///< object: CPU; stores in its buffer
    RunningTask, ///< object: CPU
    Tlb,         ///< object: CPU, field: slot * 8 + word of TlbSlotView
    TaskCount,   ///< number of tasks; new ones are empty
    Task,        ///< object: index of the task, field: TaskField
    Local,       ///< object: index of the task, field: depth * 8 + index
};

enum class TaskField : std::uint8_t { Id, Process, Role, Status, Cpu, Depth, LastStep, Call };

/// Names one cell: kind 63:56, object 54:32, field 31:0; of memory the word number is in 54:0.
/// Bit 55 belongs to the undo ring.
struct Cell {
    std::uint64_t bits = 0;

    static constexpr unsigned kindShift = 56;
    static constexpr std::uint64_t firstOfEvent = 1ULL << 55;
    static constexpr std::uint64_t placeMask = firstOfEvent - 1;

    static constexpr Cell of(CellKind kind, std::uint64_t place = 0) {
        return {static_cast<std::uint64_t>(kind) << kindShift | place};
    }

    static constexpr Cell of(CellKind kind, std::size_t object, std::uint64_t field) {
        return of(kind, std::uint64_t{object} << 32 | field);
    }

    static constexpr Cell task(std::size_t index, TaskField field, std::uint64_t depth = 0) {
        return of(CellKind::Task, index, static_cast<std::uint64_t>(field) | depth << 8);
    }

    static constexpr Cell word(PhysAddr address) {
        return of(CellKind::Memory, address.value / wordBytes);
    }

    [[nodiscard]] constexpr CellKind kind() const {
        return static_cast<CellKind>(bits >> kindShift);
    }

    [[nodiscard]] constexpr std::uint64_t place() const { return bits & placeMask; }

    [[nodiscard]] constexpr std::size_t object() const { return place() >> 32; }

    [[nodiscard]] constexpr std::uint64_t field() const { return bits & 0xffffffff; }

    [[nodiscard]] constexpr PhysAddr address() const { return PhysAddr(place() * wordBytes); }
};

/// Puts `value` into the cell and returns what it held. The cell must exist; not for Page.
std::uint64_t exchange(ViewState& state, Cell cell, std::uint64_t value);

namespace detail {

template <class T> std::uint64_t swapIn(T& word, std::uint64_t value) {
    return static_cast<std::uint64_t>(std::exchange(word, static_cast<T>(value)));
}

} // namespace detail

} // namespace fragscope
