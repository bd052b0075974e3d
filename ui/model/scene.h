#pragma once

#include "fragscope/hardware/paging/walk_check.h"
#include "fragscope/kernel/layout.h"
#include "fragscope/ui/map/virtual_map.h"
#include "fragscope/ui/model/frame_books.h"
#include "fragscope/ui/model/frame_lists.h"
#include "fragscope/ui/model/heap_scene.h"
#include "fragscope/ui/model/segment_scene.h"
#include "fragscope/ui/model/shared_fold.h"
#include "fragscope/view/address_space.h"
#include "fragscope/view/snapshot.h"

#include <optional>
#include <vector>

namespace fragscope {

/// A page as its map leads to it.
struct PagePlace {
    std::uint32_t process = 0;
    std::uint64_t vaddr = 0; ///< start of the page
    Extent extent;
};

/// A page fault as the events tell it: what was asked for and which check said no.
struct AccessFault {
    std::uint64_t vaddr = 0; ///< CR2
    std::uint32_t errorCode = 0;
    std::uint8_t cpu = 0;
    std::uint32_t task = 0;
    WalkCheck check = WalkCheck::None; ///< None if the walk is not known
    unsigned level = 0;                ///< of the entry that failed; 0 = the TLB or no table
    std::uint64_t entry = 0;           ///< its value then
};

/// One moment, read out of the replica's bytes for the window: processes, the memory map of the
/// chosen one, the latest accesses. Made once for each snapshot that is shown.
class Scene {
public:
    static constexpr std::size_t mostAccesses = 24;
    static constexpr std::uint64_t farthestAccess = 4000; ///< events looked back

    explicit Scene(SnapshotRef moment);

    [[nodiscard]] const Snapshot& moment() const { return *moment_; }

    [[nodiscard]] const std::vector<AddressSpace>& processes() const { return processes_; }

    /// The chosen process; null if there is none.
    [[nodiscard]] const AddressSpace* focus() const { return process(moment_->focus); }

    [[nodiscard]] const AddressSpace* process(std::uint32_t number) const;

    /// Accesses of the chosen process before the cursor, latest first.
    [[nodiscard]] const std::vector<AccessMark>& accesses() const { return accesses_; }

    /// The latest fault of the chosen process, if it has not accessed memory since.
    [[nodiscard]] const std::optional<AccessFault>& fault() const { return fault_; }

    [[nodiscard]] FrameInfo frameInfo(FrameNumber frame) const;

    /// What the books say of a frame; nothing where there are none (yet), or no such frame.
    [[nodiscard]] std::optional<FrameBook> frameBook(FrameNumber frame) const;

    /// The lists of the frame table; nothing where there are no books (yet).
    [[nodiscard]] std::vector<FrameListView> frameLists() const;

    /// Slots of the swap device, free ones, and references of one, as the books of the kernel say.
    [[nodiscard]] std::uint64_t slotCount() const { return root_ ? root_->slotCount : 0; }

    [[nodiscard]] std::uint64_t freeSlots() const;
    [[nodiscard]] std::uint64_t slotReferences(std::uint64_t slot) const;

    /// The shared object that a frame belongs to, as its owners and the attachments say.
    [[nodiscard]] const SharedObjectView* sharedObjectOf(FrameNumber frame) const;

    void setShared(std::vector<SharedObjectView> shared) { shared_ = std::move(shared); }

    /// The segments of the moment; null if the machine has no segment heap.
    [[nodiscard]] const SegmentScene* segments() const { return segments_ ? &*segments_ : nullptr; }

    /// What the events tell of them; null likewise. It must outlive the scene.
    [[nodiscard]] const SegmentHistory* segmentHistory() const { return history_; }

    void setSegments(std::optional<SegmentScene> segments, const SegmentHistory& history) {
        segments_ = std::move(segments);
        history_ = segments_ ? &history : nullptr;
    }

    /// The heaps of the moment.
    [[nodiscard]] const HeapScene& heaps() const { return heaps_; }

    void setHeaps(HeapScene heaps) { heaps_ = std::move(heaps); }

    /// The classes of frames as the map shows them.
    [[nodiscard]] const FrameClasses& frameClasses() const {
        return segments_ ? segments_->picture.frames : moment_->frames;
    }

    /// The entry of the chosen process's map that covers an address.
    [[nodiscard]] const Extent* extentOf(std::uint64_t vaddr) const;

    /// Who maps a frame: the chosen process first, then the others, in order of number.
    [[nodiscard]] std::optional<PagePlace> pageOf(FrameNumber frame) const;

    /// Where the chosen process maps a frame, by its map or, for pages outside of it, by the books.
    [[nodiscard]] std::optional<std::uint64_t> vaddrOf(FrameNumber frame) const;

    /// Where the map of the chosen process leads; nothing in entry E or where nothing is mapped.
    [[nodiscard]] std::optional<FrameNumber> frameAt(std::uint64_t vaddr) const;

    [[nodiscard]] TableWalk walk(std::uint32_t process, std::uint64_t vaddr) const;

    [[nodiscard]] std::uint64_t word(PhysAddr place) const;

private:
    void findAccesses();
    void noteFault(const Event& event);

    SnapshotRef moment_;
    std::optional<KernelRoot> root_;
    std::vector<AddressSpace> processes_;
    std::vector<AccessMark> accesses_;
    std::optional<AccessFault> fault_;
    std::vector<SharedObjectView> shared_;
    std::optional<SegmentScene> segments_;
    const SegmentHistory* history_ = nullptr;
    HeapScene heaps_;
};

} // namespace fragscope
