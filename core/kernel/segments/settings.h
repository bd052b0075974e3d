#pragma once

#include "fragscope/base/units.h"

#include <vector>

/// Choices of the segment heap (seed 001; DEFRAG 3). The first value of each is what the thread's
/// author does or proposes.
namespace fragscope {

/// No segments, the old design, and the proposed one.
enum class SegmentPlacement : std::uint8_t {
    None,
    QuickFit,
    Top,
    Buddy, ///< for comparison: blocks of powers of two, as in Linux's page allocator
    Paged, ///< for comparison: plain paging, frames wherever they are free
    Split, ///< what the thread warns of: a request may be served from two separate pieces
};

/// What an address of a process means.
enum class SegmentAddresses : std::uint8_t {
    Virtual, ///< page tables map each segment where the process has a free area
    Physical ///< no paging to speak of: every process sees the segment heap at its own addresses
};

/// What a request is rounded up to.
enum class SegmentRounding : std::uint8_t { None, Multiple, PowerOfTwo, Sizes };

/// What quick-fit does when neither the list of the size nor the large list has a run.
enum class SegmentFallback : std::uint8_t { LargerList, None };

/// When free neighbours become one run.
enum class SegmentJoin : std::uint8_t { Never, OnFailure, AtFree };

/// Which rest of a run is cut off when a smaller request gets it.
enum class SegmentSplit : std::uint8_t { Always, MinimumRest, Never };

/// Whether the top of the heap goes down when its topmost segment is freed.
enum class SegmentRetract : std::uint8_t { Yes, No };

/// Physical memory with holes: one heap for each span of memory, one across the holes, or one whose
/// compaction fills the rest below a hole with younger segments (gives up the order by age).
enum class SegmentSpans : std::uint8_t { Separate, Across, AcrossFill };

/// Which span gets a request, with separate heaps.
enum class SpanChoice : std::uint8_t { First, MostRoom, BestFit };

struct SegmentSettings {
    static constexpr std::uint32_t quickLists = 64; ///< of 1 to 64 frames: 4 KiB to 256 KiB

    SegmentPlacement placement = SegmentPlacement::None;
    SegmentRounding rounding = SegmentRounding::None;
    PageCount roundTo{1};         ///< Multiple: of this
    std::vector<PageCount> sizes; ///< Sizes: ascending; a larger request stays as it is
    SegmentFallback fallback = SegmentFallback::LargerList;
    SegmentJoin join = SegmentJoin::OnFailure;
    SegmentSplit split = SegmentSplit::Always;
    PageCount minimumRest{1}; ///< MinimumRest: a smaller rest stays with the segment
    SegmentRetract retract = SegmentRetract::Yes;
    PageCount alignAbove{1024}; ///< requests of more frames than this are aligned
    PageCount alignment{1024};  ///< to this; a power of two
    SegmentSpans spans = SegmentSpans::Across;
    SpanChoice spanChoice = SpanChoice::First;
    std::uint32_t surveyEvery = 64; ///< requests and frees between two surveys; 0 = none
    std::uint32_t maxOrder = 18;    ///< Buddy: the largest block has 2^maxOrder frames
    ByteCount lockZone{}; ///< the uppermost so many bytes are for lockable segments only; 0 = none

    /// Free runs are in lists.
    [[nodiscard]] bool hasLists() const {
        return placement == SegmentPlacement::QuickFit || placement == SegmentPlacement::Buddy;
    }
};

/// How the body of a message gets to the receiver: its frames change hands, or a copy of them.
enum class MessageWay : std::uint8_t { Remap, Copy };

/// Whether translations of a segment are dropped when it is sent; Never is a deliberate mistake.
enum class SendShootdown : std::uint8_t { Always, Never };

struct MessageSettings {
    static constexpr std::uint32_t headerBytes = 128; ///< most that a header has

    MessageWay way = MessageWay::Remap;
    std::uint32_t places = 32; ///< messages that may wait to be received, of all processes
    SendShootdown shootdown = SendShootdown::Always;
};

/// Whether the buffer of a device stays in place while it is written; None is a deliberate mistake.
enum class BufferLock : std::uint8_t { Held, None };

struct DeviceSettings {
    BufferLock lock = BufferLock::Held;
    std::uint32_t cpu = 0; ///< whose time the device uses
};

/// When free neighbours in an address space become one area, and the array of areas shrinks.
enum class AreaJoin : std::uint8_t { AtFree, OnFailure, Never };

/// The segment heap as part of a machine. With a placement the kernel's frame table has the memory
/// below `kernelMemory` only, and the segment heap all above; with plain paging the frame table has
/// all.
struct SegmentMemorySettings {
    ByteCount kernelMemory{};         ///< 0 = a sixteenth of memory, at least 2 MiB
    std::uint32_t descriptors = 4096; ///< of runs of frames, free and used
    std::uint32_t areas = 512;        ///< entries of each process's array of areas
    AreaJoin areaJoin = AreaJoin::AtFree;
    bool clear = true;      ///< a new segment is all zero
    bool largePages = true; ///< 2 MiB mappings where frames and addresses allow
    SegmentAddresses addresses = SegmentAddresses::Virtual;
    SegmentSettings heap;
    MessageSettings messages;
    DeviceSettings device;

    [[nodiscard]] bool enabled() const { return heap.placement != SegmentPlacement::None; }
};

/// The request as the heap will serve it.
PageCount roundedRequest(PageCount asked, const SegmentSettings& settings);

/// The alignment that a request of so many frames gets, in frames.
PageCount alignmentOf(PageCount frames, const SegmentSettings& settings);

} // namespace fragscope
