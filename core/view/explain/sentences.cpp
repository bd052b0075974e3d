#include "fragscope/view/explain/sentences.h"

#include <array>
#include <utility>

namespace fragscope {

namespace {

struct Sentence {
    EventKind kind;
    std::string_view text;
};

using enum EventKind;

constexpr Sentence sentences[] = {
    {PhysStore, "{size} bytes at {paddr} = {value:hex}"},
    {PhysFill, "{a:bytes} from {paddr} filled with {value:hex}"},
    {PhysCopy, "{b:bytes} copied from {a:physical} to {paddr}"},
    {PageImage, "frame {paddr:frame} has new contents"},
    {TlbFill,
     "CPU{cpu} TLB slot {object} holds {vaddr} -> {paddr}: {a:bytes}, entry {value:hex}, PCID {b}"},
    {TlbDrop, "CPU{cpu} TLB slot {object} emptied, it held {vaddr}"},
    {RegisterWrite, "CPU{cpu} {object:register} = {value:hex}"},
    {TaskStarted, "task {task} starts on CPU{cpu}: {value:listing}, {a:role} of {object:process}"},
    {TaskStep, "task {task} at line {line} of {a:listing}, depth {object} (micro-step {value})"},
    {LocalWrite, "task {task}, {b:listing} at depth {a}: local variable {object} = {value:hex}"},
    {TaskStatusChange, "task {task} is {value:status} at depth {a} of its calls"},
    {InterruptPending, "CPU{object} has {value} pending interrupts"},
    {StoresPending, "CPU{object} has {value} stores in its store buffer"},
    {Load, "CPU{cpu} reads {size} bytes at {vaddr} ({paddr}) of {object:process}: {value:hex}; "
           "{a:cycles}, {b} walk references"},
    {Store, "CPU{cpu} writes {size} bytes at {vaddr} ({paddr}) of {object:process}: {value:hex}; "
            "{a:cycles}, {b} walk references"},
    {StoreBuffered,
     "CPU{cpu} puts a store of {size} bytes at {vaddr} ({paddr}) of {object:process} into its "
     "store buffer: {value:hex}; {a:cycles}, {b} walk references"},
    {StoreDrained, "CPU{cpu} makes its store at {vaddr} ({paddr}) visible, of {object:process}: "
                   "{value:hex}; {a} still wait"},
    {StoreNotVisible,
     "CPU{cpu} reads {value:hex} at {vaddr} of {object:process}; {a:hex} still waits in "
     "another store buffer"},
    {WalkStep,
     "CPU{cpu} walks for {vaddr}: level {object}, entry {a} at {paddr} is {value:hex}{b:check}"},
    {TlbMiss, "CPU{cpu} TLB miss at {vaddr} of {object:process}"},
    {HoleAccess, "access to {paddr}, where no memory is ({value:hex})"},
    {ProcessStarted, "{object:process} begins at {vaddr} with CR3 {value:hex}"},
    {ProcessExited, "{object:process} has ended and gave back {a:frames}"},
    {ProcessKilled, "{object:process} killed: violation at {vaddr}, error {value:error}"},
    {FramesAllocated, "{a:frames} from {paddr} given to {object:process} ({value:use})"},
    {FramesFreed, "{a:frames} from {paddr} free again, {object:process} had them ({value:use})"},
    {FramesPinned, "{a:frames} from {paddr} of {object:process} have {value:pins}"},
    {GrowBegun, "{object:process} asks for {value:bytes} more at its {a:end} end"},
    {GrowDone,
     "{object:process} got {value:bytes} at {vaddr} ({paddr}) {a:place}; {b:blocks} in its map"},
    {RequestRefused,
     "{object:process} is refused {value:frames}: {a} are free, the longest run is {b}"},
    {FrameTableMade,
     "frame table of {value:bytes} at {vaddr} ({paddr}), {object} bytes an element; "
     "the books of frames take {a:bytes} of {b:bytes}"},
    {FrameBooks, "books of {value:frames}: {object} records visited, {b} accesses in {a:cycles}"},
    {OwnerRefused, "frame {paddr:frame} cannot note {object:process} at {vaddr} as another owner: "
                   "it has {value}, and {a} of {b} records are in use"},
    {FreeRefused,
     "frame {paddr:frame} is not freed: {value:use}, {a} references (asked by {object:process})"},
    {SharedCreated, "shared object {value} made: {a:frames}"},
    {SharedAttached,
     "{object:process} attached shared object {value} at {vaddr}: {a:frames}, {b} attachments"},
    {SharedDetached, "{object:process} detached shared object {value} from {vaddr}: {a:frames}, "
                     "{b} attachments are left"},
    {SharedDestroyed, "shared object {value} of {a:frames} has no name any more; {b} attachments"},
    {KernelAllocated, "kernel heap: {value:bytes} given out at {vaddr}"},
    {StrayStore, "the kernel stores {value:hex} at {vaddr}, where it has no business"},
    {KernelFault, "kernel fault {value:error} at {vaddr}, {a} micro-steps and {b:cycles} after the "
                  "culprit's store"},
    {MapEntryAdded,
     "map of {object:process}: {value:entry} from {vaddr} added as entry {a} of {b}"},
    {MapEntryRemoved,
     "map of {object:process}: {value:entry} from {vaddr} removed, was entry {a}; {b} are left"},
    {MapStore, "map of {object:process}: word {paddr} of entry {b}: {a:hex} -> {value:hex}"},
    {PteStore, "{object:process}, level {b} entry of {vaddr} at {paddr}: {a:hex} -> {value:hex}"},
    {ShootdownSent,
     "shootdown {b} for {object:process}: {a:pages} from {vaddr}, {value:cpus} to ask"},
    {ShootdownAcked, "CPU{cpu} acknowledges shootdown {value} of {object:process}: {a:pages} from "
                     "{vaddr}, {b} dropped"},
    {ShootdownDone,
     "shootdown {a} of {object:process} from {vaddr} is complete after {value:cycles}"},
    {PageFault, "CPU{cpu} page fault {value:error} at {vaddr} of {object:process}"},
    {FaultResolved, "CPU{cpu} fault at {vaddr} of {object:process} handled in {value:cycles}, the "
                    "access is repeated"},
    {WaitBegun, "task {task} of {object:process} waits at {vaddr}"},
    {WaitEnded, "task {task} of {object:process} goes on at {vaddr}, waited {value:cycles}"},
    {HandlerInstalled, "the mover's violation handler is installed for {object:process}"},
    {HandlerReset, "the standard violation handler is back for {object:process}"},
    {MoverStarted,
     "mover started for {object:process}: {value} candidates, transfer block {a:bytes}"},
    {MoveBegun, "{object:process}: {value:bytes} at {vaddr} move from {a:physical} to {paddr}"},
    {BlockBegun, "transfer block {b} of {object:process}: {value:bytes} at {vaddr} move from "
                 "{a:physical} to {paddr}"},
    {PageCopied, "transfer block {b} of {object:process}: {value:bytes} at {vaddr} copied from "
                 "{a:physical} to {paddr}"},
    {BlockDone, "transfer block {a} of {object:process} at {vaddr} is reachable at {paddr} after "
                "{value:cycles}"},
    {MoveDone,
     "{object:process}: block at {vaddr} lies at {paddr}: {a:bytes} copied, {b} map stores, "
     "{value:cycles}"},
    {MoveSkipped, "{object:process}: block at {vaddr} ({paddr}) is not moved"},
    {MoverDied, "the mover of {object:process} died at {vaddr}"},
    {MoveRolledBack,
     "{object:process}: the open transfer block went back to the old place at {vaddr}"},
    {LostWrite,
     "lost write of {object:process} at {vaddr}: wrote {value:hex}, found {a:hex} (event {b})"},
    {StaleRead, "stale read of {object:process} at {vaddr}: read {value:hex}, last written {a:hex} "
                "(event {b})"},
    {ForeignAccess,
     "{object:process} reached a frame of process {a} at {vaddr} ({paddr}): {value:hex}"},
    {InvariantBroken, "invariant I{value} is broken in {object:process} at {vaddr}"},
    {ContentsEqual, "{object:process}: all {value:words} equal the shadow copy"},
    {AccessesDone,
     "task {task} of {object:process}: {value} accesses, {a} of them reads, in {b:cycles}"},
    {TranslationsDone,
     "{object:process}: {value} accesses missed the TLB, {a} table entries read for them"},
    {DeadlineMissed, "{object:process}: access to {vaddr} took {value:cycles}, allowed are {a}"},
    {AllocationDone,
     "heap of {object:process}: {value:bytes} given out at {vaddr} (trace line {a})"},
    {FreeDone, "heap of {object:process}: {value:bytes} at {vaddr} taken back (trace line {a})"},
    {StampBroken,
     "heap of {object:process}: block at {vaddr} holds {value:hex} instead of {a:hex} (trace line "
     "{b})"},
    {EventKind::SystemCall,
     "system call of {object:process} with {value:bytes} at {vaddr}, repeated {a} times"},
    {Note, "script step {value} for {object:process}"},
    {RunEnded, "the run is over after {value} micro-steps"},
    {PagesReserved,
     "{object:process} has {value:pages} promised from {vaddr}; {a} altogether, limit {b}"},
    {ReserveRefused, "{object:process} is refused {value:pages}: {a} are promised, {b} may be"},
    {PageStateChanged, "page {vaddr} of {object:process}: {a:state} -> {value:state} ({b})"},
    {MemoryUse,
     "{object:process}: {value:pages} reserved, {a} of them to be backed, {b} have a frame"},
    {InvalidAccess, "invalid access of {object:process} at {vaddr}: {value:error}; page {a:state}"},
    {SignalDelivered, "{object:process} gets signal {value} for its access to {vaddr}"},
    {EventKind::OutOfMemory, "out of memory at {vaddr} of {object:process}: {value:process} with "
                             "{a:frames} is ended; {b} slots are free"},
    {PageEvicted, "page {vaddr} of {object:process} lost {paddr:frame}: slot {value}, {a:pages} "
                  "saved; {b} slots are free"},
    {PageLoaded, "page {vaddr} of {object:process} was read into {paddr}: number {value} of its "
                 "{a:origin}; {b} slots are free"},
    {FrameCopied,
     "page {vaddr} of {object:process} copied from {value:physical} to {paddr}; {a} owners left"},
    {ForkDone, "{object:process} is a fork of {value:process}: {a:pages}, {b} of them by frame"},
    {PagesGivenBack,
     "{object:process} gave back {value:pages} from {vaddr}: {a:frames}, {b} slots"},
    {StackMade,
     "thread {b} of {object:process} has a stack of {value:pages} below {vaddr}, guard {a:pages}"},
    {StackReclaimed, "{value:pages} of the stack of thread {b} of {object:process} below {vaddr} "
                     "reclaimed: {a:frames}"},
    {SideTableUsed,
     "side table of {object:process}: {value} look-ups, {a} stores; it takes {b:bytes}"},
    {StackOverrun,
     "thread {a} of {object:process} stores {value:hex} at {vaddr}, {b:bytes} below its stack"},
    {PagesMarked,
     "{object:process} marked {value:pages} whose frames may be taken; {a} are marked"},
    {MarksSwept,
     "frames of {value:pages} taken, {a} kept since they were written; {b} marked left"},
    {LeakedPages, "{object:process}: {value:pages} changed hands with their frames; {a} of its "
                  "frames are in no area"},
    {LowMemoryNotice, "{object:process}, which has {b:frames}, is told that memory is short: "
                      "{value:frames} free, watermark {a}"},
    {HeapAllocated, "malloc of {object:process}: {value:bytes} at {vaddr} in {a:cycles}"},
    {HeapFreed, "free of {object:process}: {value:bytes} at {vaddr}{a:merged}"},
    {HeapFreeDone,
     "free of {object:process} at {vaddr} took {value:cycles} and gave {a:pages} back"},
    {HeapRefused, "malloc of {object:process}: no memory for {value:bytes}"},
    {EventKind::HeapBroken,
     "the heap of {object:process} is broken: {value:hex} at {vaddr} is none of its words"},
    {PoolCall, "system call of the heap of {object:process} for {value:pages} in {a:cycles}; the "
               "pool has {b:pages}"},
    {BlockChecked, "{object:process} looks at its block at {vaddr}: {value} words as filled, {a} "
                   "zero, {b} something else"},
    {CacheUsed, "{object:process} uses {a:bytes} of its cache at {vaddr}, hits {value}"},
    {FreeAreaVisited, "scavenger of {object:process}: free area of {value:bytes} at {vaddr}, "
                      "{a:pages} whole, {b:frames} back"},
    {ScavengePause, "scavenger of {object:process} held the heap for {a:cycles}: {value:pages} to "
                    "the kernel, {b:frames} back"},
    {CollectorLooked, "collector of the kernel in {object:process}: {value:bytes} at {vaddr}, "
                      "{a:pages} taken; {b} words of the heap read"},
    {SegmentAllocated,
     "{object:process} got a segment of {value:frames} at {paddr} for {vaddr}: {a} "
     "runs looked at, {b} frames were asked for"},
    {SegmentCallDone,
     "the call of {object:process} for a segment of {a:frames} took {value:cycles}"},
    {RunCut,
     "{value:frames} at {paddr} are cut off a free run of zone {object}, cut {a} times now"},
    {SegmentSurvey, "zone {object} has {value} free runs, half of them up to {a} frames; a request "
                    "of {b} would succeed as it is"},
    {SegmentFreed,
     "segment of {value:frames} at {paddr}, {vaddr} of {object:process}, is free; joined "
     "with {a} neighbours"},
    {SegmentRefused, "{object:process} is refused a segment of {value:frames}: {a} are free, the "
                     "largest run has {b}"},
    {SegmentFreeRefused, "segment {object} is not freed"},
    {SegmentRunsJoined, "{value} free runs were joined for a request of {object:process}"},
    {AreasChanged,
     "{object:process} has {value} areas after {vaddr}: {a} entries compared, {b} moved"},
    {CompactionBegun,
     "compaction of zone {object} for {value:frames}: {a} are free, the largest run "
     "has {b}"},
    {SegmentMoved, "segment {b} of {object:process}, {value:frames}: {a:physical} -> {paddr}"},
    {CompactionDone, "compaction of zone {object} done: {value:bytes} of {a} segments moved, the "
                     "largest free run has {b:frames}"},
    {SegmentZoneMade, "zone {object} of the segment heap: {value:frames} from {paddr} on"},
    {SegmentAligned, "segment {b} of {object:process} at {paddr}: its alignment is {value:frames} "
                     "now, {a:frames} won below it"},
    {BlockStolen, "{object:process} takes a free block of {value:frames} at {paddr} of the other "
                  "type; {a} pageblocks change their type; unmovable: {b}"},
    {SegmentInPieces,
     "{object:process} gets {value:frames} in two pieces: {a} at {paddr}, the rest "
     "at {b:physical}"},
    {PagesGiven, "{object:process} gets {value:pages} at {vaddr}, frames from {a} runs"},
    {PagesPromoted,
     "{object:process} has one large page at {vaddr}: {value:bytes} from {a} runs of "
     "frames lie at {paddr} now"},
    {MessageSent, "{object:process} sends {value:frames} at {paddr}, its {vaddr}, to {a:process}: "
                  "{b} entries cleared"},
    {MessageCopied, "{value:bytes} of a message from {object:process} to {a:process} are copied: "
                    "{b:physical} -> {paddr}"},
    {MessageReceived, "{object:process} receives {value:frames} at {paddr} from {a:process} and "
                      "maps them at {vaddr}: {b} entries set"},
    {MessageRefused, "no message for {object:process}; the other side is {value:process}"},
    {SegmentLocked, "segment {b} of {object:process}, {a:frames} at {paddr}, has {value} locks"},
    {SegmentLockRefused, "the lock of {object:process} at {vaddr} stays as it is"},
    {LockWaitBegun, "compaction waits for segment {b} of {object:process}, {a:frames} at {paddr}: "
                    "at most {value:cycles}"},
    {LockWaitEnded, "compaction has waited {value:cycles} for segment {b} of {object:process}, "
                    "{a:frames} at {paddr}"},
    {LockDeadlock, "compaction for {value:process} would wait for ever for segment {b} of "
                   "{object:process}, {a:frames} at {paddr}"},
    {KernelPanic, "panic: segment {value} of {object:process} at {paddr}"},
    {TransferBegun, "transfer {a}: the device is to write {value:bytes} to {paddr}, the buffer at "
                    "{vaddr} of {object:process}; locked {b}"},
    {DeviceWrote, "transfer {a}: the device wrote {value:bytes} to {paddr}, meant for {vaddr} of "
                  "{object:process}; {b:bytes} are left"},
    {TransferDone, "transfer {a} to {object:process} is done: {value:bytes} in {b:cycles}"},
    {HeapDecision,
     "the heap of {object:process} decides about the block at {vaddr} ({value}, {a}, {b})"},
    {HeapBlockMoved, "the heap of {object:process} moved {value:bytes} from {a:hex} to {vaddr}"},
};

static_assert(std::size(sentences) == eventKindCount, "each kind has one sentence");

constexpr auto byKind() {
    std::array<std::string_view, eventKindCount> table{};
    for (const Sentence& sentence : sentences) {
        table[static_cast<std::size_t>(sentence.kind)] = sentence.text;
    }
    return table;
}

constexpr auto table = byKind();

constexpr bool isComplete() {
    for (const std::string_view text : table) {
        if (text.empty()) {
            return false;
        }
    }
    return true;
}

static_assert(isComplete(), "each kind has its own sentence");

} // namespace

std::string_view sentenceOf(EventKind kind) {
    return table.at(static_cast<std::size_t>(kind));
}

} // namespace fragscope
