#pragma once

#include "fragscope/base/units.h"
#include "fragscope/defrag/compaction/settings.h"
#include "fragscope/defrag/settings.h"
#include "fragscope/hardware/cost_model.h"
#include "fragscope/hardware/memory/physical_memory.h"
#include "fragscope/hardware/paging/tlb_config.h"
#include "fragscope/kernel/settings.h"
#include "fragscope/task/scheduler.h"
#include "fragscope/workload/settings.h"

#include <string>
#include <vector>

/// Everything that a run depends on, resolved: scenario + seed + this = the same events, bit for
/// bit. Each field is a setting of the scenario file (scenario/settings.h gives key, default,
/// range, sentence).
namespace fragscope {

struct MachineSettings {
    ByteCount memory = mib(8);
    std::vector<MemorySpan> holes;
    std::uint32_t cpus = 2;
    std::uint32_t tlbSets = 16;
    std::uint32_t tlbWays = 4;
    Replacement tlbReplacement = Replacement::Lru;
    std::uint32_t tlb2Sets = 0; ///< 0 = no second level
    std::uint32_t tlb2Ways = 4;
    std::uint32_t structureCache = 0; ///< entries per level; 0 = none
    std::uint32_t storeBuffer = 0;    ///< entries; 0 = stores are visible at once
    TranslationMode translation = TranslationMode::Paging;
    MapRepresentation mapRepresentation = MapRepresentation::StartOnly;
    SchedulePolicy schedule = SchedulePolicy::ByTime;
    std::uint64_t quantumCycles = 20000; ///< of a CPU shared by several tasks
    std::uint64_t cpuHz = 3'000'000'000; ///< display only
    bool kernelUsesTlb = true;           ///< accesses of the kernel to its books take TLB entries
    CostModel cost;

    /// Slots of each CPU's TLBs, both levels, and of its structure caches (PML4, PDPT, PD); those
    /// of TlbFill events are below this.
    [[nodiscard]] std::uint32_t tlbSlots() const {
        return tlbSets * tlbWays + tlb2Sets * tlb2Ways + 3 * structureCache;
    }
};

// ---- script of the scenario
// --------------------------------------------------------------------------------
enum class Action : std::uint8_t {
    Grow,    ///< process grows by `size` at the high end
    GrowLow, ///< at the low end
    Exit,    ///< process ends
    StartMover,
    KillMover, ///< the mover ends where it is
    Pin,       ///< frames of [offset, offset + size) of the process are locked
    Unpin,
    SystemCall,    ///< the kernel writes `size` bytes at offset of the process
    Violate,       ///< the process's first thread accesses `offset` beyond its area
    Share,         ///< process attaches all memory of `other` (same frames, both maps)
    Free,          ///< process gives back the last `size` bytes of its area
    Allocate,      ///< process gets `size` bytes of single pages from the free list
    Release,       ///< process gives the pages of [offset, offset + size) of these back
    CreateShared,  ///< a shared object named `shared` of `size` bytes is made
    Attach,        ///< process attaches the shared object
    Detach,        ///< process detaches it
    DestroyShared, ///< the shared object loses its name
    FreeShared,    ///< a mistake of the kernel: frees the object's frames, mapped or not
    KernelObject,  ///< the kernel heap gives out an object of `size` bytes
    Overrun,       ///< a mistake of the kernel: `size` bytes are written behind that object
    ReclaimStacks, ///< the kernel takes the pages below RSP from all stacks of the process
};

struct ScriptAction {
    std::uint64_t atCycles = 0;
    Action action = Action::Grow;
    std::string process; ///< by name
    std::string other;
    std::string shared; ///< shared object, by name
    ByteCount size;
    ByteCount offset;
};

/// A run, complete.
struct RunConfig {
    std::uint64_t seed = 1;
    MachineSettings machine;
    FrameSettings frames;
    MoverSettings mover;
    PagingSettings paging;
    SegmentMemorySettings segments;
    CompactionSettings compaction;
    std::vector<ProcessSettings> processes;
    std::vector<ScriptAction> script;
    std::uint64_t maxSteps = 0; ///< 0 = none; the run ends with LimitSteps
    bool check = true;          ///< shadow copy and invariants on
};

} // namespace fragscope
