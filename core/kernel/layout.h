#pragma once

#include "fragscope/base/memory_reader.h"

#include <optional>
#include <string_view>
#include <vector>

/// Where the kernel keeps its books in emulated memory, and how to read them. Everything here is a
/// pure function of the bytes; the classes that write them are frames/frame_table.h, kernel.h and
/// memory_map.h.
///
///   frame 0        not used (a null pointer faults)
///   frame 1        root block, below
///   then           process table, frame table, owners' nodes, kernel heap, the kernel's page
///   tables
///                  (frames/kernel_plan.h)
///   then           memory maps (a frame each) and page tables from the frame allocator
namespace fragscope {

/// How an entry says where it leads (DEFRAG 1.1): only StartOnly makes each step of the seed one
/// store.
enum class MapRepresentation : std::uint8_t {
    StartOnly, ///< (start, offset): covers up to the next start, physical = virtual + offset
    StartBase, ///< (start, base): covers up to the next start, physical = base + (virtual - start)
    StartLength, ///< (start, offset, length): covers its own length
};

/// Root block at a fixed place; variables of the kernel follow it (frames/frame_layout.h).
struct KernelRoot {
    static constexpr PhysAddr place{pageBytes};
    static constexpr std::uint64_t magicValue = 0x4e4b45504f435346; ///< "FSCOPEKN" as bytes
    static constexpr std::uint64_t listBit = 1;    ///< of the last word: booksInList
    static constexpr std::uint64_t counterBit = 2; ///< kernelPagesCounted
    static constexpr std::uint64_t sideBit = 4;    ///< sideTables
    static constexpr std::uint64_t absentBit = 8;  ///< absentSpill
    static constexpr unsigned spillShift = 4;      ///< of spilledBits, four bits

    std::uint64_t magic = 0;
    std::uint64_t frameCount = 0;
    PhysAddr frameTable;
    PhysAddr processTable;
    std::uint64_t processSlots = 0;
    PhysAddr ownerPool{}; ///< nodes of further owners of frames
    std::uint64_t ownerNodes = 0;
    PhysAddr kernelHeap{};
    std::uint64_t heapBytes = 0;
    std::uint64_t reservedFrames = 0; ///< frames below are the kernel's books, in no list
    std::uint64_t zoneEnd = 0;        ///< frames below are for the kernel as long as they last
    PhysAddr kernelTables{};          ///< topmost page table of the kernel itself
    bool booksInList = false;         ///< owners are noted in a list in the kernel heap
    bool kernelPagesCounted = false;  ///< the kernel's pages are in no list, only counted
    PhysAddr slotMap{};               ///< references of the slots of the swap device
    std::uint64_t slotCount = 0;
    bool sideTables = false;        ///< each page table has a side table (paging/entry_layout.h)
    bool absentSpill = false;       ///< absent entries hold no state
    std::uint64_t spilledBits = 0;  ///< of 10, that the kernel may not use in a present entry
    PhysAddr segmentBooks{};        ///< of the segment heap (segments/segment_layout.h)
    std::uint64_t segmentWords = 0; ///< 0 = there is none
};

/// Calls store(place, word) for each word of the root block.
template <class Store>
void encodeRoot(const KernelRoot& root, MapRepresentation representation, Store store) {
    const std::uint64_t words[] = {root.magic,
                                   root.frameCount,
                                   root.frameTable.value,
                                   root.processTable.value,
                                   root.processSlots,
                                   static_cast<std::uint64_t>(representation),
                                   root.ownerPool.value,
                                   root.ownerNodes,
                                   root.kernelHeap.value,
                                   root.heapBytes,
                                   root.reservedFrames,
                                   root.zoneEnd,
                                   root.kernelTables.value,
                                   (root.booksInList ? KernelRoot::listBit : 0) |
                                       (root.kernelPagesCounted ? KernelRoot::counterBit : 0) |
                                       (root.sideTables ? KernelRoot::sideBit : 0) |
                                       (root.absentSpill ? KernelRoot::absentBit : 0) |
                                       root.spilledBits << KernelRoot::spillShift,
                                   root.slotMap.value,
                                   root.slotCount,
                                   root.segmentBooks.value,
                                   root.segmentWords};
    PhysAddr place = KernelRoot::place;
    for (const std::uint64_t word : words) {
        store(place, word);
        place += ByteCount(wordBytes);
    }
}

/// Nothing if the magic is missing (memory not set up yet, or overwritten).
std::optional<KernelRoot> decodeRoot(const MemoryReader& memory);

// ---- frame table: an element of 32 bytes per frame
// ------------------------------------------------------------------
//   word 0: use 7:0 | age 15:8 | owner process 31:16 | reference count 47:32 | pins 63:48
//   words 1 to 3: links and owners, see frames/frame_layout.h
inline constexpr std::uint64_t frameEntryBytes = 32;

/// What a frame is used for.
enum class FrameUse : std::uint8_t { Free, Kernel, PageTable, Data, Hole };

struct FrameInfo {
    FrameUse use = FrameUse::Free;
    std::uint16_t owner = 0;      ///< process number; 0 = nobody or the kernel
    std::uint16_t references = 0; ///< map entries of processes that lead here
    std::uint16_t pins = 0;       ///< locks for DMA; a pinned frame must not move
    std::uint8_t age = 0;         ///< for replacement: what its policy keeps
};

std::uint64_t encodeFrame(const FrameInfo& frame);
FrameInfo decodeFrame(std::uint64_t word);
PhysAddr frameEntryPlace(const KernelRoot& root, FrameNumber frame);

// ---- process table: 64 bytes per slot; slot n is process n + 1
// ----------------------------------------
enum class ProcessState : std::uint8_t { Unused, Running, Exited, Killed };

inline constexpr std::uint64_t processEntryBytes = 64;

struct ProcessInfo {
    std::uint32_t number = 0;
    ProcessState state = ProcessState::Unused;
    bool customHandler = false; ///< the mover's violation handler is installed
    std::uint64_t cr3 = 0;
    PhysAddr map; ///< first frame of the memory map
    std::uint64_t entryCount = 0;
    std::uint64_t mapFrames = 1; ///< that the memory map may use
};

/// Word offsets inside a process-table entry.
namespace process_field {
inline constexpr std::uint64_t state = 0; ///< ProcessState 7:0 | custom handler installed 8
inline constexpr std::uint64_t cr3 = 8;
inline constexpr std::uint64_t map = 16; ///< physical address of the memory map
inline constexpr std::uint64_t entryCount = 24;
inline constexpr std::uint64_t mapFrames = 32;
} // namespace process_field

std::uint64_t encodeProcessState(ProcessState state, bool customHandler);

/// All slots in use, ascending number.
std::vector<ProcessInfo> decodeProcesses(const MemoryReader& memory, const KernelRoot& root);

// ---- memory map: 32 bytes per entry, ordered
// ----------------------------------------------------------
inline constexpr std::uint64_t mapEntryBytes = 32;

/// Word offsets inside an entry; a "map store" is one aligned store to one of these words.
namespace map_field {
inline constexpr std::uint64_t start = 0;
inline constexpr std::uint64_t place =
    8; ///< offset (physical - virtual) or base, by representation
inline constexpr std::uint64_t length = 16;
inline constexpr std::uint64_t rights = 24;
} // namespace map_field

/// What an entry is for. `Limit` ends the list: its start is the end of the last area. The pages of
/// a `Demand` area have their own places and states, which their page-table entries say; nobody
/// uses the addresses of a `Free` one (paging/page_state.h).
enum class EntryKind : std::uint8_t { Block, NoAccess, Limit, Demand, Free };

/// One entry as its bytes say; `place` is an offset or a base by the map's representation.
struct MapEntry {
    std::uint64_t start = 0;
    std::uint64_t place = 0;
    std::uint64_t length = 0; ///< meaningful with StartLength only
    EntryKind kind = EntryKind::Block;
    bool writable = true;
    std::uint8_t label = 0;    ///< ASCII letter for pictures: 'O', 'A', 'E', 'B'...
    std::uint32_t segment = 0; ///< that the block is, if the segment heap has it
};

std::uint64_t encodeRights(const MapEntry& entry);
MapEntry decodeMapEntry(const MemoryReader& memory, PhysAddr place);
std::vector<MapEntry> decodeMap(const MemoryReader& memory, const ProcessInfo& process);

/// A piece of address space as the ordered entries cover it (empty entries left out).
struct Extent {
    std::uint64_t start = 0; ///< virtual
    std::uint64_t length = 0;
    std::uint64_t paddr = 0; ///< of `start`; meaningful for Block only
    EntryKind kind = EntryKind::Block;
    bool writable = true;
    std::uint8_t label = 0;
    std::size_t index = 0; ///< of its entry in the list

    friend bool operator==(const Extent&, const Extent&) = default;
};

/// What each entry covers, in list order. Entries of equal start: the later one wins (DEFRAG 1.1).
/// The area between a NoAccess gap entry and the next start is an extent of kind NoAccess.
std::vector<Extent> extentsOf(const std::vector<MapEntry>& entries,
                              MapRepresentation representation);

/// The representation is part of the root block, so that bytes alone explain themselves.
MapRepresentation decodeRepresentation(const MemoryReader& memory);

} // namespace fragscope
