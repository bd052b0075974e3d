#pragma once

#include "fragscope/kernel/memory_map.h"
#include "fragscope/kernel/page_tables.h"
#include "fragscope/kernel/paging/settings.h"

#include <string>
#include <vector>

namespace fragscope {

/// Which end of the address space a block is merged at (and which way it moves).
enum class MoveEnd : std::uint8_t { High, Low };

/// How far the transfer block under way is.
enum class MovePhase : std::uint8_t {
    Idle,    ///< no move, or between two transfer blocks
    Covered, ///< entry E covers the block; CPUs may still hold translations
    Copying, ///< nobody may reach the block
    Copied,  ///< old = new; still covered
};

/// The move under way in a process, relative to block A = [start, start + length) (DEFRAG 1.1).
/// Published by the mover for the handler, the checks and requests that must wait.
struct MoveState {
    bool active = false;
    MoveEnd end = MoveEnd::High;
    MovePhase phase = MovePhase::Idle;
    std::uint64_t start = 0;    ///< virtual address of A before the move
    std::uint64_t length = 0;   ///< m
    std::uint64_t transfer = 0; ///< t
    FrameNumber source{};       ///< of A before the move
    FrameNumber destination{};
    bool usesE = false;           ///< entry E is in the map
    bool shared = false;          ///< other processes map the block too and move along
    std::uint64_t blockStart = 0; ///< virtual address of the transfer block
    std::uint64_t blockLength = 0;
    std::uint64_t blocksDone = 0; ///< signal "current transfer block finished"
    std::uint64_t mapStores = 0;
    std::uint64_t bytesCopied = 0;
};

/// Pages of a process, by what they cost (paging/demand_paging.h).
struct PageUse {
    std::uint64_t reserved = 0;  ///< in use: an access is no error
    std::uint64_t committed = 0; ///< of them those that a frame or slot must be found for
    std::uint64_t resident = 0;  ///< of them those that have a frame
    std::uint64_t marked = 0;    ///< of these those whose frame may be taken (page_marks.h)
    std::uint64_t leaked = 0;    ///< have a frame but are not reserved
};

/// The stack of one thread: [start, top), and a guard below it that nobody may touch.
struct ThreadStack {
    VirtAddr start;
    VirtAddr top;
    VirtAddr rsp; ///< of the thread, also while it does not run
    PageCount guard;
    std::uint32_t task = 0; ///< of the thread; 0 = it has not begun
};

/// A process: its map and tables in emulated memory and what the kernel knows of it beside.
struct Process {
    Process(std::uint32_t n, std::string processName, const MemoryMap& m, const PageTables& t)
        : number(n), name(std::move(processName)), map(m), tables(t) {}

    std::uint32_t number;
    std::string name;
    MemoryMap map;
    PageTables tables;
    PhysAddr entryPlace; ///< of its process-table entry
    ProcessState state = ProcessState::Running;
    bool customHandler = false;
    bool reaped = false;            ///< its memory was given back
    bool stopped = false;           ///< the stop-the-world mover holds its threads
    std::vector<VirtAddr> inFlight; ///< split accesses between translate and perform
    std::uint32_t mapLock = 0;      ///< task that may change the map; 0 = nobody
    std::uint64_t shrinkWanted = 0; ///< bytes that a task waits to give back; 0 = none
    std::uint64_t pagedPages = 0;   ///< of its paged area, given out so far (page_actions.h)
    std::uint32_t mappingsOpen = 0; ///< frames whose owner is noted and whose entry is not written
                                    ///< yet, or the other way round
    MoveState move;
    std::vector<std::uint32_t> cpus; ///< CPUs that its threads are bound to
    std::uint64_t oldest = 0;        ///< physical address of the block that stays (label 'O')
    bool demandPaged = false;        ///< has or had areas whose pages get frames by faults
    bool awaitsFork = false;         ///< its address space comes by a fork
    PageUse use;                     ///< of its demand areas
    std::vector<ThreadStack> stacks; ///< by number of the thread
    OnSignal onSignal = OnSignal::End;
    std::uint64_t signalsSent = 0; ///< delivered so far

    // Predicates for waiting tasks.
    [[nodiscard]] bool running(std::uint64_t) const { return !stopped; }

    [[nodiscard]] bool gone(std::uint64_t) const { return reaped; }

    [[nodiscard]] bool mayBegin(std::uint64_t) const {
        return !awaitsFork || state != ProcessState::Running;
    }

    /// The mover may take the lock: nobody has it, and nobody who waits for it may have it now.
    [[nodiscard]] bool unlocked(std::uint64_t) const {
        return mapLock == 0 && !(shrinkWanted != 0 && lockableForShrink(shrinkWanted));
    }

    [[nodiscard]] bool notInE(std::uint64_t address) const {
        return state != ProcessState::Running || !map.isNoAccess(VirtAddr(address));
    }

    [[nodiscard]] bool blockDoneSince(std::uint64_t seen) const {
        return state != ProcessState::Running || move.blocksDone != seen;
    }

    [[nodiscard]] bool lockableForGrowth(std::uint64_t) const {
        return mapLock == 0 && !move.active;
    }

    /// Between two transfer blocks the last `size` bytes may go if they have not moved yet: while
    /// entry E is in the map, and if no other process moves along with this one.
    [[nodiscard]] bool lockableForShrink(std::uint64_t size) const {
        const bool between = move.usesE && !move.shared && move.end == MoveEnd::High;
        return mapLock == 0 && (!move.active || (between && unmoved() > size));
    }

    /// Nobody but a task that has ended may change the map.
    [[nodiscard]] bool unlockedBut(std::uint64_t ended) const {
        return mapLock == 0 || mapLock == ended;
    }

    /// Bytes of block A that the move has not reached.
    [[nodiscard]] std::uint64_t unmoved() const {
        return map.entry(map.count() - 1).start - map.entry(map.count() - 2).start;
    }
};

} // namespace fragscope
