#pragma once

#include "fragscope/event/rule.h"
#include "fragscope/hardware/memory/physical_memory.h"
#include "fragscope/kernel/layout.h"

#include <optional>
#include <vector>

namespace fragscope {

/// The memory map of a process: an ordered array of entries in frames of emulated memory that lie
/// next to each other (layout.h). The map of seed 000 as DEFRAG 1.1 makes it precise: the last
/// entry with start <= v decides.
///
/// Invariants: (1) starts ascend; (2) the last entry is the Limit; (3) each patch is one aligned
/// 8-byte store. Simplified: adding and deleting an entry is one step (a real list would be
/// exchanged by a pointer).
class MemoryMap {
public:
    /// Entries that a frame holds.
    static constexpr std::size_t perFrame = pageBytes / mapEntryBytes;

    /// `frames` frames from `frame` on hold the entries; `countPlace` the word that holds their
    /// number (process table).
    MemoryMap(EventBus& events,
              PhysicalMemory& memory,
              std::uint32_t process,
              FrameNumber frame,
              PageCount frames,
              PhysAddr countPlace,
              MapRepresentation representation);

    [[nodiscard]] FrameNumber frame() const { return frame_; }

    [[nodiscard]] PageCount frames() const { return frames_; }

    /// Most entries that fit.
    [[nodiscard]] std::size_t capacity() const { return frames_.value * perFrame; }

    [[nodiscard]] MapRepresentation representation() const { return representation_; }

    [[nodiscard]] std::size_t count() const;
    [[nodiscard]] MapEntry entry(std::size_t index) const;
    [[nodiscard]] std::vector<MapEntry> entries() const;

    /// What the entries cover, empty ones left out.
    [[nodiscard]] std::vector<Extent> extents() const;

    /// The last entry with start <= address, by binary search; nothing if all lie above it, or only
    /// the Limit does not. `compared` counts the entries looked at.
    [[nodiscard]] std::optional<std::size_t> find(VirtAddr address, std::uint64_t& compared) const;

    /// What the entry covers; nothing if there is no such entry, it is the Limit, or it is empty.
    [[nodiscard]] std::optional<Extent> extentOf(std::size_t index) const;

    /// The extent that covers `address`, if any.
    [[nodiscard]] std::optional<Extent> lookUp(VirtAddr address) const;

    [[nodiscard]] bool isNoAccess(VirtAddr address) const;

    /// True if some block leads to the frame.
    [[nodiscard]] bool leadsTo(FrameNumber frame) const;

    /// Puts an entry before index `index` (at most count()); those behind it move up. The map must
    /// not be full.
    void insert(std::size_t index, const MapEntry& entry, Rule why);
    void remove(std::size_t index, Rule why);

    /// One aligned store to a word of an entry (map_field); emits MapStore.
    void patch(std::size_t index, std::uint64_t field, std::uint64_t value, Rule why);

    /// `place` word for an entry at `start` that leads to `paddr`, in this map's representation.
    [[nodiscard]] std::uint64_t placeFor(std::uint64_t start, std::uint64_t paddr) const;

    /// Physical address to which the entry leads at its start.
    [[nodiscard]] std::uint64_t paddrOf(const MapEntry& entry) const;

    /// Changes so far; equal numbers mean an unchanged map.
    [[nodiscard]] std::uint64_t edits() const { return edits_; }

    /// [start, end) of the whole area.
    [[nodiscard]] VirtAddr areaStart() const { return VirtAddr(entry(0).start); }

    [[nodiscard]] VirtAddr areaEnd() const { return VirtAddr(entry(count() - 1).start); }

    /// Number of entries of kind Block.
    [[nodiscard]] std::size_t blocks() const;

private:
    [[nodiscard]] PhysAddr placeOf(std::size_t index) const;
    void write(std::size_t index, const MapEntry& entry);
    void setCount(std::size_t count);
    void announce(EventKind kind, std::size_t index, const MapEntry& entry, Rule why);

    EventBus& events_;
    PhysicalMemory& memory_;
    std::uint32_t process_;
    FrameNumber frame_;
    PageCount frames_;
    PhysAddr countPlace_;
    MapRepresentation representation_;
    std::uint64_t edits_ = 0;
};

} // namespace fragscope
