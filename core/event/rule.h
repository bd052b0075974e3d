#pragma once

#include "fragscope/event/event.h"

#include <string_view>

namespace fragscope {

/// The reasons of events. A text may name the event's fields in braces: {vaddr}, {paddr}, {value},
/// {a}, {b}, {object}; the view fills them in (view/explain.h).
// R(Name, text)
// clang-format off
#define FRAGSCOPE_RULES(R)                                                                         \
    R(None, "")                                                                                    \
    R(ScenarioSaysSo, "the scenario asks for it here")                                             \
    R(InitialState, "part of the initial state")                                                   \
    R(KernelOwn, "the kernel's own memory")                                                        \
    R(FirstFit, "first fit: lowest run of free frames that is long enough")                        \
    R(FitsBehind, "the frames behind the block are free: it grows in place, one map entry")        \
    R(DoesNotFitBehind,                                                                            \
      "the frames behind the block are taken: a new block elsewhere and a new map entry "          \
      "with its own offset")                                                                       \
    R(NoRunLongEnough,                                                                             \
      "{value} contiguous frames wanted, {a} frames free, but the largest free run has {b}")       \
    R(GrowWaitsForMove, "a move is under way in this process: growth waits for its end")           \
    R(FreeWaitsForMove,                                                                            \
      "the block is being moved: the free waits for the end of a transfer block")                  \
    R(StartByCommand, "started by command of the scenario")                                        \
    R(StartFramesFreed, "started because the frames behind a block became free")                   \
    R(StartPeriod, "started by its period")                                                        \
    R(FirstCandidateLowest, "candidate with the lowest address first")                             \
    R(FirstCandidateSmallest, "smallest candidate first: it is done soonest")                      \
    R(FirstCandidateLargest, "largest candidate first: it removes most")                           \
    R(NoCandidate, "no neighbouring blocks whose destination is free")                             \
    R(CandidatePinned, "a frame of the block is locked in place: it must not move")                \
    R(OwnersDiffer,                                                                                \
      "another process maps the block without the same neighbour: it cannot be merged there")      \
    R(CandidateTaken, "the destination was taken meanwhile")                                       \
    R(CoverBlock, "entry E takes the next transfer block out of the map before it is copied")      \
    R(ReopenBlock, "the block is copied: the entry of the new place takes it over")                \
    R(RemapBeforeCopy,                                                                             \
      "deliberate mistake: the block is reachable at its new place before its bytes are "          \
      "there")                                                                                     \
    R(CopyBeforeRemap,                                                                             \
      "deliberate mistake: the block is copied while it can still be written at the old "          \
      "place")                                                                                     \
    R(ExchangeClearsPte,                                                                           \
      "the entry is exchanged, not stored: A and D bits set by a processor until now are "         \
      "kept")                                                                                      \
    R(AbsentToPresent, "absent to present needs no flush: absent entries are never cached")        \
    R(ShootBeforeCopy, "no CPU may keep a translation of the block while it is copied")            \
    R(ShootAfterCopy, "deliberate mistake: translations are dropped only after the copy")          \
    R(ShootNotAwaited, "deliberate mistake: the acknowledgements are not awaited")                 \
    R(ShootNever, "deliberate mistake: no shootdown")                                              \
    R(WaitsInStoreBuffer,                                                                          \
      "a store is visible to others only when it leaves the store buffer of its CPU")              \
    R(AckAtBoundary, "between two instructions no access is in flight")                            \
    R(AllAcked, "every CPU that can hold a translation has acknowledged")                          \
    R(NobodyToAsk, "no other CPU runs this process: only the own TLB is dropped")                  \
    R(NotPresent, "the entry is not present")                                                      \
    R(RightsForbid, "the entry forbids this access")                                               \
    R(InEntryE, "the address lies in entry E: it waits for the end of this transfer block only")   \
    R(InEntryEOver, "the transfer block is done: the access is repeated")                          \
    R(ProcessStopped, "the process is stopped until the whole block has moved")                    \
    R(ProcessResumed, "the block has moved: the process goes on")                                  \
    R(MappedNow, "looked at the map again: mapped by now, repeat the access")                      \
    R(PteInstalled, "the map has it, its page-table entry was still absent: installed")            \
    R(NotInE, "the address is not in entry E: the standard violation handler is called")           \
    R(NoCustomHandler, "no custom handler installed: the standard violation handler is called")    \
    R(NotMapped, "no entry of the map covers the address")                                         \
    R(LegalButKilled,                                                                              \
      "entry E had already moved on when the handler looked: a legal access counts as a "          \
      "violation")                                                                                 \
    R(OldFramesReturned, "all is moved and no CPU can reach the old frames: they are given back")  \
    R(OldBlockReturned, "the transfer block is moved: its old frames are given back at once")      \
    R(EndOfProcess, "the process ended")                                                           \
    R(WriteUnreachable, "the map now leads to another frame than the one that was written")        \
    R(WriteThroughStale, "written through a translation that the map no longer has")               \
    R(ReadDiffers, "the frame read does not hold the last value written to this address")          \
    R(OwnerDiffers, "the frame belongs to somebody else by now")                                   \
    R(MapOrder, "I1: 0 <= e <= a <= m, and a - e is 0 or one transfer block")                      \
    R(MapCoverage, "I2: entries are sorted and each address is covered exactly once")              \
    R(TruthPlace, "I3: the last write lies where the map and the move say")                        \
    R(NoTranslationInE, "I4: no CPU may reach entry E while it is copied")                         \
    R(OneWait, "I5: an access waits at most once per move, thread and page")                       \
    R(OneOwner, "I6: a frame has one owner")                                                       \
    R(CopiedOnce, "I7: bytes copied = length, map stores = 2 per transfer block")                  \
    R(ContentsDiffer, "I8: contents equal those of a run without the move")                        \
    R(MoverKilled, "the scenario ends the mover here")                                             \
    R(JournalRollback, "the map is the journal: nothing of the open block was reachable yet")      \
    R(BufferFaultedIn, "the buffer touched entry E: faulted in before the call goes on")           \
    R(CallRepeated, "the buffer touched entry E: the call returns and is repeated")                \
    R(SplitLarge, "a 2 MiB mapping is split: a transfer block is smaller than it")                 \
    R(MapFull, "the memory map has no room for another entry")                                     \
    R(TransferBlockSet, "the setting gives the transfer block")                                    \
    R(TransferBlockAuto, "the largest transfer block whose copy stays within the wait limit")      \
    R(TransferBlockClamped,                                                                        \
      "source and destination overlap: the transfer block is at most the gap, so that the "        \
      "map stays a journal")                                                                       \
    R(ShrunkInMove, "the process gave back a part that had not moved yet: the move ends earlier")  \
    R(BookAllocate, "a page given out: its element changes the list, its owner is noted")          \
    R(BookRelease, "a page given back: its element changes the list, its owners are forgotten")    \
    R(BookAttach, "one more entry leads to the frame: its owner is noted")                         \
    R(BookDetach, "one entry less leads to the frame: its owner is forgotten")                     \
    R(HeadOfFreeList, "the first element of the free list")                                        \
    R(FreeListEmpty,                                                                               \
      "the free list of data frames is empty; {a} frames are free in the kernel's zone")           \
    R(OwnerPoolEmpty, "all {b} nodes of the owners' pool are in use")                              \
    R(KernelHeapFull, "the kernel heap has no room for a node: {a} of at most {b} are in use")     \
    R(OwnerUnknown, "its owner could not be noted: the frame goes back")                           \
    R(DoubleFree,                                                                                  \
      "the frame is free already: freed twice, it would be in the free list twice")                \
    R(FreeOfMapped, "{a} entries still lead to the frame: whoever gets it next would share it")    \
    R(LastOwnerGone, "no entry leads to the frame any more")                                       \
    R(OverrunsObject,                                                                              \
      "deliberate mistake: the store goes beyond the end of an object of the kernel heap")         \
    R(GuardPageHit, "a guard page beside the kernel's books: it is never present")                 \
    R(ChainBroken, "a link of the kernel's books leads nowhere: somebody has overwritten it")      \
    R(OneList, "I9: each frame is in exactly one list")                                            \
    R(ReferencesCount, "I10: reference count = number of owner records")                           \
    R(OwnersMap, "I11: each entry that maps a frame has its owner record, and the other way round")\
    R(FramesSum, "I12: free + used + reserved + counted = all frames")                             \
    R(TablesAccounted, "I13: each page table is booked as one, and is in use")                     \
    R(NothingLeaked, "I14: a process that has ended owns no frame")                                \
    R(KernelLost, "the kernel faulted in its own books")                                           \
    R(AllDone, "every application has finished and the mover has nothing to do")                   \
    R(Deadlock, "tasks are left, but none of them can go on")                                      \
    R(LimitSteps, "the limit of steps was reached")                                                \
    R(Stopped, "stopped by the user")                                                              \
    R(Promised, "in use from now on; a frame is given at the first touch")                         \
    R(OverLimit, "{value} pages wanted, {a} are promised already, the limit is {b}")               \
    R(FirstTouch, "allocate on demand: the first touch gives the page a zeroed frame")             \
    R(AnyFaultMaps, "quick and dumb: any fault gets a frame, whatever the page is")                \
    R(ZeroPageMapped, "read before any write: the page shares the one zero frame")                 \
    R(SwapIn, "its contents lie in the swap device")                                               \
    R(FileRead, "first touch of this page of the file")                                            \
    R(WriteCopies, "others have the frame too: the writer gets a copy")                            \
    R(LastOwner, "nobody else has the frame any more: writable again, without a copy")             \
    R(EvictedDirty, "written since it was loaded: it is saved")                                    \
    R(EvictedClean, "its slot or its file holds the same bytes: nothing is written")               \
    R(EvictedZero, "never written, so all zero: allocate on demand again")                         \
    R(AccessedCleared, "the accessed bit is read and cleared: used since the last look")           \
    R(ForkShares, "fork: both have the page until one of them writes")                             \
    R(ConvertedBack, "given back but still in use: the next touch gets a new zeroed frame")        \
    R(Unmapped, "given back: from now on a touch is an error")                                     \
    R(PageNotUsed, "no area holds the page")                                                       \
    R(PageIsGuard, "a guard page: nobody may touch it")                                            \
    R(PageReadOnly, "the page may not be written")                                                 \
    R(SignalEnds, "the process has no handler for the signal")                                     \
    R(SignalSkips, "the handler of the process leaves the access out and goes on")                 \
    R(SignalReserves, "the handler of the process reserves the page and repeats the access")       \
    R(StoppedToLook, "the process stops at the access, to be looked at")                           \
    R(VictimLargest, "no frame is left: the process with the most frames is ended")                \
    R(VictimFaulting, "no frame is left: the process that needs one is ended")                     \
    R(NoRoomForOwner, "no room is left to note who maps the frame")                                \
    R(BelowStackPointer, "below RSP and its red zone: no function can still use it")               \
    R(RedZoneIgnored, "deliberate mistake: below RSP, as if there were no red zone")               \
    R(StackWentDeeper, "the thread went deeper before every CPU had acknowledged: the page stays") \
    R(GuardJumped, "the frame of a function is larger than the guard: it was jumped over")         \
    R(EntryHasNoRoom, "the entry has no room for it: it lies in the side table")                   \
    R(SharedTouched, "first touch of this page of a shared object: it has the object's frame now") \
    R(SlotReferences, "I15: references of a slot = entries and side words that name it") \
    R(MarkedMayGo, "its process does not need it: the frame may be taken, unless it is written")   \
    R(MarkTaken, "marked and not written since: the next touch gets a new zeroed frame")           \
    R(WrittenSinceMark, "written since it was marked: it is in use")                               \
    R(StaysMapped, "free() manages virtual memory only: the pages stay mapped")                    \
    R(OldFrameUsed, "the page was mapped still: its old frame, with the old data")                 \
    R(BelowWatermark, "{value} frames are free, fewer than the watermark {a}")                     \
    R(NoFrameLeft, "no frame is left: who needs one waits for the answer")                         \
    R(ByScript, "the program asks for it here")                                                    \
    R(InBackground, "a task of low priority, a quantum at a time")                                 \
    R(OnNotice, "the process was told that memory is short")                                       \
    R(AtExhaustion, "no frame is left, and somebody waits for one")                                \
    R(PoolGrows, "no free block is large enough")                                                  \
    R(PoolShrinks, "free() found more than enough free at the end of the pool")                    \
    R(AreaForBlock, "two layers: each block is an area of its own")                                \
    R(AreaReturned, "two layers: the area of the block goes back")                                 \
    R(PagesConverted, "whole pages of free memory: in use, but without frames")                    \
    R(LiveBlock, "a block in use")                                                                 \
    R(NotFilledYet, "a block in use that the program has not filled yet")                          \
    R(FreedBlock, "a block that was freed: the program should not look")                           \
    R(HeapWhole, "I16: the blocks of a heap cover its pool, its lists have the free ones")        \
    R(HeapWordsWrong, "the words of the heap do not fit each other")                               \
    R(CollectorStops, "no length of a block, or the end of the area: the collector stops")         \
    R(TakenForFree, "the collector takes the block for a free one")                                \
    R(TakenForUsed, "the collector takes the block for a used one")                                \
    R(CacheDropped, "memory was short: the program has dropped it and makes it again")             \
    R(CacheFilled, "not in the cache: the program makes it")                                       \
    R(CacheHit, "still in the cache") \
    R(SegmentHit, "quick-fit: the list of this size had one, taken as it is")                      \
    R(SegmentBestFit, "best fit: the smallest run of the large list that holds it")                \
    R(SegmentLargerList, "its list is empty: the next larger size that has one")                   \
    R(SegmentAtTop, "always at the top of the heap")                                               \
    R(SegmentMarkedFree, "only marked as free")                                                    \
    R(SegmentsJoined, "free neighbours become one run")                                            \
    R(SegmentsFragmented,                                                                          \
      "fragmented: {value} frames wanted, {a} are free, but the largest run has {b}")              \
    R(SegmentsOutOfMemory, "out of memory: {value} frames wanted, {a} are free")                   \
    R(NoDescriptorLeft, "the heap has no descriptor left for another run")                         \
    R(NoSegment, "there is no such segment")                                                       \
    R(SegmentIsLocked, "the segment is locked in place")                                           \
    R(CompactFragmented, "fragmentation: enough is free, but in pieces")                           \
    R(CompactToCoalesce, "coalescing: free neighbours would do, but were never joined")            \
    R(CompactShortage, "shortage: less than a tenth of the heap is free, and in pieces")           \
    R(CompactPoorReuse, "poor re-use: a free run would do, but the placement does not look there") \
    R(CompactInBackground, "the background task found enough gaps")                                \
    R(AreaAtEnd, "no free area fits: the address space is extended")                               \
    R(SegmentMapped, "a segment is mapped at an area of its owner")                                \
    R(SegmentUnmapped, "a segment leaves its owner's address space")                               \
    R(NoRoomForArea, "no room is left for its area or its page tables")                            \
    R(SlideDown, "the earliest place below, in the order of age")                                  \
    R(FillGap, "the oldest segment above that fits into the gap")                                  \
    R(SegmentIsLarge, "larger than the limit: it begins at a multiple of {value} frames")          \
    R(RelaxedBelowMark, "free memory is below the low mark: 4 KiB is alignment enough")            \
    R(RealignedAboveMark, "free memory is above the high mark: aligned again")                     \
    R(RealignUp, "the highest aligned place below the segment above")                              \
    R(RealignToTop, "aligned again at the top of the heap: the order by age is given up")          \
    R(CompactAfterRealign, "what was moved up to be aligned again slides down")                    \
    R(CompactBeforeRealign, "large segments need room at the top to be aligned again") \
    R(BuddyBlock, "buddy: the smallest order that has a free block of its type")                   \
    R(BuddyFallback, "no block of its type is free: one of the other type")                        \
    R(BuddyMerged, "its buddy is free and whole: they become one block")                           \
    R(LargerThanMaxOrder, "no block is as large as the request: segments.max_order")               \
    R(PageblockConverted, "half of the pageblock is free or of this type: it changes its type")    \
    R(PageblockKept, "most of the pageblock is of the other type: it stays so")                    \
    R(SplitAllocation, "no run holds it: it is served from two separate pieces")                   \
    R(AnyFrames, "paging: frames wherever they are free")                                          \
    R(HugePromotion, "512 pages become a large one: they are copied to an aligned run")            \
    R(NoAlignedRun, "no 512 free frames lie aligned next to each other")                           \
    R(NotWholeLarge, "these are not 512 small pages that one large page could map")                \
    R(NewNotZero, "a new segment should be zero: the word is part of something else")\
    R(MessageUnmapped, "it is sent: the sender's entries are taken out")                           \
    R(MessageMapped, "it is received: the receiver's entries lead to the same frames")             \
    R(HeaderCopied, "the header of a message is copied with it")                                   \
    R(BodyCopied, "messages are copied: the receiver gets a segment of its own")                   \
    R(MessageChanged, "somebody wrote to the message after it was sent")                           \
    R(MessagesFull, "all places for messages are taken")                                           \
    R(ReceiverEnded, "the receiver has ended")                                                     \
    R(NoRoomForCopy, "no segment for a copy of the body")                                          \
    R(LockedForDma, "locked in place: a device knows its physical address")                        \
    R(UnlockedAgain, "no longer needed in place")                                                  \
    R(NotLocked, "the segment is not locked by its owner")                                         \
    R(NotLockable, "it lies outside the zone of lockable segments")                                \
    R(UnlockedInTime, "unlocked before the limit: it slides down like the others")                 \
    R(LockOutlasts, "the limit is over: it stays, and what is above is compacted down to it")      \
    R(LockFails, "the limit is over: the compaction ends at the locked segment")                   \
    R(LockPanic, "the limit is over: a segment was locked for too long")                           \
    R(KernelPanicked, "the kernel stopped the machine")                                            \
    R(RequesterHoldsLock, "the process that needs the room holds the lock itself")                 \
    R(HolderAwaitsHeap, "the holder of the lock waits for the heap, which the compaction has")     \
    R(BufferNotLocked, "deliberate mistake: the buffer of a device is not locked in place")        \
    R(DeviceBurst, "the device writes on, at the physical address that it was told")               \
    R(TransferEnds, "all bytes are written: the device interrupts")                                \
    R(DeviceWroteElsewhere, "the buffer has moved, and the device writes to its old frames")       \
    R(TransitFirst, "in a message: it moves without fault or shootdown, so it goes first")         \
    R(BooksReserved, "room for the books that the allocator keeps beside its heap")                \
    R(HeapNoBlock, "no free block holds {value} bytes, and the heap cannot grow")                  \
    R(HeapFirstFit, "first fit: {b} free blocks looked at; the first that holds {value} has {a}")  \
    R(HeapNextFit, "next fit: {b} free blocks looked at from the rover on; {a} bytes hold {value}")\
    R(HeapBestFit, "best fit: {b} free blocks looked at; the smallest that holds {value} has {a}") \
    R(HeapWorstFit, "worst fit: {b} free blocks looked at; the largest has {a}, {value} are wanted")\
    R(HeapExactList, "a freed block of exactly {value} bytes is on its list")                      \
    R(HeapFromTop, "taken from the top of the heap: {value} bytes, {a} are left above")            \
    R(HeapGoodFit, "good fit: every block of list {a}/{b} holds {value} bytes, none below does")   \
    R(HeapHalfFit, "every block of list {a} holds {value} bytes; its head is taken unseen")        \
    R(HeapBuddyExact, "a free block of order {a} holds {value} bytes")                             \
    R(HeapBuddySplit, "no block of order {a} is free: one of order {b} is split in halves")        \
    R(HeapBuddySteal, "no block of its type is free: type {a} gives one of order {b}")             \
    R(HeapSlabObject, "a free object of a slab of this size")                                      \
    R(HeapSlabNew, "all slabs of this size are full: a new one of {a} objects")                    \
    R(HeapSmallBin, "small bin {a} has blocks of exactly {value} bytes")                           \
    R(HeapSmallBinNext, "small bin {a} is the next with a block: its rest is too small to keep")   \
    R(HeapVictim, "the designated victim, the rest of the latest split, has {a} bytes")            \
    R(HeapTreeFit, "best fit in the trees: the smallest block that holds {value} has {a}")         \
    R(HeapSystem, "from the system: {a} bytes more")                                               \
    R(HeapPageBlock, "the lowest free block of the chosen not-full page {a}: block {b}")           \
    R(HeapNewPage, "no page of the class has a free block: page {a} joins it")                     \
    R(HeapTooLarge, "{value} bytes are more than the largest block, {a}")                          \
    R(HeapTableFull, "the table has no free entry")                                                \
    R(HeapFreed, "no free neighbour: the block becomes a free area of {value} bytes")              \
    R(HeapMerged, "merged with free neighbours: the free area has {value} bytes")                  \
    R(HeapListed, "put on the list of its size as it is")                                          \
    R(HeapPageNotFull, "the page was not full: only its bit changes")                              \
    R(HeapPageOpened, "the page becomes one of {a} not-full pages; {b} are allowed")               \
    R(HeapPageReleased, "no block of the page is in use any more: the page is free")               \
    R(HeapCompacts, "{b} not-full pages are the bound: a block of page {a} fills the gap")         \
    R(HeapCopyAborted, "the copy under way is given up: its object was freed or moved meanwhile")  \
    R(HeapSlides, "blocks above the hole move down: {a} of them, {b} bytes")                       \
    R(HeapRegionOver, "the last block of its region is freed: the region is empty again")          \
    R(HeapTraceStamp, "the first and last word of a block are written, to be read again later")
// clang-format on

enum class Rule : std::uint16_t {
#define FRAGSCOPE_RULE_ENUMERATOR(Name, text) Name,
    FRAGSCOPE_RULES(FRAGSCOPE_RULE_ENUMERATOR)
#undef FRAGSCOPE_RULE_ENUMERATOR
        Count
};

/// The name of a rule ("FirstFit") and its text with places for operands.
std::string_view nameOf(Rule rule);
std::string_view textOf(Rule rule);

} // namespace fragscope
