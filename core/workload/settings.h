#pragma once

#include "fragscope/base/units.h"
#include "fragscope/kernel/paging/settings.h"
#include "fragscope/workload/heap/settings.h"
#include "fragscope/workload/segment_load.h"

#include <string>
#include <vector>

/// Who makes memory busy: the settings of one process.
namespace fragscope {

/// An access is one step, or translate and perform are two (so that others can act in between).
enum class AccessAtomicity : std::uint8_t { Atomic, Split };

enum class Pattern : std::uint8_t {
    Uniform,
    Sequential,
    HotSet,
    Script,
    Segments,
    Checkerboard, ///< segments too: every second one is freed, then a large one is wanted
};

/// What an element of a script does.
enum class Verb : std::uint8_t {
    Access,
    Touch,   ///< accesses the first word of each page of a range
    Wait,    ///< works for some cycles without an access
    Reserve, ///< system calls, from here on
    Convert, ///< gives pages back that stay in use
    Unmap,   ///< gives pages back
    Fork,
    Exit,
    Call,    ///< goes deeper: RSP moves down, the pages of the new frame are written
    Alloca,  ///< goes deeper; only the lowest word of the new frame is written
    Return,  ///< RSP moves up
    Reclaim, ///< system call: the pages of the own stack below RSP go back
    Malloc,  ///< of the heap of the process, from here on
    Free,
    Fill,  ///< writes words of a block that no other write of the run writes
    Check, ///< reads them again
    Cycle, ///< allocates, touches and frees a block so many times
    Cache, ///< uses a block that the process may drop when memory is short
    Scavenge,
    Collect,    ///< has the kernel's collector run: a deliberate mistake
    GetSegment, ///< system calls for segments, from here on, and what a program does with them
    GetBuffer,  ///< a lockable one
    FreeSegment,
    Stamp,  ///< writes the first and the last word of each page of a segment
    Verify, ///< reads them again
    Poke,   ///< writes one word of a segment
    Peek,   ///< reads it
    Send,
    Receive,
    Lock,
    Unlock,
    Transfer,      ///< a device writes to a segment, beside the program
    AwaitTransfer, ///< until it has
};

/// What the offset of an access counts from.
enum class OffsetBase : std::uint8_t {
    Area,  ///< the start of the area
    Rsp,   ///< the thread's stack pointer; below it in two's complement
    Paged, ///< the first single page or attached shared object (kernel/frames/page_actions.h)
};

/// One element of pattern Script.
struct ScriptedAccess {
    bool write = false;
    std::uint64_t offset = 0; ///< Wait: cycles; Cycle: times
    Verb verb = Verb::Access;
    ByteCount size{};    ///< of the range, or of what is reserved
    std::string other{}; ///< Fork: the child; a block of the heap or a segment, by name
    OffsetBase base = OffsetBase::Area;
    std::string peer{}; ///< Send: the receiver
};

/// Contiguous frames given to a process before the run; blocks of a process are neighbours in its
/// address space, in the order of the list.
struct InitialBlock {
    ByteCount size;
    std::uint64_t frame = 0; ///< first frame; `anywhere` = first fit
    static constexpr std::uint64_t anywhere = ~0ULL;
};

struct ProcessSettings {
    std::string name = "application";
    VirtAddr start{0x10000000}; ///< of its area
    std::vector<InitialBlock> blocks;
    ByteCount reserve; ///< area whose pages get frames at the first touch
    ByteCount file;    ///< area of a read-only file, behind it
    ByteCount stack;   ///< most that the stack of a thread may grow to; 0 = the threads have none
    std::uint64_t stackGuard = 1; ///< pages below each stack that nobody may touch
    OnSignal onSignal = OnSignal::End;
    std::vector<std::uint32_t> cpus{
        1}; ///< one application thread per entry; empty = an idle owner of memory
    Pattern pattern = Pattern::Uniform;
    std::uint64_t accesses = 0; ///< per thread; 0 = until the mover has nothing to do
    std::uint32_t writePercent = 50;
    ByteCount hotSize = kib(16);   ///< HotSet: size of the hot part at the start of the area
    std::uint32_t hotPercent = 90; ///< HotSet: share of the accesses that go there
    std::vector<ScriptedAccess> script;
    std::uint64_t thinkCycles = ~0ULL; ///< between two accesses; all ones = cost.think
    std::uint64_t deadlineCycles = 0;  ///< per access; 0 = none
    AccessAtomicity atomicity = AccessAtomicity::Atomic;
    bool largePages = false; ///< 2 MiB mappings where place and address allow
    std::string trace;       ///< file name: replay this allocation trace instead of a pattern
    std::uint64_t traceOperations = 0; ///< at most this many; 0 = all
    ByteCount growBy = kib(256);       ///< trace: how much the heap asks for at a time
    std::uint64_t exitAtCycles = 0;    ///< gives all its memory back then; 0 = never
    HeapSettings heap;
    SegmentLoad segments; ///< Segments: `accesses` is the number of requests
};

} // namespace fragscope
