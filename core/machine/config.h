#pragma once

#include "fragscope/base/units.h"
#include "fragscope/hardware/cost_model.h"
#include "fragscope/hardware/memory/physical_memory.h"
#include "fragscope/kernel/layout.h"

#include <string>
#include <vector>

/// Everything that a run depends on, resolved: scenario + seed + this = the same events, bit for bit.
/// Each field is a setting of the scenario file (scenario/settings.h gives key, default, range, sentence).
namespace fragscope {

enum class TranslationMode : std::uint8_t { Paging, Ranges };

enum class ScheduleMode : std::uint8_t { ByTime, RoundRobin, Random };

struct MachineSettings {
    ByteCount memory = mib(8);
    std::vector<MemorySpan> holes;
    std::uint32_t cpus = 2;
    std::uint32_t tlbSets = 16;
    std::uint32_t tlbWays = 4;
    TranslationMode translation = TranslationMode::Paging;
    MapRepresentation mapRepresentation = MapRepresentation::StartOnly;
    ScheduleMode schedule = ScheduleMode::ByTime;
    std::uint64_t quantumCycles = 20000; ///< of a CPU shared by several tasks
    std::uint64_t cpuHz = 3'000'000'000; ///< display only
    CostModel cost;
};

// ---- movers --------------------------------------------------------------------------------------------
enum class MoverAlgorithm : std::uint8_t { None, StopTheWorld, EntryE };
enum class ShootdownMode : std::uint8_t { Acknowledged, Unacknowledged, AfterCopy, None };
enum class HandlerMode : std::uint8_t { Rewalk, AsWritten };
enum class WaitMode : std::uint8_t { Predicate, Edge };
enum class MoveOrder : std::uint8_t { RemapThenCopy, CopyThenRemap };
enum class AccessAtomicity : std::uint8_t { Atomic, Split };
enum class CandidateOrder : std::uint8_t { LowestAddress, Smallest, Largest };
enum class OldFrames : std::uint8_t { AtEnd, PerBlock };
enum class WaitInterrupts : std::uint8_t { On, Off };
enum class PreemptInWindow : std::uint8_t { No, Yes };
enum class PteClear : std::uint8_t { Exchange, PlainStore };
enum class OwnersCovered : std::uint8_t { All, OnlyOne };
enum class PinnedFrames : std::uint8_t { Skip, Ignore };

struct MoverSettings {
    MoverAlgorithm algorithm = MoverAlgorithm::EntryE;
    std::uint32_t cpu = 0;                        ///< CPU that the mover runs on
    ByteCount transferBlock = kib(64);            ///< whole pages; 0 = auto, from waitLimitCycles
    std::uint64_t waitLimitCycles = 20000;        ///< for transferBlock auto (DEFRAG 1.5)
    bool startOnCommand = false;                  ///< a script action `start-mover`
    bool startOnFramesFreed = true;
    std::uint64_t startPeriodCycles = 0;          ///< 0 = never by period
    CandidateOrder candidates = CandidateOrder::LowestAddress;
    OldFrames oldFrames = OldFrames::AtEnd;
    // hazards (DEFRAG 1.3); the first value of each is the safe one
    ShootdownMode shootdown = ShootdownMode::Acknowledged;
    HandlerMode handler = HandlerMode::Rewalk;
    WaitMode wait = WaitMode::Predicate;
    MoveOrder order = MoveOrder::RemapThenCopy;
    WaitInterrupts waitInterrupts = WaitInterrupts::On;
    PreemptInWindow preemptInWindow = PreemptInWindow::No;
    PteClear pteClear = PteClear::Exchange;
    OwnersCovered ownersCovered = OwnersCovered::All;
    PinnedFrames pinned = PinnedFrames::Skip;
};

// ---- processes -----------------------------------------------------------------------------------------
enum class Pattern : std::uint8_t { Uniform, Sequential, HotSet, Script };

/// One access of pattern Script: offset from the start of the area.
struct ScriptedAccess {
    bool write = false;
    std::uint64_t offset = 0;
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
    VirtAddr start{0x10000000};        ///< of its area
    std::vector<InitialBlock> blocks;
    std::vector<std::uint32_t> cpus{1}; ///< one application thread per entry; empty = an idle owner of memory
    Pattern pattern = Pattern::Uniform;
    std::uint64_t accesses = 0;        ///< per thread; 0 = until the mover has nothing to do
    std::uint32_t writePercent = 50;
    ByteCount hotSize = kib(16);       ///< HotSet: size of the hot part at the start of the area
    std::uint32_t hotPercent = 90;     ///< HotSet: share of the accesses that go there
    std::vector<ScriptedAccess> script;
    std::uint64_t thinkCycles = ~0ULL; ///< between two accesses; all ones = cost.think
    std::uint64_t deadlineCycles = 0;  ///< per access; 0 = none
    AccessAtomicity atomicity = AccessAtomicity::Atomic;
    bool largePages = false;           ///< 2 MiB mappings where place and address allow
    std::string trace;                 ///< file name: replay this allocation trace instead of a pattern
    std::uint64_t traceOperations = 0; ///< at most this many; 0 = all
    ByteCount growBy = kib(256);       ///< trace: how much the heap asks for at a time
    std::uint64_t exitAtCycles = 0;    ///< gives all its memory back then; 0 = never
};

// ---- script of the scenario --------------------------------------------------------------------------------
enum class Action : std::uint8_t {
    Grow,       ///< process grows by `size` at the high end
    GrowLow,    ///< at the low end
    Exit,       ///< process ends
    StartMover,
    KillMover,  ///< the mover ends where it is
    Pin,        ///< frames of [offset, offset + size) of the process are locked
    Unpin,
    SystemCall, ///< the kernel writes `size` bytes at offset of the process
    Violate,    ///< the process's first thread accesses `offset` beyond its area
    Share,      ///< process attaches all memory of `other` (same frames, both maps)
    Free,       ///< process gives back the last `size` bytes of its area
};

struct ScriptAction {
    std::uint64_t atCycles = 0;
    Action action = Action::Grow;
    std::string process; ///< by name
    std::string other;
    ByteCount size;
    ByteCount offset;
};

/// A run, complete.
struct RunConfig {
    std::uint64_t seed = 1;
    MachineSettings machine;
    MoverSettings mover;
    std::vector<ProcessSettings> processes;
    std::vector<ScriptAction> script;
    std::uint64_t maxSteps = 0; ///< 0 = none; the run ends with LimitSteps
    bool check = true;          ///< shadow copy and invariants on
};

} // namespace fragscope
