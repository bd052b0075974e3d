#pragma once

#include "fragscope/kernel/frames/frame_layout.h"
#include "fragscope/kernel/layout.h"
#include "fragscope/view/page_states.h"
#include "fragscope/view/state.h"

#include <map>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace fragscope {

// C(Name, letter, text, sentence). What a frame of physical memory is, seen from one process.
#define FRAGSCOPE_FRAME_CLASSES(C)                                                                 \
    C(Free, '.', "free", "Nobody owns the frame.")                                                 \
    C(Kernel, 'K', "kernel",                                                                       \
      "The kernel's own: root block, tables of frames and processes, maps.")                       \
    C(PageTable, 'T', "page table", "A page table of a process.")                                  \
    C(BlockO, 'O', "block O", "The focused process: the block that stays and grows.")              \
    C(BlockA, 'A', "block A",                                                                      \
      "The focused process: another block, or what is left of it to move.")                        \
    C(InEntryE, 'E', "in entry E",                                                                 \
      "The focused move: the transfer block at its old place, which nobody may access.")           \
    C(Destination, 'N', "new place", "The focused move: where the transfer block is copied to.")   \
    C(OwnPage, 'a', "own page",                                                                    \
      "The focused process alone maps the frame, as a page outside of its blocks.")                \
    C(FilePage, 'f', "file page", "The focused process: a page of a file, read-only.")             \
    C(CopyOnWrite, 'c', "copy-on-write",                                                           \
      "The focused process maps the frame and copies it when it writes, unless it is the last.")   \
    C(ZeroPage, 'z', "zero page", "The kernel's one frame of zeros, behind pages only read yet.")  \
    C(Shared, 'h', "shared", "Several table entries lead to the frame.")                           \
    C(OtherProcess, 'P', "other process", "Another process alone maps the frame.")                 \
    C(Pinned, 'D', "pinned", "Locked in place for a device: must not move.")                       \
    C(Hole, 'H', "hole", "No memory behind these addresses.")                                      \
    C(Reserved, 'R', "reserved",                                                                   \
      "Given out, but no entry leads there: kept by the focused process for a move or left "       \
      "behind "                                                                                    \
      "by one, or of a shared object that nobody has attached.")                                   \
    /* segments of contiguous frames (segments/segment_classes.h) */                               \
    C(Gap, '-', "gap", "Free, between segments: one was freed or moved away.")                     \
    C(AlignmentGap, '=', "alignment gap",                                                          \
      "Free, below a segment that begins at a multiple of its alignment.")                         \
    C(HoleGap, '_', "gap below a hole", "Free: what lies above the hole did not fit.")             \
    C(LockedGap, '~', "gap below a locked segment",                                                \
      "Free: the segment above is locked in place for a device.")                                  \
    C(OldestSegment, '1', "oldest quarter", "A segment, of the oldest quarter of all.")            \
    C(OlderSegment, '2', "second quarter", "A segment, of the second quarter by age.")             \
    C(YoungerSegment, '3', "third quarter", "A segment, of the third quarter by age.")             \
    C(YoungestSegment, '4', "youngest quarter", "A segment, of the youngest quarter of all.")      \
    C(SegmentOfFirst, 'p', "process 1", "A segment of the first process.")                         \
    C(SegmentOfSecond, 'q', "process 2", "A segment of the second process.")                       \
    C(SegmentOfThird, 'r', "process 3", "A segment of the third process.")                         \
    C(SegmentOfFourth, 's', "process 4", "A segment of the fourth process.")                       \
    C(SegmentOfFifth, 't', "process 5", "A segment of the fifth process.")                         \
    C(SegmentOfOthers, 'x', "other processes", "A segment of the sixth process or a later one.")   \
    C(MovableSegment, 'u', "not locked", "A segment that may be moved.")                           \
    C(LockedSegment, 'L', "locked", "A segment that is locked for a device: it stays.")            \
    C(SegmentInTransit, 'm', "in transit", "A segment inside a message: nobody maps it.")          \
    C(MovingSegment, 'V', "moves from here", "A segment that is being moved: its old place.")      \
    C(SegmentTarget, 'W', "moves to here", "Where a segment is being moved to.")

/// One per frame, the most telling one: Pinned before InEntryE and Destination before blocks, these
/// before the state that the focused process's page tables give a page, that before the frame
/// table.
enum class FrameClass : std::uint8_t {
#define FRAGSCOPE_FRAME_CLASS_ENUMERATOR(Name, ...) Name,
    FRAGSCOPE_FRAME_CLASSES(FRAGSCOPE_FRAME_CLASS_ENUMERATOR)
#undef FRAGSCOPE_FRAME_CLASS_ENUMERATOR
        Count
};

inline constexpr std::size_t frameClassCount = static_cast<std::size_t>(FrameClass::Count);

struct FrameClassInfo {
    FrameClass frameClass;
    char letter;
    std::string_view name;
    std::string_view sentence;
};

const FrameClassInfo& infoOf(FrameClass frameClass);
std::span<const FrameClassInfo> allFrameClasses();

/// Whether nobody uses such a frame: free ones and gaps between segments.
constexpr bool isGround(FrameClass frameClass) {
    return frameClass == FrameClass::Free ||
           (frameClass >= FrameClass::Gap && frameClass <= FrameClass::LockedGap);
}

/// A FrameClass per frame, as bytes; immutable and shared between snapshots.
using FrameClasses = std::shared_ptr<const std::vector<std::uint8_t>>;

/// How many entries lead to each frame, 255 at most; null if to no frame more than one.
using FrameOwnerCounts = std::shared_ptr<const std::vector<std::uint8_t>>;

/// Reads the classes of all frames out of the replica's bytes: frame table, list of owners,
/// processes, maps, page tables. Keeps what it read by the identity of the pages that hold it, so
/// that an update costs what changed. Used by one thread; the results may be read by any.
class FrameClassifier {
public:
    /// `focus` is a process number; 0 = none (all data is OtherProcess).
    /// The same object as before if nothing changed.
    FrameClasses update(const ViewState& state, std::uint32_t focus);

    /// The numbers of owners as last read.
    [[nodiscard]] const FrameOwnerCounts& ownerCounts() const { return ownerCounts_; }

    /// The pages of the focus as last read; never null.
    [[nodiscard]] const PageStates& pages() const { return pages_; }

    /// The pages of all processes that have tables, ascending number.
    [[nodiscard]] const std::vector<ProcessPages>& allPages() const { return allPages_; }

private:
    bool refreshBase(const PageMap& memory, const std::optional<KernelRoot>& root);
    PageStates refreshPages(const PageMap& memory,
                            const KernelRoot& root,
                            const std::vector<ProcessInfo>& processes);
    void refreshListedOwners(const PageMap& memory, const std::optional<KernelRoot>& root);
    void classifyPage(std::uint64_t firstFrame, const PageRef& page);
    [[nodiscard]] FrameClass classOf(FrameNumber frame, const FrameInfo& info) const;
    void overlayPages(std::vector<std::uint8_t>& classes) const;
    void overlay(std::vector<std::uint8_t>& classes) const;

    std::vector<PageRef> tablePages_;      ///< of the frame table, as last read
    FrameNumber table_;                    ///< first of them
    std::vector<std::uint8_t> base_;       ///< by the frame table alone
    std::vector<ListedOwner> listed_;      ///< owners that the list in the kernel heap names
    std::vector<std::int32_t> owner_;      ///< by frame, of those; -1 = none
    std::vector<std::uint8_t> references_; ///< of the frame table, 255 at most
    FrameOwnerCounts ownerCounts_;
    std::vector<Extent> extents_;                          ///< of the focused process
    std::map<std::uint32_t, PageStateReader> pageReaders_; ///< by process
    std::vector<ProcessPages> allPages_;
    PageStates none_ = PageStateReader().update(PageMap(), 0);
    PageStates pages_ = none_;
    MoveView move_;
    std::uint32_t focus_ = 0;
    bool stale_ = true; ///< base_ must be read anew
    FrameClasses result_;
};

} // namespace fragscope
