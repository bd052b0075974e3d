#pragma once

#include "fragscope/kernel/kernel.h"
#include "fragscope/kernel/paging/frame_supply.h"
#include "fragscope/kernel/paging/low_memory.h"
#include "fragscope/kernel/paging/page_state.h"
#include "fragscope/kernel/paging/resident_set.h"
#include "fragscope/kernel/paging/swap_space.h"

namespace fragscope {

/// What an area holds: memory of the process, a read-only file, the stack of a thread, or nothing
/// (the guard below a stack).
enum class AreaKind : std::uint8_t { OnDemand, File, Stack, Guard };

/// The virtual memory manager of seed 002: promises pages, knows their states (in their page-table
/// entries), and does the primitive actions of the fault handlers and system calls, which are
/// coroutines in files of their own.
///
/// Invariants: (1) a present page's frame counts it as an owner; a slot counts each entry and each
/// word of a side table that refers to it; (2) `Process::use` counts the pages of each process by
/// state; (3) with replacement, the resident sets hold the frames of pages in areas of demand, but
/// not the zero frame; a frame with several owners counts for one of them. The kernel never reads
/// what the pages hold, but for copying them.
/// Simplified: one lock for all faults.
class DemandPaging {
public:
    DemandPaging(Kernel& kernel, const PagingSettings& settings);

    [[nodiscard]] const PagingSettings& settings() const { return settings_; }

    /// The books of the swap device; to be called once, when the kernel boots.
    void boot();

    [[nodiscard]] SwapSpace& swap() { return swap_; }

    [[nodiscard]] const SwapSpace& swap() const { return swap_; }

    [[nodiscard]] FrameSupply& frames() { return supply_; }

    // ---- promises ----
    /// Whether `pages` more may be promised; announces a refusal.
    [[nodiscard]] bool mayPromise(const Process& process, PageCount pages);

    /// Adds an area at the end of the process's address space; no page of it has a frame. False if
    /// no frame for a page table or no room in the memory map is left.
    [[nodiscard]] bool addArea(Process& process, PageCount pages, AreaKind kind, Rule why);

    // ---- pages ----
    /// What entry and side table say of a page, for observers: costs nothing.
    [[nodiscard]] static PageEntry entryOf(const Process& process, PageNumber page);

    /// The same for the kernel's algorithms: a look-up in the side table is counted and takes time.
    [[nodiscard]] PageEntry look(const Process& process, PageNumber page);

    /// Changes the entry of a page; the transition must be legal, unless the reason is
    /// AnyFaultMaps. A page is writable if it is allocated. `flags` are set besides, and the dirty
    /// bit stays if the frame does. False if no frame for a page table is left.
    bool change(
        Process& process, PageNumber page, const PageEntry& to, Rule why, std::uint64_t flags = 0);

    /// The page, which has just become present in the frame, may be replaced from now on.
    /// `backing`: where its bytes lie besides; a slot keeps its reference.
    void enlist(Process& process, PageNumber page, FrameNumber frame, const Backing& backing);

    /// Where the bytes of a present page lie besides.
    [[nodiscard]] Backing backingOf(const Process& process, PageNumber page);

    /// The page differs from its backing from now on, or leaves: a slot is given back.
    void dropBacking(Process& process, PageNumber page);

    /// The child has a page of its parent, and its backing.
    void inheritBacking(const Process& parent, Process& child, PageNumber page);

    /// The page was used (with UseSource::EveryAccess).
    void used(const Process& process, PageNumber page);

    /// References of the kernel to side tables since the last call.
    [[nodiscard]] std::uint64_t takeSideReferences() { return std::exchange(sideReferences_, 0); }

    /// Marks of a present page (page_marks.h). False if it has no frame, or is leaked already.
    bool markMayGo(Process& process, PageNumber page);
    bool leak(Process& process, PageNumber page);

    /// The mark is gone, the frame stays. A leaked page is in use again.
    void unmark(Process& process, PageNumber page, Rule why);

    /// Pages of all processes that run whose frame may be taken.
    [[nodiscard]] std::uint64_t marked() const;

    /// One owner less of the frame that `page` had; the last one frees it.
    void leaveFrame(const Process& process, PageNumber page, FrameNumber frame, Rule why);

    /// Gives back the frames and slots of all pages outside blocks, in areas of demand or not;
    /// returns the number of frames. The process has ended.
    std::uint64_t releaseAll(Process& process);

    /// Tells that `pages` from `start` are promised from now on.
    void announcePromise(const Process& process, VirtAddr start, PageCount pages);

    /// Tells what the process uses now.
    void announceUse(const Process& process);

    /// The frame of zeros that pages share until they are written; nothing if memory is full.
    [[nodiscard]] std::optional<FrameNumber> zeroFrame();

    /// There is no room to note more owners of it: from now on each page gets a frame.
    void giveUpZeroFrame() { settings_.zeroPage = false; }

    [[nodiscard]] bool isZeroFrame(FrameNumber frame) const { return zero_ && *zero_ == frame; }

    /// Who wants to know when memory is short.
    [[nodiscard]] LowMemory& lowMemory() { return lowMemory_; }

    // ---- replacement ----
    /// True if the pages of the process (or of all) have as many frames as they may have.
    [[nodiscard]] bool mustEvict(const Process& process);

    /// True if a page has left the working set and must lose its frame before the next access.
    [[nodiscard]] bool mustTrim(const Process& process);

    /// True if the frame is in the set of the process, or of all.
    [[nodiscard]] bool isEnlisted(const Process& process, FrameNumber frame);

    /// The frame whose pages leave, by the policy. Takes it out of its set.
    [[nodiscard]] FrameNumber chooseVictim(const Process& process);

    /// They could not leave.
    void returnVictim(const Process& process, FrameNumber frame);

    // ---- contents ----
    /// Reads a slot, or a page of a file, into a frame.
    void loadSlot(std::uint64_t slot, FrameNumber frame);
    void loadFilePage(std::uint64_t page, FrameNumber frame);

    // ---- the end ----
    /// Who gives way for `process`; announces it with the reason.
    [[nodiscard]] Process& chooseSacrifice(Process& process, VirtAddr address);

    /// Reacts to an access that the page's state forbids. True if it shall be repeated.
    [[nodiscard]] bool react(AccessRequest& request, const PageEntry& entry);

    // ---- the lock ----
    [[nodiscard]] bool unlocked(std::uint64_t) const { return lockedBy_ == 0; }

    void lock(std::uint32_t task) { lockedBy_ = task; }

    void unlock() { lockedBy_ = 0; }

private:
    [[nodiscard]] ResidentSet* setOf(const Process& process);
    [[nodiscard]] std::uint64_t dataFrames();
    [[nodiscard]] std::uint64_t promiseLimit();
    void noteAccessedBits(ResidentSet& set);
    void noteAccessedBit(ResidentSet& set, FrameNumber frame, const FrameOwner& owner);
    void settle(const Process& left, FrameNumber frame, unsigned owners);
    void countSide(bool write);
    void writeSide(Process& process, PageNumber page, const SideWord& word);
    void reportSideTable(const Process& process);
    bool signal(AccessRequest& request, const PageEntry& entry);
    static void count(Process& process, const PageUse& before, const PageUse& after);
    static void rewrite(Process& process, PageNumber page, std::uint64_t bits, Rule why);

    Kernel& kernel_;
    PagingSettings settings_;
    FrameSupply supply_;
    SwapSpace swap_;
    LowMemory lowMemory_;
    std::vector<std::unique_ptr<ResidentSet>> sets_; ///< by process number - 1, or one for all
    std::optional<FrameNumber> zero_;
    std::optional<std::uint64_t> dataFrames_;
    std::uint64_t sideReferences_ = 0; ///< not yet asked for
    std::uint64_t sideLooks_ = 0;      ///< not yet reported
    std::uint64_t sideStores_ = 0;
    std::uint32_t lockedBy_ = 0; ///< task; 0 = nobody
};

} // namespace fragscope
