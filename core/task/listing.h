#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace fragscope {

/// The listings that tasks run; the number is part of events and run files, so only append.
enum class ListingId : std::uint16_t {
    None,
    Application,      ///< workload/application
    TraceReplay,      ///< workload/trace_replay
    Neighbour,        ///< workload/neighbour
    HandlerAsWritten, ///< kernel/fault_handler: the seed's text
    HandlerRewalk,    ///< kernel/fault_handler: looks at the map again
    StopTheWorld,     ///< defrag/stop_the_world
    EntryEHigh,       ///< defrag/entry_e, growth at the high end
    EntryELow,        ///< defrag/entry_e, the mirror image at the low end
    MoverLoop,        ///< defrag/mover_loop: when to start and what first
    Grow,             ///< kernel/growth
    Script,           ///< machine/script: the scenario's own actions
    SystemCall,       ///< kernel/system_call
    Shrink,           ///< kernel/growth: memory given back
    Recovery,         ///< defrag/recovery: after the mover died
    StoppedThread,    ///< kernel/fault_handler: a thread of a stopped process
    AllocateFrame,    ///< kernel/frames: the head of the free list
    ReleaseFrame,     ///< kernel/frames
    InitialiseFrames, ///< kernel/frames: the free list is built
    AllocatePages,    ///< kernel/frames/page_actions
    ReleasePages,     ///< kernel/frames/page_actions
    Overrun,          ///< kernel/frames/page_actions: a mistake of the kernel
    SharedObject,     ///< kernel/frames/shared_objects
    AttachShared,     ///< kernel/frames/shared_objects
    DetachShared,     ///< kernel/frames/shared_objects
    CheckingHandler,  ///< kernel/paging/demand_fault: looks at the state of the page
    DumbHandler,      ///< kernel/paging/demand_fault: maps a frame at any fault
    Reserve,          ///< kernel/paging/area_calls
    GiveBack,         ///< kernel/paging/area_calls
    Fork,             ///< kernel/paging/area_calls
    ReclaimStack,     ///< kernel/paging/stack_calls
    FirstFitAllocate, ///< alloc/first_fit_heap
    FirstFitRelease,
    FirstFitWalk,
    SegregatedAllocate, ///< alloc/segregated_heap
    SegregatedRelease,
    SegregatedWalk,
    ReserveRange,         ///< kernel/paging/range_calls
    MarkPages,            ///< kernel/paging/range_calls: marked or leaked
    MarkSweeper,          ///< kernel/paging/mark_sweeper
    HeapOperation,        ///< workload/heap/heap_operations
    Scavenger,            ///< workload/heap/scavenger: in the background
    MemoryThread,         ///< workload/heap/scavenger: told that memory is short
    KernelCollector,      ///< workload/heap/kernel_collector: a deliberate mistake
    QuickFit,             ///< kernel/segments/quick_fit
    TopOfHeap,            ///< kernel/segments/top_of_heap
    ReleaseSegment,       ///< kernel/segments/segment_heap
    AllocateSegment,      ///< kernel/segments/segment_calls
    FreeSegment,          ///< kernel/segments/segment_calls
    SegmentProgram,       ///< workload/segment_program
    SlideCompaction,      ///< defrag/compaction/slide
    CarrySegment,         ///< defrag/compaction/carrier
    BackgroundCompaction, ///< defrag/compaction/background
    RelaxSegment,         ///< defrag/compaction/relax
    RealignSegments,      ///< defrag/compaction/realign
    BuddyAllocate,        ///< kernel/segments/buddy
    BuddyRelease,         ///< kernel/segments/buddy
    SplitAllocation,      ///< kernel/segments/split_allocation
    AllocatePhysical,     ///< kernel/segments/physical_calls
    FreePhysical,         ///< kernel/segments/physical_calls
    AllocatePaged,        ///< kernel/segments/paged_calls
    FreePaged,            ///< kernel/segments/paged_calls
    PromotePages,         ///< kernel/segments/promotion
    CheckerboardProgram,  ///< workload/checkerboard_program
    SendSegment,          ///< kernel/segments/message_calls
    ReceiveSegment,       ///< kernel/segments/message_calls
    LockSegment,          ///< kernel/segments/lock_calls
    UnlockSegment,        ///< kernel/segments/lock_calls
    StartTransfer,        ///< kernel/segments/dma_calls
    DmaDevice,            ///< kernel/segments/dma_calls: the device itself
    LockPolicy,           ///< defrag/compaction/lock_policy
    SegmentScript,        ///< workload/segment_script
    SequentialFit,        ///< alloc/allocators, from here on: one listing per allocator
    QuickFitHeap,
    BuddyHeap,
    PageAllocator,
    SlabAllocator,
    SegregatedStorage,
    HalfFit,
    Tlsf,
    Dlmalloc,
    CompactFit,
    NonMovingCompactFit,
    BumpAllocator,
    RegionAllocator,
    SlidingHeap,
    HeapTrace, ///< workload/heap/heap_trace: a trace on the heap of a process
    Count
};

/// An algorithm as text: numbered lines (line n of an event is lines[n - 1]) and the names of the
/// local variables worth showing, in the order of the algorithm's Locals struct.
struct Listing {
    ListingId id;
    std::string_view name;  ///< "entry-e-high"
    std::string_view title; ///< "Mover: entry E"
    std::span<const std::string_view> lines;
    std::span<const std::string_view> locals;
};

/// What a task is for; decides where the window shows it.
enum class TaskRole : std::uint8_t { Application, Mover, Kernel, Script };

enum class TaskStatus : std::uint8_t { Ready, Waiting, Finished };

} // namespace fragscope
