#pragma once

#include "fragscope/kernel/layout.h"
#include "fragscope/view/state.h"

#include <vector>

namespace fragscope::test {

/// Writes the kernel's books into the memory of a view, without a kernel: frame table from frame 3
/// on, process table in frame 2, maps where the test says.
class KernelBooks {
public:
    explicit KernelBooks(std::uint64_t frames,
                         MapRepresentation representation = MapRepresentation::StartOnly) {
        state.memory = PageMap(PageCount(frames));
        root.frameCount = frames;
        encodeRoot(root, representation,
                   [this](PhysAddr place, std::uint64_t word) { put(place, word); });
    }

    void put(PhysAddr place, std::uint64_t word) { state.memory.store(place, word); }

    void frame(std::uint64_t number, const FrameInfo& info) {
        put(frameEntryPlace(root, FrameNumber(number)), encodeFrame(info));
    }

    void frames(std::uint64_t first, std::uint64_t count, const FrameInfo& info) {
        for (std::uint64_t i = 0; i < count; ++i) {
            frame(first + i, info);
        }
    }

    /// Process `number` with its map in frame `mapFrame`.
    void process(std::uint32_t number,
                 std::uint64_t mapFrame,
                 std::uint64_t cr3,
                 const std::vector<MapEntry>& entries) {
        const PhysAddr slot = root.processTable + ByteCount((number - 1) * processEntryBytes);
        const PhysAddr map = startOf(FrameNumber(mapFrame));
        put(slot + ByteCount(process_field::state),
            encodeProcessState(ProcessState::Running, false));
        put(slot + ByteCount(process_field::cr3), cr3);
        put(slot + ByteCount(process_field::map), map.value);
        put(slot + ByteCount(process_field::entryCount), entries.size());
        for (std::size_t i = 0; i < entries.size(); ++i) {
            const PhysAddr place = map + ByteCount(i * mapEntryBytes);
            put(place + ByteCount(map_field::start), entries[i].start);
            put(place + ByteCount(map_field::place), entries[i].place);
            put(place + ByteCount(map_field::length), entries[i].length);
            put(place + ByteCount(map_field::rights), encodeRights(entries[i]));
        }
    }

    /// An entry that leads from page `page` on to frame `frame`.
    static MapEntry block(std::uint64_t page, std::uint64_t frame, char label) {
        return {.start = page * pageBytes,
                .place = (frame - page) * pageBytes,
                .label = static_cast<std::uint8_t>(label)};
    }

    static MapEntry entryE(std::uint64_t page) {
        return {.start = page * pageBytes, .kind = EntryKind::NoAccess, .label = 'E'};
    }

    static MapEntry limit(std::uint64_t page) {
        return {.start = page * pageBytes, .kind = EntryKind::Limit};
    }

    ViewState state;
    KernelRoot root{.magic = KernelRoot::magicValue,
                    .frameTable = PhysAddr(3 * pageBytes),
                    .processTable = PhysAddr(2 * pageBytes),
                    .processSlots = 64};
};

} // namespace fragscope::test
