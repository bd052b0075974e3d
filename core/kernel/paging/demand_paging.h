#pragma once

#include "fragscope/hardware/swap/swap_device.h"
#include "fragscope/kernel/kernel.h"
#include "fragscope/kernel/paging/frame_supply.h"
#include "fragscope/kernel/paging/low_memory.h"
#include "fragscope/kernel/paging/page_state.h"
#include "fragscope/kernel/paging/resident_set.h"

namespace fragscope {

/// What an area holds: memory of the process, a read-only file, the stack of a thread, or nothing
/// (the guard below a stack).
enum class AreaKind : std::uint8_t { OnDemand, File, Stack, Guard };

/// The virtual memory manager of seed 002: promises pages, knows their states (in their page-table
/// entries), and does the primitive actions of the fault handlers and system calls, which are
/// coroutines in files of their own.
///
/// Invariants: (1) a present page's frame counts it as an owner, a swapped-out page's slot as a
/// reference; (2) `Process::use` counts the pages of each process by state; (3) with replacement,
/// the resident sets hold exactly the pages that have their frame alone, in areas of demand. The
/// kernel never reads what the pages hold, but for copying them.
/// Simplified: one lock for all faults; pages with several owners are not evicted.
class DemandPaging {
public:
    DemandPaging(Kernel& kernel, const PagingSettings& settings);

    [[nodiscard]] const PagingSettings& settings() const { return settings_; }

    [[nodiscard]] SwapDevice& swap() { return swap_; }

    [[nodiscard]] const SwapDevice& swap() const { return swap_; }

    [[nodiscard]] FrameSupply& frames() { return supply_; }

    // ---- promises ----
    /// Whether `pages` more may be promised; announces a refusal.
    [[nodiscard]] bool mayPromise(const Process& process, PageCount pages);

    /// Adds an area at the end of the process's address space; no page of it has a frame. False if
    /// no frame for a page table or no room in the memory map is left.
    [[nodiscard]] bool addArea(Process& process, PageCount pages, AreaKind kind, Rule why);

    // ---- pages ----
    [[nodiscard]] static PageEntry entryOf(const Process& process, PageNumber page);

    /// Changes the entry of a page; the transition must be legal, unless the reason is
    /// AnyFaultMaps. A page is writable if it is allocated. False if no frame for a page table is
    /// left.
    bool change(Process& process, PageNumber page, const PageEntry& to, Rule why);

    /// The page, which has just become present, may be replaced from now on.
    void enlist(ResidentSet::Resident loaded);

    /// The page may not be replaced any more; a slot that still held its bytes is given back.
    void delist(const Process& process, PageNumber page);

    /// The page was used (with UseSource::EveryAccess).
    void used(const Process& process, PageNumber page);

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

    /// The page that leaves, by the policy. Takes it out of its set.
    [[nodiscard]] ResidentSet::Resident chooseVictim(const Process& process);

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
    bool signal(AccessRequest& request, const PageEntry& entry);
    static void count(Process& process, const PageUse& before, const PageUse& after);
    static void rewrite(Process& process, PageNumber page, std::uint64_t bits, Rule why);

    Kernel& kernel_;
    PagingSettings settings_;
    FrameSupply supply_;
    SwapDevice swap_;
    LowMemory lowMemory_;
    std::vector<std::unique_ptr<ResidentSet>> sets_; ///< by process number - 1, or one for all
    std::optional<FrameNumber> zero_;
    std::optional<std::uint64_t> dataFrames_;
    std::uint32_t lockedBy_ = 0; ///< task; 0 = nobody
};

} // namespace fragscope
