#include "fragscope/kernel/layout.h"

#include <algorithm>

namespace fragscope {

namespace {

/// Process numbers have 16 bits in the frame table: more slots are the work of a stray write.
constexpr std::uint64_t mostProcesses = 0xffff;

/// Likewise for the frames of a memory map.
constexpr std::uint64_t mostMapFrames = 4096;

std::uint64_t word(const MemoryReader& memory, PhysAddr place, std::uint64_t offset) {
    return memory.read(place + ByteCount(offset));
}

std::uint64_t bits(std::uint64_t value, unsigned low, unsigned count) {
    return (value >> low) & ((1ULL << count) - 1);
}

} // namespace

std::optional<KernelRoot> decodeRoot(const MemoryReader& memory) {
    const auto at = [&](std::uint64_t offset) { return word(memory, KernelRoot::place, offset); };
    const std::uint64_t options = at(104);
    const KernelRoot root{.magic = at(0),
                          .frameCount = at(8),
                          .frameTable = PhysAddr(at(16)),
                          .processTable = PhysAddr(at(24)),
                          .processSlots = at(32),
                          .ownerPool = PhysAddr(at(48)),
                          .ownerNodes = at(56),
                          .kernelHeap = PhysAddr(at(64)),
                          .heapBytes = at(72),
                          .reservedFrames = at(80),
                          .zoneEnd = at(88),
                          .kernelTables = PhysAddr(at(96)),
                          .booksInList = (options & KernelRoot::listBit) != 0,
                          .kernelPagesCounted = (options & KernelRoot::counterBit) != 0,
                          .slotMap = PhysAddr(at(112)),
                          .slotCount = at(120),
                          .sideTables = (options & KernelRoot::sideBit) != 0,
                          .absentSpill = (options & KernelRoot::absentBit) != 0,
                          .spilledBits = bits(options, KernelRoot::spillShift, 4),
                          .segmentBooks = PhysAddr(at(128)),
                          .segmentWords = at(136)};
    if (root.magic != KernelRoot::magicValue) {
        return std::nullopt;
    }
    return root;
}

MapRepresentation decodeRepresentation(const MemoryReader& memory) {
    const std::uint64_t value = word(memory, KernelRoot::place, 40);
    return value <= static_cast<std::uint64_t>(MapRepresentation::StartLength)
               ? static_cast<MapRepresentation>(value)
               : MapRepresentation::StartOnly;
}

std::uint64_t encodeFrame(const FrameInfo& frame) {
    return static_cast<std::uint64_t>(frame.use) | std::uint64_t{frame.age} << 8 |
           std::uint64_t{frame.owner} << 16 | std::uint64_t{frame.references} << 32 |
           std::uint64_t{frame.pins} << 48;
}

FrameInfo decodeFrame(std::uint64_t word) {
    const std::uint64_t use =
        std::min(bits(word, 0, 8), static_cast<std::uint64_t>(FrameUse::Hole));
    return {.use = static_cast<FrameUse>(use),
            .owner = static_cast<std::uint16_t>(bits(word, 16, 16)),
            .references = static_cast<std::uint16_t>(bits(word, 32, 16)),
            .pins = static_cast<std::uint16_t>(bits(word, 48, 16)),
            .age = static_cast<std::uint8_t>(bits(word, 8, 8))};
}

PhysAddr frameEntryPlace(const KernelRoot& root, FrameNumber frame) {
    return root.frameTable + ByteCount(frame.value * frameEntryBytes);
}

std::uint64_t encodeProcessState(ProcessState state, bool customHandler) {
    return static_cast<std::uint64_t>(state) | (customHandler ? 1ULL << 8 : 0);
}

std::vector<ProcessInfo> decodeProcesses(const MemoryReader& memory, const KernelRoot& root) {
    std::vector<ProcessInfo> processes;
    const std::uint64_t slots = std::min(root.processSlots, mostProcesses);
    for (std::uint64_t slot = 0; slot < slots; ++slot) {
        const PhysAddr place = root.processTable + ByteCount(slot * processEntryBytes);
        const std::uint64_t state = word(memory, place, process_field::state);
        const std::uint64_t kind =
            std::min(bits(state, 0, 8), static_cast<std::uint64_t>(ProcessState::Killed));
        if (kind == static_cast<std::uint64_t>(ProcessState::Unused)) {
            continue;
        }
        processes.push_back({.number = static_cast<std::uint32_t>(slot + 1),
                             .state = static_cast<ProcessState>(kind),
                             .customHandler = bits(state, 8, 1) != 0,
                             .cr3 = word(memory, place, process_field::cr3),
                             .map = PhysAddr(word(memory, place, process_field::map)),
                             .entryCount = word(memory, place, process_field::entryCount),
                             .mapFrames = word(memory, place, process_field::mapFrames)});
    }
    return processes;
}

std::uint64_t encodeRights(const MapEntry& entry) {
    return static_cast<std::uint64_t>(entry.kind) | (entry.writable ? 1ULL << 8 : 0) |
           std::uint64_t{entry.label} << 16 | std::uint64_t{entry.segment} << 32;
}

MapEntry decodeMapEntry(const MemoryReader& memory, PhysAddr place) {
    const std::uint64_t rights = word(memory, place, map_field::rights);
    const std::uint64_t kind =
        std::min(bits(rights, 0, 8), static_cast<std::uint64_t>(EntryKind::Free));
    return {.start = word(memory, place, map_field::start),
            .place = word(memory, place, map_field::place),
            .length = word(memory, place, map_field::length),
            .kind = static_cast<EntryKind>(kind),
            .writable = bits(rights, 8, 1) != 0,
            .label = static_cast<std::uint8_t>(bits(rights, 16, 8)),
            .segment = static_cast<std::uint32_t>(rights >> 32)};
}

std::vector<MapEntry> decodeMap(const MemoryReader& memory, const ProcessInfo& process) {
    std::vector<MapEntry> entries;
    const std::uint64_t frames = std::clamp<std::uint64_t>(process.mapFrames, 1, mostMapFrames);
    const std::uint64_t count = std::min(process.entryCount, frames * (pageBytes / mapEntryBytes));
    for (std::uint64_t i = 0; i < count; ++i) {
        entries.push_back(decodeMapEntry(memory, process.map + ByteCount(i * mapEntryBytes)));
    }
    return entries;
}

std::vector<Extent> extentsOf(const std::vector<MapEntry>& entries,
                              MapRepresentation representation) {
    std::vector<Extent> extents;
    for (std::size_t i = 0; i + 1 < entries.size(); ++i) {
        const MapEntry& entry = entries[i];
        const std::uint64_t next = entries[i + 1].start;
        std::uint64_t length = next > entry.start ? next - entry.start : 0;
        if (representation == MapRepresentation::StartLength) {
            length = std::min(length, entry.length);
        }
        if (length == 0) {
            continue;
        }
        const std::uint64_t paddr = representation == MapRepresentation::StartBase
                                        ? entry.place
                                        : entry.place + entry.start;
        extents.push_back({.start = entry.start,
                           .length = length,
                           .paddr = paddr,
                           .kind = entry.kind,
                           .writable = entry.writable,
                           .label = entry.label,
                           .index = i});
    }
    return extents;
}

} // namespace fragscope
