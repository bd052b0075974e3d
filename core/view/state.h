#pragma once

#include "fragscope/event/event.h"
#include "fragscope/hardware/cpu/register_name.h"
#include "fragscope/task/task.h"
#include "fragscope/view/page_map.h"

#include <array>
#include <vector>

namespace fragscope {

/// One level of a task's calls: an algorithm at a line, with the local variables of its listing.
struct CallView {
    ListingId listing = ListingId::None;
    std::uint16_t line = 0;
    std::array<std::uint64_t, 8> locals{};

    friend bool operator==(const CallView&, const CallView&) = default;
};

/// A task as the events tell it.
struct TaskView {
    std::uint32_t id = 0;
    std::uint32_t process = 0;
    TaskRole role = TaskRole::Application;
    TaskStatus status = TaskStatus::Ready;
    std::uint8_t cpu = 0;
    std::uint8_t depth = 0;                     ///< index of the innermost call
    std::array<CallView, maxCallDepth> calls{}; ///< [0] is the task's own listing
    std::uint64_t lastStepCycles = 0;           ///< time of its last micro-step

    friend bool operator==(const TaskView&, const TaskView&) = default;
};

/// One slot of a CPU's TLB; decode `entry`, `pageBytes` and `pcid` with hardware/paging.
struct TlbSlotView {
    bool used = false;
    std::uint64_t vaddr = 0;
    std::uint64_t paddr = 0;
    std::uint64_t entry = 0;
    std::uint64_t pageBytes = 0;
    std::uint64_t pcid = 0;

    friend bool operator==(const TlbSlotView&, const TlbSlotView&) = default;
};

/// A CPU as the events tell it.
struct CpuView {
    std::vector<TlbSlotView> tlb;
    std::array<std::uint64_t, registerCount> registers{}; ///< by RegisterName
    std::uint32_t pendingInterrupts = 0;
    std::uint32_t pendingStores = 0; ///< in its store buffer, not visible to others yet
    std::uint32_t task = 0;          ///< task of its last step

    friend bool operator==(const CpuView&, const CpuView&) = default;
};

/// The move under way, as the meaning events tell it (0 length = none).
struct MoveView {
    std::uint32_t process = 0;
    std::uint64_t vaddr = 0;
    std::uint64_t sourcePaddr = 0;
    std::uint64_t destinationPaddr = 0;
    std::uint64_t lengthBytes = 0;
    std::uint64_t blockVaddr = 0; ///< transfer block in motion (0 length = between two blocks)
    std::uint64_t blockSourcePaddr = 0;
    std::uint64_t blockDestinationPaddr = 0;
    std::uint64_t blockLengthBytes = 0;
    std::uint64_t blockCopiedBytes = 0;
    std::uint64_t blockNumber = 0;
    std::uint64_t copiedBytes = 0; ///< of the whole move

    friend bool operator==(const MoveView&, const MoveView&) = default;
};

/// The machine at one moment: the fold of all state events before `nextSeq`.
/// A copy is a snapshot: memory is shared, the rest is small.
struct ViewState {
    std::uint64_t nextSeq = 0;    ///< seq of the first event not yet applied
    std::uint64_t timeCycles = 0; ///< of the last event applied
    std::uint64_t step = 0;       ///< micro-steps so far
    PageMap memory;
    std::vector<CpuView> cpus;
    std::vector<TaskView> tasks; ///< ascending id
    MoveView move;
};

} // namespace fragscope
