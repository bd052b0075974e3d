#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace fragscope {

/// Which direction is good; decides arrows and wording when runs are compared.
enum class Better : std::uint8_t { Lower, Higher, Neither };

// M(Name, text, unit, better, description). Names carry their unit; one registry for plots, CSV,
// SQL, docs.
#define FRAGSCOPE_METRICS(M)                                                                       \
    M(FreeBytes, "free_bytes", "bytes", Higher, "Physical memory that nobody owns.")               \
    M(LargestFreeRun, "largest_free_run_bytes", "bytes", Higher,                                   \
      "Longest contiguous run of free frames.")                                                    \
    M(ExternalFragmentation, "external_fragmentation_ratio", "ratio", Lower,                       \
      "1 - largest free run / free memory, in millionths in the core.")                            \
    M(PeakFrames, "peak_frames", "frames", Lower, "Most frames owned at any time.")                \
    M(MapEntries, "map_entries", "entries", Lower,                                                 \
      "Blocks in the memory maps of all processes (entry E not counted).")                         \
    M(BytesMoved, "bytes_moved", "bytes", Lower, "Bytes copied by movers.")                        \
    M(MapStores, "map_stores", "stores", Lower, "Words of map entries changed.")                   \
    M(PteStores, "pte_stores", "stores", Lower, "Page-table entries changed.")                     \
    M(PageFaults, "page_faults", "faults", Lower, "Page faults raised.")                           \
    M(Shootdowns, "shootdowns", "shootdowns", Lower, "Rounds of interrupts to drop translations.") \
    M(WaitCount, "waits", "waits", Lower, "Accesses that had to wait for a mover.")                \
    M(WaitTotal, "wait_total_cycles", "cycles", Lower, "Sum of all waits.")                        \
    M(WaitLongest, "wait_longest_cycles", "cycles", Lower, "Longest wait of one access.")          \
    M(Wait99, "wait_99_percent_cycles", "cycles", Lower,                                           \
      "99 % of the waits are at most this long (bucket border, within 1/16).")                     \
    M(Accesses, "accesses", "accesses", Higher, "Accesses finished by applications.")              \
    M(TlbMisses, "tlb_misses", "accesses", Lower, "Accesses whose translation no TLB held.")       \
    M(WalkReferences, "walk_references", "references", Lower,                                      \
      "Table entries read by page walks of finished accesses.")                                    \
    M(Throughput, "throughput_accesses_per_mcycle", "accesses/Mcycle", Higher,                     \
      "Accesses per million cycles since the start.")                                              \
    M(MoverCycles, "mover_cycles", "cycles", Lower, "Cycles spent in movers.")                     \
    M(HandlerCycles, "handler_cycles", "cycles", Lower, "Cycles spent in fault handlers.")         \
    M(ShootdownCycles, "shootdown_cycles", "cycles", Lower,                                        \
      "Cycles spent in sending, waiting for and handling shootdowns.")                             \
    M(Kills, "kills", "processes", Lower, "Processes ended by the violation handler.")             \
    M(LostWrites, "lost_writes", "writes", Lower, "Written values that became unreachable.")       \
    M(StaleReads, "stale_reads", "reads", Lower, "Reads of something else than the last write.")   \
    M(ForeignAccesses, "foreign_accesses", "accesses", Lower, "Accesses to frames of others.")     \
    M(InvariantsBroken, "invariants_broken", "checks", Lower, "Invariants found broken.")          \
    M(DeadlinesMissed, "deadlines_missed", "accesses", Lower,                                      \
      "Accesses that took longer than the application's deadline.")                                \
    M(Refusals, "refusals", "requests", Lower, "Requests for memory that were refused.")           \
    M(BooksBytes, "frame_books_bytes", "bytes", Lower,                                             \
      "Frame table, owners' nodes and, with books in a list, the kernel heap.")                    \
    M(BooksShare, "frame_books_ratio", "ratio", Lower,                                             \
      "Books of frames / physical memory, in millionths in the core.")                             \
    M(FramesBooked, "frames_allocated", "frames", Neither, "Frames given out since the start.")    \
    M(FramesUnbooked, "frames_released", "frames", Neither, "Frames given back since the start.")  \
    M(AllocateCycles, "book_cycles_per_frame_allocated", "cycles", Lower,                          \
      "Cycles of the kernel's books for each frame given out, owner included.")                    \
    M(ReleaseCycles, "book_cycles_per_frame_released", "cycles", Lower,                            \
      "Cycles of the kernel's books for each frame given back.")                                   \
    M(ReleaseVisits, "records_visited_by_releases", "records", Lower,                              \
      "Elements and owner records looked at by releases and detachments.")                         \
    M(KernelAccesses, "kernel_accesses", "accesses", Lower,                                        \
      "Loads and stores of the kernel to its books; not among the accesses of applications.")      \
    M(OwnersRefused, "owners_refused", "requests", Lower,                                          \
      "Owners of frames that could not be noted.")                                                 \
    M(FreesRefused, "frees_refused", "requests", Lower,                                            \
      "Frames not freed because they were free or mapped.")                                        \
    M(KernelFaults, "kernel_faults", "faults", Lower, "Faults of the kernel in its own books.")    \
    M(CrashSteps, "crash_distance_steps", "steps", Neither,                                        \
      "Micro-steps from the stray store to the kernel fault.")                                     \
    M(CrashCycles, "crash_distance_cycles", "cycles", Neither,                                     \
      "Cycles from the stray store to the kernel fault.")                                          \
    M(ReservedPages, "reserved_pages", "pages", Neither, "Pages of demand areas that are in use.") \
    M(CommittedPages, "committed_pages", "pages", Neither,                                         \
      "Reserved pages that a frame or a slot must be found for.")                                  \
    M(ResidentPages, "resident_pages", "pages", Lower, "Pages of demand areas that have a frame.") \
    M(HandlerReferences, "handler_references", "references", Lower,                                \
      "References of demand fault handlers to tables in memory.")                                  \
    M(InvalidAccesses, "invalid_accesses", "accesses", Lower,                                      \
      "Accesses that the state of the page forbids.")                                              \
    M(Signals, "signals", "signals", Lower, "Invalid accesses that a process was told of.")        \
    M(Evictions, "evictions", "pages", Lower, "Pages that lost their frame to another page.")      \
    M(SwapWrites, "swap_writes", "pages", Lower, "Pages saved to the swap device.")                \
    M(SwapReads, "swap_reads", "pages", Lower, "Pages read from the swap device.")                 \
    M(FileReads, "file_reads", "pages", Lower, "Pages read from a file.")                          \
    M(FramesCopied, "frames_copied", "frames", Lower, "Copies made by copy-on-write.")             \
    M(StackReclaims, "stack_pages_reclaimed", "pages", Neither,                                    \
      "Pages of stacks below RSP that became allocate on demand again.")                           \
    M(StackOverruns, "stack_overruns", "stores", Lower,                                            \
      "Stores of threads below their own stack that no guard stopped.")                            \
    M(SideLooks, "side_table_look_ups", "look-ups", Lower,                                         \
      "Look-ups of the kernel in side tables, for what entries have no room for.")                 \
    M(SideStores, "side_table_stores", "stores", Lower, "Words of side tables changed.")           \
    M(SideBytes, "side_table_bytes", "bytes", Lower, "Side tables of all processes, at most.")     \
    M(PoolCalls, "pool_calls", "calls", Lower, "System calls made by heaps.")                      \
    M(HeapFrees, "heap_frees", "blocks", Neither, "Blocks given back to heaps.")                   \
    M(FreeCycles, "cycles_per_free", "cycles", Lower,                                              \
      "Cycles of a free(), system calls included; mean.")                                          \
    M(FreeLongest, "free_longest_cycles", "cycles", Lower, "Longest time of a free().")            \
    M(MallocLongest, "malloc_longest_cycles", "cycles", Lower, "Longest time of a malloc().")      \
    M(HeapRefusals, "mallocs_refused", "blocks", Lower, "Blocks that a heap had no memory for.")   \
    M(HeapLive, "heap_live_bytes", "bytes", Neither,                                               \
      "L: bytes that programs asked heaps for and have not freed.")                                \
    M(HeapFootprint, "heap_footprint_bytes", "bytes", Lower,                                       \
      "H: pools of all heaps, in whole pages.")                                                    \
    M(HeapMoves, "heap_moves", "blocks", Lower, "Moves of blocks in use by heaps.")                \
    M(HeapBytesMoved, "heap_bytes_moved", "bytes", Lower, "Bytes in these moves.")                 \
    M(HeapsBroken, "heaps_broken", "heaps", Lower, "Heaps that found their words overwritten.")    \
    M(BlocksDamaged, "blocks_damaged", "blocks", Lower,                                            \
      "Looks at a block in use that was not as the program had filled it.")                        \
    M(MarkedPages, "marked_pages", "pages", Neither,                                               \
      "Pages whose frame may be taken while they are not written.")                                \
    M(LeakedFrames, "leaked_frames", "frames", Lower, "Frames of pages that are in no area.")      \
    M(ResidentTime, "resident_page_kcycles", "pages x kcycle", Lower,                              \
      "Pages with a frame, summed up over time.")                                                  \
    M(FunctorCalls, "functor_calls", "calls", Neither,                                             \
      "Free areas that scavengers called their functor for.")                                      \
    M(FunctorCallsInVain, "functor_calls_in_vain", "calls", Lower,                                 \
      "Calls of the functor that released no frame.")                                              \
    M(PauseLongestPages, "pause_longest_pages", "pages", Lower,                                    \
      "Most pages that a scavenger gave back at a time.")                                          \
    M(PauseLongest, "pause_longest_cycles", "cycles", Lower,                                       \
      "Longest time for which a scavenger held a heap.")                                           \
    M(LowMemoryNotices, "low_memory_notices", "notices", Neither,                                  \
      "Processes told that memory is short.")                                                      \
    M(CacheHits, "cache_hits", "uses", Higher, "Uses of a cache that found the part there.")       \
    M(CacheMisses, "cache_misses", "uses", Lower, "Parts of a cache that had to be made.")         \
    M(CollectorWords, "heap_words_read_by_kernel", "words", Lower,                                 \
      "Words of heaps that a collector of the kernel read.")                                       \
    M(SegmentRequests, "segment_requests", "requests", Neither, "Segments that were given out.")   \
    M(SegmentHits, "segment_hits", "requests", Higher,                                             \
      "Segments that quick-fit took from the list of their size, uncut.")                          \
    M(SegmentPieces, "segment_pieces", "pieces", Lower,                                            \
      "Pieces cut off free runs for segments; fresh memory does not count.")                       \
    M(SegmentPieceFrames, "segment_piece_frames", "frames", Neither, "Frames in those pieces.")    \
    M(SegmentSplitDepth, "segment_split_depth", "cuts", Lower,                                     \
      "Most cuts of a run since it was whole.")                                                    \
    M(SegmentFramesGiven, "segment_frames_given", "frames", Neither,                               \
      "Frames of all segments that were given out.")                                               \
    M(SegmentFramesWasted, "segment_frames_wasted", "frames", Lower,                               \
      "Of these, frames that nobody asked for: rounding, and rests that were not cut off.")        \
    M(SegmentFreeRuns, "segment_free_runs", "runs", Lower,                                         \
      "Free runs in the books at the last survey.")                                                \
    M(SegmentFreeMedian, "segment_free_run_median_frames", "frames", Higher,                       \
      "Half of the free runs are at most this long, at the last survey.")                          \
    M(SegmentLongest, "segment_longest_request_frames", "frames", Higher,                          \
      "Longest request that would succeed as it is, at the last survey.")                          \
    M(SegmentCallLongest, "segment_request_longest_cycles", "cycles", Lower,                       \
      "Longest system call for a segment, waiting and compaction included.")                       \
    M(SegmentFreeLongest, "segment_free_longest_cycles", "cycles", Lower,                          \
      "Longest system call that gave a segment back.")                                             \
    M(SegmentSearched, "segment_runs_searched", "runs", Lower,                                     \
      "Runs and heads of lists looked at for segments.")                                           \
    M(SegmentsFragmented, "segments_refused_fragmented", "requests", Lower,                        \
      "Requests refused although as many frames were free.")                                       \
    M(SegmentsExhausted, "segments_refused_exhausted", "requests", Lower,                          \
      "Requests refused for want of frames, areas, page tables or descriptors.")                   \
    M(Compactions, "compactions", "compactions", Lower,                                            \
      "Compactions of the segment heap for a request that did not fit.")                           \
    M(CompactionsFragmented, "compactions_for_fragmentation", "compactions", Lower,                \
      "Compactions because enough was free, but in pieces.")                                       \
    M(CompactionsCoalescing, "compactions_for_coalescing", "compactions", Lower,                   \
      "Compactions where joined free neighbours would have done.")                                 \
    M(CompactionsShortage, "compactions_for_shortage", "compactions", Lower,                       \
      "Compactions with less than a tenth of the heap free, in pieces.")                           \
    M(CompactionsReuse, "compactions_for_poor_reuse", "compactions", Lower,                        \
      "Compactions although a free run would have done that the placement does not look at.")      \
    M(CompactionsBackground, "compactions_in_background", "compactions", Neither,                  \
      "Passes of the background task, of a segment or more.")                                      \
    M(SegmentsMoved, "segments_moved", "segments", Lower, "Moves of segments.")                    \
    M(SegmentFramesMoved, "segment_frames_moved", "frames", Lower, "Frames in these moves.")       \
    M(SegmentsExposed, "segments_seen_by_compactions", "segments", Neither,                        \
      "Segments in the heap at each compaction for a request, summed up; a quarter in each age.")  \
    M(MovesOldest, "segments_moved_oldest_quarter", "segments", Lower,                             \
      "Moves of the oldest quarter in compactions for a request.")                                 \
    M(MovesOlder, "segments_moved_second_quarter", "segments", Lower,                              \
      "Moves of the second oldest quarter, likewise.")                                             \
    M(MovesYounger, "segments_moved_third_quarter", "segments", Lower,                             \
      "Moves of the second youngest quarter, likewise.")                                           \
    M(MovesYoungest, "segments_moved_youngest_quarter", "segments", Lower,                         \
      "Moves of the youngest quarter, likewise.")                                                  \
    M(OldestFramesMoved, "segment_frames_moved_oldest_quarter", "frames", Lower,                   \
      "Frames moved in the oldest quarter, by all compactions.")                                   \
    M(SegmentFrames, "segment_frames", "frames", Neither, "Frames in segments.")                   \
    M(Areas, "areas", "areas", Lower, "Entries of the arrays of areas of all processes.")          \
    M(AreasCompared, "area_entries_compared", "entries", Lower,                                    \
      "Entries compared in searches of arrays of areas.")                                          \
    M(AreasMoved, "area_entries_moved", "entries", Lower,                                          \
      "Entries of arrays of areas moved by insertions and removals.")                              \
    M(GapAlignment, "segment_gap_alignment_bytes", "bytes", Lower,                                 \
      "Free memory below large segments that their alignment keeps from going down.")              \
    M(GapHole, "segment_gap_hole_bytes", "bytes", Lower,                                           \
      "Free memory below holes that the segment above does not fit into.")                         \
    M(GapLocked, "segment_gap_locked_bytes", "bytes", Lower,                                       \
      "Free memory below segments that are locked in place.")                                      \
    M(GapFree, "segment_gap_free_bytes", "bytes", Lower,                                           \
      "Free memory below other segments: what a compaction would win.")                            \
    M(Inversions, "segment_inversions", "segments", Lower,                                         \
      "Segments whose next one above is older.")                                                   \
    M(CompactionsToAlign, "compactions_to_align", "compactions", Neither,                          \
      "Compactions before or after large segments were aligned again.")                            \
    M(SegmentsRelaxed, "segments_relaxed", "segments", Neither,                                    \
      "Large segments whose alignment was relaxed to 4 KiB.")                                      \
    M(RelaxedBytes, "relaxed_bytes_won", "bytes", Higher,                                          \
      "By how much they could go lower than with their alignment, summed up.")                     \
    M(SegmentsRealigned, "segments_realigned", "segments", Neither,                                \
      "Relaxed segments that were aligned again.")                                                 \
    M(AlignmentSwings, "alignment_swings", "segments", Lower,                                      \
      "Segments that were relaxed once more after they had been aligned again.")                   \
    M(TableFrames, "page_table_frames", "frames", Lower, "Frames of page tables of processes.")    \
    M(MappedEntries, "mapped_entries", "entries", Lower,                                           \
      "Present entries of page tables that map memory of processes, large ones counted once.")     \
    M(MessagesSent, "messages_sent", "messages", Neither, "Segments that were sent.")              \
    M(MessageBytes, "message_bytes_copied", "bytes", Lower,                                        \
      "Bytes of headers and bodies of messages that were copied.")                                 \
    M(MessageCleared, "message_entries_cleared", "entries", Lower,                                 \
      "Table entries of senders taken out for messages.")                                          \
    M(MessageEntries, "message_entries_set", "entries", Lower,                                     \
      "Table entries of receivers written for messages.")                                          \
    M(TransitMoved, "segments_moved_in_transit", "segments", Neither,                              \
      "Moves of segments in messages: without fault or shootdown.")                                \
    M(LockWaitCycles, "lock_wait_cycles", "cycles", Lower,                                         \
      "Time that compactions waited for segments to be unlocked.")                                 \
    M(DeviceBytes, "device_bytes", "bytes", Neither, "Bytes that devices wrote.")

enum class MetricId : std::uint8_t {
#define FRAGSCOPE_METRIC_ENUMERATOR(Name, ...) Name,
    FRAGSCOPE_METRICS(FRAGSCOPE_METRIC_ENUMERATOR)
#undef FRAGSCOPE_METRIC_ENUMERATOR
        Count
};

inline constexpr std::size_t metricCount = static_cast<std::size_t>(MetricId::Count);

struct MetricInfo {
    MetricId id;
    std::string_view name;
    std::string_view unit;
    Better better;
    std::string_view description;
};

const MetricInfo& infoOf(MetricId metric);
std::span<const MetricInfo> allMetrics();

/// All metrics at one moment. Integers only, so that they are the same on every machine;
/// ExternalFragmentation is in millionths and shown as a ratio.
struct MetricSample {
    std::uint64_t seq = 0;        ///< of the first event not yet counted, like ViewState::nextSeq
    std::uint64_t timeCycles = 0; ///< latest time of the events counted
    std::array<std::uint64_t, metricCount> values{};
};

/// Value as a number for people and plots (ratios divided by a million).
double displayValue(MetricId metric, std::uint64_t value);

} // namespace fragscope
