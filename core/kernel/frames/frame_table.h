#pragma once

#include "fragscope/kernel/frames/frame_lists.h"
#include "fragscope/kernel/frames/kernel_heap.h"
#include "fragscope/kernel/frames/kernel_memory.h"
#include "fragscope/kernel/frames/owner_books.h"

#include <memory>
#include <optional>

namespace fragscope {

/// The kernel's book of physical frames in emulated memory (frame_layout.h): an element for each
/// frame in a preallocated, guarded array, free and used lists threaded through the elements, and
/// the owners of each frame. It is read and written through KernelMemory, except by observers.
///
/// Invariants: (1) a frame is in exactly one list: free, used, or reserved (the kernel's books and
/// holes; with `kernel_pages = counter` all frames of the kernel); (2) references = number of owner
/// records; (3) free + used + reserved + counted = all frames; (4) a hole is never given out.
/// FrameChecker (frame_check.h) looks after them. Who changes anything: the kernel only; each
/// operation is part of one micro-step, during which the lock of the table is held.
///
/// Simplified: the search for a run of frames reads the table for nothing, since no allocator of
/// contiguous runs is the subject here. Source: seed 004.
class FrameTable {
public:
    FrameTable(const Board& board,
               KernelMemory& memory,
               const KernelPlan& plan,
               const FrameSettings& settings);

    // ---- boot ----
    /// Writes the elements that need it and the variables; emits FrameTableMade.
    void initialise();

    /// One element of `initialise`, for the boot that is watched step by step. Returns false for a
    /// reserved one, which is left out of the lists.
    bool initialiseElement(FrameNumber frame);

    /// The rest: variables, owners' pool, kernel heap.
    void finishInitialising();

    // ---- single frames ----
    /// The head of the list of free data frames, put into the used list; nothing if it is empty
    /// (emits RequestRefused). Emits FramesAllocated. It has no owner yet.
    std::optional<FrameNumber> allocate(FrameUse use, std::uint32_t process, Rule why);

    /// One frame for the kernel: from its zone, else from the others. Zeroed.
    std::optional<FrameNumber> takeKernelFrame(FrameUse use, std::uint32_t process);

    /// Notes which frame holds the side table of a page table.
    void setSideTable(FrameNumber table, FrameNumber side);

    /// One more entry leads to the frame. False if there is no room to note it (emits
    /// OwnerRefused). `operation` says what its cost counts for: BookAttach, or BookAllocate if it
    /// ends an allocation.
    [[nodiscard]] bool
    addOwner(FrameNumber frame, const FrameOwner& owner, Rule operation = Rule::BookAttach);

    /// One entry less leads to it. Returns how many are left; nothing if there was no such record.
    /// Does not free the frame. `operation`: BookDetach, or BookRelease if a release begins.
    std::optional<unsigned>
    removeOwner(FrameNumber frame, const FrameOwner& owner, Rule operation = Rule::BookDetach);

    /// Puts a used frame at the head of its free list. Refused with the reason (FreeRefused, false)
    /// if it is free already or still mapped. `process`: on whose behalf, for the event.
    bool release(FrameNumber frame, std::uint32_t process, Rule why);

    // ---- runs ----
    /// Gives a run of free frames to `owner`, which maps it from `page` on. Emits FramesAllocated.
    void take(FrameNumber first,
              PageCount count,
              FrameUse use,
              std::uint32_t owner,
              Rule why,
              PageNumber page = PageNumber(0));

    /// Makes a run of used frames free, whoever owns them. Emits FramesFreed.
    void give(FrameNumber first, PageCount count, Rule why);

    /// Locks (+1) or releases (-1) a run. Emits FramesPinned.
    void pin(FrameNumber first, PageCount count, int change);

    void setAge(FrameNumber frame, std::uint8_t age);

    // ---- observers: read the bytes, change nothing, cost nothing ----
    [[nodiscard]] FrameInfo info(FrameNumber frame) const;
    [[nodiscard]] std::vector<FrameOwner> owners(FrameNumber frame) const;
    [[nodiscard]] FrameNumber sideTableOf(FrameNumber table) const; ///< 0 = none
    [[nodiscard]] bool isFree(FrameNumber first, PageCount count) const;

    /// First fit: the lowest run of `count` free frames at or above `from`.
    [[nodiscard]] std::optional<FrameNumber> findRun(PageCount count, FrameNumber from) const;

    [[nodiscard]] bool anyPinned(FrameNumber first, PageCount count) const;

    struct FreeSpace {
        PageCount frames;
        PageCount largestRun;
    };

    /// Counted from the bytes.
    [[nodiscard]] FreeSpace freeSpace() const;

    /// First frame that data may use; frames below are for the kernel as long as they last.
    [[nodiscard]] FrameNumber zoneEnd() const { return plan_.zoneEnd; }

    /// How often frames became free; a condition for who waits for memory.
    [[nodiscard]] std::uint64_t releases() const { return releases_; }

    [[nodiscard]] KernelHeap& heap() { return heap_; }

    [[nodiscard]] const KernelPlan& plan() const { return plan_; }

private:
    class Account;

    [[nodiscard]] bool isReserved(FrameNumber frame) const;
    [[nodiscard]] FrameNumber neighbour(FrameNumber frame, bool next) const;
    [[nodiscard]] FrameInfo load(FrameNumber frame);
    void store(FrameNumber frame, const FrameInfo& info);
    [[nodiscard]] bool noteOwner(FrameNumber frame, const FrameOwner& owner);
    void book(FrameNumber frame, FrameUse use, std::uint32_t process);
    void unbook(FrameNumber frame, const FrameInfo& old);
    [[nodiscard]] bool isCounted(FrameUse use) const;
    void countVariable(std::uint64_t variable, std::uint64_t added);
    void emitRun(EventKind kind,
                 FrameNumber first,
                 PageCount count,
                 FrameUse use,
                 std::uint32_t owner,
                 Rule why);
    void refuse(std::uint32_t process);

    const Board board_;
    KernelMemory& memory_;
    const KernelPlan& plan_;
    FrameSettings settings_;
    FrameLists lists_;
    KernelHeap heap_;
    std::unique_ptr<OwnerBooks> owners_;
    std::uint64_t releases_ = 0;
};

} // namespace fragscope
