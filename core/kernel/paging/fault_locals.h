#pragma once

#include "fragscope/kernel/paging/demand_paging.h"

#include <array>

/// What the fault handlers of demand paging share; for their own files only.
namespace fragscope {

inline constexpr std::array<std::string_view, 8> faultLocalNames{
    "address",     "page_state", "frame",      "victim_process",
    "victim_page", "slot",       "references", "fault_cycles"};

struct FaultLocals {
    std::uint64_t address;
    std::uint64_t state; ///< PageState
    std::uint64_t frame; ///< taken for the page, or `none`
    std::uint64_t victim;
    std::uint64_t victimPage;
    std::uint64_t slot;
    std::uint64_t references; ///< of the handler to tables in memory
    std::uint64_t faultCycles;
};

inline constexpr std::uint64_t none = ~0ULL;
inline constexpr std::uint64_t retry = none - 1; ///< value of `frame`: look at the page again

/// Counts references of the handler to tables and spends their time.
inline void refer(const Kernel& kernel, FaultLocals& l, std::uint64_t references) {
    l.references += references;
    kernel.board().scheduler.spend(references * kernel.board().cost.kernelStore);
}

inline constexpr std::uint64_t tableLevelsAbove = 3; ///< read on the way to the page's own entry

/// References to the frame table, read and written; its own books spend their time.
inline constexpr std::uint64_t frameEntryReferences = 2;

/// Lines of the checking handler; `Evict` and below are the part that makes room.
enum class Check : std::uint16_t {
    Fault = 1,
    Lock,
    Look,
    Invalid,
    Stopped,
    Spurious,
    Victim,
    Evict,
    Ask,
    Acked,
    Save,
    Discard,
    FreeFrame,
    Frame,
    NoFrame,
    WaitForEnd,
    ZeroPage,
    Clear,
    SwapIn,
    FileRead,
    Copy,
    CopyAsk,
    CopyAcked,
    LastOwner,
    Map,
    Return,
    Repeat,
    AskOthers,
    Answered,
    Attach,
};

/// Makes room for one more page of the process: the policy's victim loses its frame. l.frame is
/// `none` if that is impossible (a page to save and no slot).
Steps evictPage(Kernel& kernel, const Process& process, FaultLocals& l);

/// No frame is left: takes the frames of marked pages, then asks the processes that listen, and
/// waits. Without the lock of the virtual memory manager and l.frame = `retry` if frames are free
/// then; else with the lock.
Steps askForFrames(Kernel& kernel, AccessRequest& request, FaultLocals& l);

/// Takes the lock of the virtual memory manager. The process may have ended when it has it.
Steps takeFaultLock(Kernel& kernel, Task& self);

} // namespace fragscope
