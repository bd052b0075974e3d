#pragma once

#include "fragscope/event/event.h"

#include <optional>
#include <span>
#include <string_view>

namespace fragscope {

/// How much a run records: metrics only, what happened to structures, or every change and access.
enum class RecordLevel : std::uint8_t { Metrics, Structure, Full };

/// State events say what changed and are folded by the view; meaning events say what it was for.
/// `Both` is an application's store: a change of memory that is also an access.
enum class EventSort : std::uint8_t { State, Meaning, Both };

/// Lowest level at which the kind is emitted: Structure kinds always, Full kinds only while a sink
/// wants them.
// K(Name, text, sort, level, object, value, a, b, sentence). Units stand in the field names.
// clang-format off
#define FRAGSCOPE_EVENT_KINDS(K)                                                                   \
    /* state */                                                                                    \
    K(PhysStore, "phys-store", State, Full, "", "value", "", "",                                   \
      "The kernel or the page walk stored `size` bytes at a physical address.")                    \
    K(PhysFill, "phys-fill", State, Full, "", "byte", "length_bytes", "",                          \
      "A range of physical memory was filled with one byte.")                                      \
    K(PhysCopy, "phys-copy", State, Full, "", "", "source_paddr", "length_bytes",                  \
      "A range of physical memory was copied to paddr.")                                           \
    K(PageImage, "page-image", State, Full, "", "", "", "",                                        \
      "Coalesced: the frame at paddr has new contents since the last slice.")                      \
    K(TlbFill, "tlb-fill", State, Full, "slot", "entry", "page_bytes", "pcid",                     \
      "A translation was put into a TLB slot of the CPU.")                                         \
    K(TlbDrop, "tlb-drop", State, Full, "slot", "", "", "", "A TLB slot of the CPU was emptied.")  \
    K(RegisterWrite, "register", State, Full, "register", "value", "", "",                         \
      "A register of the CPU got a new value.")                                                    \
    K(TaskStarted, "task-started", State, Structure, "process", "listing", "role", "",             \
      "A task began on the CPU.")                                                                  \
    K(TaskStep, "step", State, Full, "depth", "step", "listing", "",                               \
      "A task began a micro-step at a line of the listing at this depth of its calls.")            \
    K(LocalWrite, "local", State, Full, "index", "value", "depth", "listing",                      \
      "A local variable of the listing at this depth changed.")                                    \
    K(TaskStatusChange, "task-status", State, Full, "", "status", "depth", "",                     \
      "A task became ready, waiting or finished (TaskStatus), or returned to a depth of calls.")   \
    K(InterruptPending, "interrupt-pending", State, Full, "target_cpu", "pending", "", "",         \
      "The number of pending shootdown interrupts of a CPU changed.")                              \
    K(StoresPending, "stores-pending", State, Full, "cpu", "pending", "", "",                      \
      "The number of stores in the store buffer of a CPU changed.")                                \
    /* accesses and translation */                                                                 \
    K(Load, "load", Meaning, Full, "process", "value", "cost_cycles", "walk_references",           \
      "An application read memory.")                                                               \
    K(Store, "store", Both, Full, "process", "value", "cost_cycles", "walk_references",            \
      "An application wrote memory.")                                                              \
    K(StoreBuffered, "store-buffered", Meaning, Full, "process", "value", "cost_cycles",              \
      "walk_references",                                                                           \
      "An application's store waits in the store buffer of its CPU; no other CPU sees it yet.")    \
    K(StoreDrained, "store-drained", State, Full, "process", "value", "left", "",                  \
      "The oldest store of the CPU's store buffer became visible in memory.")                      \
    K(StoreNotVisible, "store-not-visible", Meaning, Structure, "process", "read", "pending", "",  \
      "A read returned an older value: a store to the address still waits in another CPU's buffer.") \
    K(WalkStep, "walk-step", Meaning, Full, "level", "entry", "index", "failed_check",             \
      "The page walk read one table entry at paddr.")                                              \
    K(TlbMiss, "tlb-miss", Meaning, Full, "process", "", "", "",                                   \
      "No TLB entry for vaddr; the tables are walked.")                                            \
    K(HoleAccess, "hole-access", Meaning, Structure, "", "value", "", "",                          \
      "A physical address without memory behind it was accessed: reads all ones, drops writes.")   \
    /* processes and frames */                                                                     \
    K(ProcessStarted, "process-started", Meaning, Structure, "process", "cr3", "threads", "",      \
      "A process began.")                                                                          \
    K(ProcessExited, "process-exited", Meaning, Structure, "process", "", "frames", "",            \
      "A process ended and gave its frames back.")                                                 \
    K(ProcessKilled, "process-killed", Meaning, Structure, "process", "error_code", "", "",        \
      "A process was ended by the violation handler.")                                             \
    K(FramesAllocated, "frames-allocated", Meaning, Structure, "process", "use", "frames", "",     \
      "A run of frames from paddr was given to a process or to the kernel.")                       \
    K(FramesFreed, "frames-freed", Meaning, Structure, "process", "use", "frames", "",             \
      "A run of frames from paddr became free.")                                                   \
    K(FramesPinned, "frames-pinned", Meaning, Structure, "process", "pins", "frames", "",          \
      "Frames were locked in place or released (pins 0).")                                         \
    K(GrowBegun, "grow-begun", Meaning, Structure, "process", "length_bytes", "high", "",          \
      "A process asked for more memory at an end of its area.")                                    \
    K(GrowDone, "grow-done", Meaning, Structure, "process", "length_bytes", "in_place", "entries", \
      "The process has the memory: behind its block (in_place 1) or as a new map entry.")          \
    K(RequestRefused, "request-refused", Meaning, Structure, "process", "frames_wanted",           \
      "frames_free", "largest_run_frames", "A request for memory was refused.")                    \
    /* books of frames */                                                                          \
    K(FrameTableMade, "frame-table-made", Meaning, Structure, "entry_bytes", "table_bytes",        \
      "books_bytes", "memory_bytes",                                                               \
      "The frame table is ready; with owners' nodes or list the books take books_bytes.")          \
    K(FrameBooks, "frame-books", Meaning, Structure, "records_visited", "frames", "cycles",        \
      "accesses", "An operation on the books of frames ended; the rule says which.")               \
    K(OwnerRefused, "owner-refused", Meaning, Structure, "process", "owners_known",                \
      "records_used", "records", "There is no room to note another owner of a frame.")             \
    K(FreeRefused, "free-refused", Meaning, Structure, "process", "use", "references", "",         \
      "A frame was not freed: it is free already or still mapped.")                                \
    K(SharedCreated, "shared-created", Meaning, Structure, "", "shared_object", "frames", "",      \
      "A named shared object was made.")                                                           \
    K(SharedAttached, "shared-attached", Meaning, Structure, "process", "shared_object",           \
      "frames", "attachments", "A process attached a shared object at vaddr.")                     \
    K(SharedDetached, "shared-detached", Meaning, Structure, "process", "shared_object",           \
      "frames", "attachments", "A process detached a shared object from vaddr.")                   \
    K(SharedDestroyed, "shared-destroyed", Meaning, Structure, "", "shared_object",                \
      "frames", "attachments", "A shared object lost its name.")                                   \
    K(KernelAllocated, "kernel-allocated", Meaning, Structure, "", "length_bytes", "", "",         \
      "The kernel heap gave out an object at vaddr.")                                              \
    K(StrayStore, "stray-store", Meaning, Structure, "", "value", "", "",                          \
      "A mistake of the kernel: it stores at vaddr, where it has no business.")                    \
    K(KernelFault, "kernel-fault", Meaning, Structure, "", "error_code", "distance_steps",         \
      "distance_cycles",                                                                           \
      "The kernel itself faulted at vaddr; distances count from the stray store.")                 \
    /* map and shootdown */                                                                        \
    K(MapEntryAdded, "map-entry-added", Meaning, Structure, "process", "entry", "index",           \
      "entries", "An entry was added to the memory map of a process.")                             \
    K(MapEntryRemoved, "map-entry-removed", Meaning, Structure, "process", "entry", "index",       \
      "entries", "An entry was removed from the memory map of a process.")                         \
    K(MapStore, "map-store", Meaning, Structure, "process", "new_value", "old_value", "entry",     \
      "One word of a map entry was changed (the patch of the seed).")                              \
    K(PteStore, "pte-store", Meaning, Structure, "process", "new_entry", "old_entry", "level",     \
      "One page-table entry was changed.")                                                         \
    K(ShootdownSent, "shootdown-sent", Meaning, Structure, "process", "cpus", "pages", "id",       \
      "Interrupts were sent to make other CPUs drop translations of a range.")                     \
    K(ShootdownAcked, "shootdown-acked", Meaning, Structure, "process", "id", "pages", "dropped",  \
      "A CPU dropped the range at an instruction boundary and said so.")                           \
    K(ShootdownDone, "shootdown-done", Meaning, Structure, "process", "cycles", "id", "",          \
      "The sender has seen every acknowledgement that it waits for.")                              \
    /* faults and waits */                                                                         \
    K(PageFault, "page-fault", Meaning, Structure, "process", "error_code", "", "",                \
      "An access raised a page fault; CR2 is vaddr.")                                              \
    K(FaultResolved, "fault-resolved", Meaning, Structure, "process", "cycles", "", "",            \
      "The handler ended and the access is repeated.")                                             \
    K(WaitBegun, "wait-begun", Meaning, Structure, "process", "", "", "",                          \
      "A thread began to wait for memory that is being moved.")                                    \
    K(WaitEnded, "wait-ended", Meaning, Structure, "process", "waited_cycles", "", "",             \
      "A thread may go on; waited from fault to repeat.")                                          \
    K(HandlerInstalled, "handler-installed", Meaning, Structure, "process", "", "", "",            \
      "The custom violation handler of a process was installed.")                                  \
    K(HandlerReset, "handler-reset", Meaning, Structure, "process", "", "", "",                    \
      "The standard violation handler of a process is back.")                                      \
    /* moves */                                                                                    \
    K(MoverStarted, "mover-started", Meaning, Structure, "process", "candidates",                  \
      "transfer_block_bytes", "", "The mover was started; the rule says by what.")                 \
    K(MoveBegun, "move-begun", Meaning, Structure, "process", "length_bytes", "source_paddr", "",  \
      "A block begins to move to paddr.")                                                          \
    K(BlockBegun, "block-begun", Meaning, Structure, "process", "length_bytes", "source_paddr",    \
      "block", "A transfer block begins to move to paddr.")                                        \
    K(PageCopied, "page-copied", Meaning, Structure, "process", "length_bytes", "source_paddr",    \
      "block", "A page of the transfer block was copied to paddr.")                                \
    K(BlockDone, "block-done", Meaning, Structure, "process", "cycles", "block", "",               \
      "A transfer block is reachable at its new place.")                                           \
    K(MoveDone, "move-done", Meaning, Structure, "process", "cycles", "bytes_copied",              \
      "map_stores", "A block lies at its new place and its entry is gone.")                        \
    K(MoveSkipped, "move-skipped", Meaning, Structure, "process", "", "", "",                      \
      "A candidate was not moved; the rule says why.")                                             \
    K(MoverDied, "mover-died", Meaning, Structure, "process", "", "", "",                          \
      "The mover ended in the middle of its work.")                                                \
    K(MoveRolledBack, "move-rolled-back", Meaning, Structure, "process", "", "", "",               \
      "The map was used as the journal: A.start went back to E.start.")                            \
    /* truth */                                                                                    \
    K(LostWrite, "lost-write", Meaning, Structure, "process", "written", "found", "cause_step",    \
      "A written value is no longer reachable at its address.")                                    \
    K(StaleRead, "stale-read", Meaning, Structure, "process", "read", "expected", "cause_step",    \
      "A read returned something else than the last value written.")                               \
    K(ForeignAccess, "foreign-access", Meaning, Structure, "process", "value", "owner", "",        \
      "An access reached a frame of another owner.")                                               \
    K(InvariantBroken, "invariant-broken", Meaning, Structure, "process", "number", "", "",        \
      "A numbered invariant of the move does not hold.")                                           \
    K(ContentsEqual, "contents-equal", Meaning, Structure, "process", "words", "", "",             \
      "The process's memory equals the shadow copy, word for word.")                               \
    /* progress */                                                                                 \
    K(AccessesDone, "accesses-done", Meaning, Structure, "process", "accesses", "reads", "cycles", \
      "An application's progress since its start.")                                                \
    K(TranslationsDone, "translations-done", Meaning, Structure, "process", "tlb_misses",          \
      "walk_references", "", "How an application's accesses were translated since its start.")     \
    K(DeadlineMissed, "deadline-missed", Meaning, Structure, "process", "access_cycles",           \
      "deadline_cycles", "", "An access took longer than the application's deadline.")             \
    K(AllocationDone, "allocation", Meaning, Structure, "process", "length_bytes", "trace_line",   \
      "", "The heap of an application gave out a block.")                                          \
    K(FreeDone, "free", Meaning, Structure, "process", "length_bytes", "trace_line", "",           \
      "The heap of an application took a block back.")                                             \
    K(StampBroken, "stamp-broken", Meaning, Structure, "process", "found", "expected",             \
      "trace_line", "A heap block did not hold the bytes that were written to it.")                \
    K(SystemCall, "system-call", Meaning, Structure, "process", "length_bytes", "repeats", "",     \
      "The kernel read or wrote a buffer of an application.")                                      \
    K(Note, "note", Meaning, Structure, "process", "number", "", "",                               \
      "A step of the scenario's script.")                                                          \
    K(RunEnded, "run-ended", Meaning, Structure, "", "steps", "", "", "The run is over.")          \
    /* demand paging */                                                                            \
    K(PagesReserved, "pages-reserved", Meaning, Structure, "process", "pages",                     \
      "committed_pages", "limit_pages",                                                            \
      "Pages were promised to a process; none has a frame yet.")                                   \
    K(ReserveRefused, "reserve-refused", Meaning, Structure, "process", "pages",                   \
      "committed_pages", "limit_pages", "A process was refused the promise of more pages.")        \
    K(PageStateChanged, "page-state", Meaning, Structure, "process", "new_state", "old_state",     \
      "number",                                                                                    \
      "The state of a page changed (PageState); number: of its frame, slot or page of a file.")    \
    K(MemoryUse, "memory-use", Meaning, Structure, "process", "reserved_pages",                    \
      "committed_pages", "resident_pages",                                                         \
      "What a process has reserved, what of it must be backed, and what has a frame.")             \
    K(InvalidAccess, "invalid-access", Meaning, Structure, "process", "error_code",                \
      "page_state", "", "The handler found that the process may not access the page.")             \
    K(SignalDelivered, "signal", Meaning, Structure, "process", "signals", "", "",                 \
      "A handler of the process was told of its invalid access.")                                  \
    K(OutOfMemory, "out-of-memory", Meaning, Structure, "process", "victim", "victim_frames",      \
      "free_slots", "No frame is left for a page of the process; the victim is ended.")            \
    K(PageEvicted, "page-evicted", Meaning, Structure, "process", "slot", "written",               \
      "free_slots", "A page lost its frame; written 1: it was saved to its slot.")                 \
    K(PageLoaded, "page-loaded", Meaning, Structure, "process", "number", "from_file",             \
      "free_slots", "A page was read from its slot of the swap device, or from its file.")         \
    K(FrameCopied, "frame-copied", Meaning, Structure, "process", "source_paddr", "owners_left",   \
      "", "Copy-on-write: the writer of a page got a frame of its own.")                           \
    K(ForkDone, "fork", Meaning, Structure, "process", "parent", "pages", "frames_shared",         \
      "A process got the address space of another one.")                                           \
    K(PagesGivenBack, "pages-given-back", Meaning, Structure, "process", "pages", "frames",        \
      "slots", "A process gave pages back; the rule says what a touch of them means now.")    \
    /* stacks */                                                                                   \
    K(StackMade, "stack-made", Meaning, Structure, "process", "pages", "guard_pages", "thread",    \
      "A thread has a stack that grows down from vaddr, with a guard below it.")                   \
    K(StackReclaimed, "stack-reclaimed", Meaning, Structure, "process", "pages", "frames",         \
      "thread", "Pages of the stack of a thread below vaddr are allocate on demand again.")        \
    K(StackOverrun, "stack-overrun", Meaning, Structure, "process", "value", "thread",             \
      "distance_bytes",                                                                            \
      "A thread stored below its own stack, beyond the guard, and no fault stopped it.")           \
    /* side table */                                                                               \
    K(SideTableUsed, "side-table", Meaning, Structure, "process", "look_ups", "stores",            \
      "table_bytes", "The kernel used the side table for what entries have no room for.") \
    /* heaps, and memory given back */                                                             \
    K(PagesMarked, "pages-marked", Meaning, Structure, "process", "pages", "marked_pages", "",     \
      "Frames of pages may be taken as long as these are not written; marked_pages: in all.")      \
    K(MarksSwept, "marks-swept", Meaning, Structure, "", "taken", "kept", "marked_pages",          \
      "Frames of marked pages were taken; those of pages written since were kept.")                \
    K(LeakedPages, "leaked-pages", Meaning, Structure, "process", "pages", "leaked_frames", "",    \
      "Pages lost their area and kept their frame, or an area found them; leaked_frames: now.")    \
    K(LowMemoryNotice, "low-memory", Meaning, Structure, "process", "free_frames",                 \
      "watermark_frames", "resident_pages", "A process was told that memory is short.")            \
    K(HeapAllocated, "heap-malloc", Meaning, Structure, "process", "length_bytes", "cycles", "",   \
      "The heap of a process gave out the block at vaddr.")                                        \
    K(HeapFreed, "heap-free", Meaning, Structure, "process", "length_bytes", "merged_bytes", "",   \
      "The heap of a process took the block at vaddr back; it is part of merged_bytes now.")       \
    K(HeapFreeDone, "heap-free-done", Meaning, Structure, "process", "cycles", "pages", "",        \
      "A free() has returned; pages is what it gave back to the kernel.")                          \
    K(HeapRefused, "heap-refused", Meaning, Structure, "process", "length_bytes", "", "",          \
      "The heap of a process had no memory for a block.")                                          \
    K(HeapBroken, "heap-broken", Meaning, Structure, "process", "found", "", "",                   \
      "The heap of a process found something else at vaddr than its own words.")                   \
    K(PoolCall, "pool-call", Meaning, Structure, "process", "pages", "cycles", "pool_pages",       \
      "The heap of a process made a system call; the rule says what for.")                         \
    K(BlockChecked, "block-checked", Meaning, Structure, "process", "same", "zero", "other",       \
      "A program looked at words of its block at vaddr: as filled, zero, or something else.")      \
    K(CacheUsed, "cache-used", Meaning, Structure, "process", "hit", "length_bytes", "",           \
      "A program used a part of its cache, or had to make it first.")                              \
    K(FreeAreaVisited, "free-area", Meaning, Structure, "process", "length_bytes", "pages",        \
      "frames", "The functor of the scavenger was called for the area at vaddr.")                  \
    K(ScavengePause, "scavenge-pause", Meaning, Structure, "process", "pages", "cycles", "frames", \
      "A scavenger held the heap for so long; pages is what it passed to the kernel.")             \
    K(CollectorLooked, "collector-looked", Meaning, Structure, "process", "length_bytes",          \
      "pages", "words_read",                                                                       \
      "A collector of the kernel read the heap of a process at vaddr: a deliberate mistake.") \
    /* segments */                                                                                 \
    K(SegmentAllocated, "segment-allocated", Meaning, Structure, "process", "frames", "searched",  \
      "frames_asked", "A run of contiguous frames from paddr became a segment of a process.")      \
    K(SegmentCallDone, "segment-call", Meaning, Structure, "process", "cycles", "frames", "",      \
      "A system call for a segment has returned; the rule says what became of it.")                \
    K(RunCut, "segment-run-cut", Meaning, Structure, "zone", "frames", "depth", "",                \
      "A piece from paddr was cut off a free run; depth is how often since it was whole.")         \
    K(SegmentSurvey, "segment-survey", Meaning, Structure, "zone", "free_runs", "median_frames",   \
      "longest_request_frames", "What free runs a zone of the segment heap has.")                  \
    K(SegmentFreed, "segment-freed", Meaning, Structure, "process", "frames", "joined", "",        \
      "A segment became a free run.")                                                              \
    K(SegmentRefused, "segment-refused", Meaning, Structure, "process", "frames_wanted",           \
      "frames_free", "largest_run_frames", "A request for a segment was refused.")                 \
    K(SegmentFreeRefused, "segment-free-refused", Meaning, Structure, "segment", "", "", "",  \
      "A segment was not freed: it is none, or locked.")                                           \
    K(SegmentRunsJoined, "segment-runs-joined", Meaning, Structure, "process", "runs", "", "",     \
      "A request made free neighbours one run.")                                                   \
    K(AreasChanged, "areas-changed", Meaning, Structure, "process", "areas", "compared", "moved",   \
      "The array of areas of a process changed; entries compared in searches, and moved.")         \
    K(CompactionBegun, "compaction-begun", Meaning, Structure, "zone", "frames_wanted",            \
      "frames_free", "largest_run_frames", "Segments begin to move down; the rule says why.")      \
    K(SegmentMoved, "segment-moved", Meaning, Structure, "process", "frames", "source_paddr",      \
      "birth", "A segment lies at paddr now.")                                                     \
    K(CompactionDone, "compaction-done", Meaning, Structure, "zone", "bytes_moved",                \
      "segments_moved", "largest_run_frames", "The segments that could move lie lower.")           \
    K(SegmentZoneMade, "segment-zone", Meaning, Structure, "zone", "frames", "", "",               \
      "The segment heap has a zone from paddr on, holes included.")                                \
    K(SegmentAligned, "segment-aligned", Meaning, Structure, "process", "alignment_frames",        \
      "frames_won", "birth", "A large segment at paddr got another alignment; the rule says why.") \
    K(BlockStolen, "block-stolen", Meaning, Structure, "process", "frames", "pageblocks",          \
      "unmovable", "Buddy: a request took a free block of the other migrate type; pageblocks "      \
      "that changed their type.")                                                                  \
    K(SegmentInPieces, "segment-in-pieces", Meaning, Structure, "process", "frames",               \
      "first_frames", "second_paddr", "A request was served from two separate pieces.")            \
    K(PagesGiven, "pages-given", Meaning, Structure, "process", "pages", "runs", "",               \
      "A process got pages, one by one, at vaddr; their frames lie in so many runs.")              \
    K(PagesPromoted, "pages-promoted", Meaning, Structure, "process", "bytes", "runs", "",         \
      "So many runs of frames with the 512 pages at vaddr became one large page at paddr.")          \
    /* messages */                                                                                 \
    K(MessageSent, "message-sent", Meaning, Structure, "process", "frames", "receiver",            \
      "entries_cleared", "A segment is in a message: nobody maps it until it is received.")        \
    K(MessageCopied, "message-copied", Meaning, Structure, "process", "length_bytes", "receiver",  \
      "source_paddr", "A header, or a page of the body, of a message was copied.")                 \
    K(MessageReceived, "message-received", Meaning, Structure, "process", "frames", "sender",      \
      "entries_set", "A process maps the segment of a message at vaddr.")                          \
    K(MessageRefused, "message-refused", Meaning, Structure, "process", "receiver", "", "",        \
      "A message was not sent or not received.")                                                   \
    /* locks of segments, and a device */                                                          \
    K(SegmentLocked, "segment-locked", Meaning, Structure, "process", "locks", "frames",           \
      "segment", "A segment was locked in place or unlocked; it moves only with 0 locks.")         \
    K(SegmentLockRefused, "segment-lock-refused", Meaning, Structure, "process", "", "", "",       \
      "A segment was not locked or unlocked.")                                                     \
    K(LockWaitBegun, "lock-wait-begun", Meaning, Structure, "process", "limit_cycles", "frames",   \
      "segment", "A compaction waits for a locked segment to be unlocked.")                        \
    K(LockWaitEnded, "lock-wait-ended", Meaning, Structure, "process", "waited_cycles", "frames",  \
      "segment", "The wait of a compaction for a locked segment is over; the rule says how.")      \
    K(LockDeadlock, "lock-deadlock", Meaning, Structure, "process", "requester", "frames",         \
      "segment", "A compaction would wait for a lock whose holder waits for the compaction.")      \
    K(KernelPanic, "kernel-panic", Meaning, Structure, "process", "number", "", "",                \
      "The kernel stops the machine.")                                                             \
    K(TransferBegun, "transfer-begun", Meaning, Structure, "process", "length_bytes",              \
      "transfer", "locked", "A device was told to write at paddr; locked 0: its buffer may move.") \
    K(DeviceWrote, "device-wrote", Meaning, Structure, "process", "length_bytes", "transfer",      \
      "left_bytes", "A device wrote at paddr what is meant for vaddr.")                            \
    K(TransferDone, "transfer-done", Meaning, Structure, "process", "length_bytes", "transfer",    \
      "cycles", "A device has written all, or its transfer was ended.")                            \
    K(HeapDecision, "heap-decision", Meaning, Structure, "process", "wanted", "first", "second",   \
      "The heap of a process chose a block, or what becomes of one; the rule says why, of what.")  \
    K(HeapBlockMoved, "heap-move", Meaning, Structure, "process", "length_bytes", "from", "",      \
      "The heap of a process has moved a block in use; it lies at vaddr now.")
// clang-format on

enum class EventKind : std::uint16_t {
#define FRAGSCOPE_KIND_ENUMERATOR(Name, ...) Name,
    FRAGSCOPE_EVENT_KINDS(FRAGSCOPE_KIND_ENUMERATOR)
#undef FRAGSCOPE_KIND_ENUMERATOR
        Count
};

inline constexpr std::size_t eventKindCount = static_cast<std::size_t>(EventKind::Count);

/// What a reader needs to know of an event kind; the same names in CSV, SQL, tooltips and docs.
/// A field that the kind does not use has an empty name.
struct EventKindInfo {
    EventKind kind;
    std::string_view name;
    EventSort sort;
    RecordLevel level;
    std::string_view object;
    std::string_view value;
    std::string_view a;
    std::string_view b;
    std::string_view sentence;
};

const EventKindInfo& infoOf(EventKind kind);
std::span<const EventKindInfo> allEventKinds();
std::optional<EventKind> eventKindNamed(std::string_view name);

} // namespace fragscope
