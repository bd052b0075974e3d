#pragma once

#include "fragscope/kernel/layout.h"

#include <vector>

/// How the books of frames lie in memory, and how to read them: pure functions of the bytes, used
/// by the view and by the integrity check. The classes that write them are frame_table.h,
/// owner_pool.h and owner_list.h.
///
/// Element of a frame, four words (layout.h has word 0: use, age, owner, references, pins):
///   word 1: next element 31:0 | previous element 63:32 of the list that it is in; 0 = none
///   word 2: virtual page at which `owner` maps the frame; of a page table: the frame of its side
///           table (paging/entry_layout.h), 0 = none
///   word 3: first node of further owners, its index + 1; 0 = none
/// Node of the owners' pool, two words: page 47:0 | process 63:48; next node, its index + 1
/// Node of the list in the kernel heap, three words: address of the next node (0 = none);
///   frame 31:0 | process 63:32; page
namespace fragscope {

inline constexpr std::uint64_t ownerNodeBytes = 16;
inline constexpr std::uint64_t listNodeBytes = 24;
inline constexpr std::uint64_t listBlockBytes = 32; ///< with the heap's header

/// Words of an element, as byte offsets.
namespace frame_field {
inline constexpr std::uint64_t state = 0;
inline constexpr std::uint64_t links = 8;
inline constexpr std::uint64_t page = 16;
inline constexpr std::uint64_t owners = 24;
} // namespace frame_field

/// Variables of the kernel in the root block, as byte offsets.
namespace kernel_variable {
inline constexpr std::uint64_t freeKernel = 256;  ///< first free element of the kernel's zone
inline constexpr std::uint64_t freeData = 264;    ///< first free element of the other frames
inline constexpr std::uint64_t used = 272;        ///< first element of the used list
inline constexpr std::uint64_t available = 280;   ///< free frames
inline constexpr std::uint64_t kernelPages = 288; ///< frames that are only counted
inline constexpr std::uint64_t freeNodes = 296;   ///< first free node of the pool, index + 1
inline constexpr std::uint64_t usedNodes = 304;   ///< nodes in use, of the pool or the list
inline constexpr std::uint64_t listHead = 312;    ///< first node of the list in the heap
inline constexpr std::uint64_t heapFree = 320;    ///< first free block of the kernel heap
inline constexpr std::uint64_t slotsFree = 328;   ///< free slots of the swap device
inline constexpr std::uint64_t slotHint = 336;    ///< no slot below is free
} // namespace kernel_variable

/// One table entry (or entry of a memory map) that leads to a frame.
struct FrameOwner {
    std::uint32_t process = 0;
    PageNumber page;

    friend bool operator==(const FrameOwner&, const FrameOwner&) = default;
};

/// Links of an element; frame 0 = none.
struct FrameLinks {
    FrameNumber next{};
    FrameNumber previous{};
};

constexpr std::uint64_t encodeLinks(const FrameLinks& links) {
    return (links.next.value & 0xffffffff) | links.previous.value << 32;
}

constexpr FrameLinks decodeLinks(std::uint64_t word) {
    return {FrameNumber(word & 0xffffffff), FrameNumber(word >> 32)};
}

constexpr std::uint64_t encodeNode(const FrameOwner& owner) {
    return (owner.page.value & 0xffffffffffff) | std::uint64_t{owner.process} << 48;
}

constexpr FrameOwner decodeNode(std::uint64_t word) {
    return {static_cast<std::uint32_t>(word >> 48), PageNumber(word & 0xffffffffffff)};
}

enum class FrameList : std::uint8_t { FreeKernel, FreeData, Used };

/// The variable that holds the head of a list.
std::uint64_t headVariable(FrameList list);

FrameLinks decodeFrameLinks(const MemoryReader& memory, const KernelRoot& root, FrameNumber frame);

/// State of a frame; with the list books its owner is the first that the list names.
FrameInfo decodeFrameInfo(const MemoryReader& memory, const KernelRoot& root, FrameNumber frame);

/// The frame of the side table of a page table; 0 = none.
FrameNumber decodeSideTable(const MemoryReader& memory, const KernelRoot& root, FrameNumber table);

/// Who maps a frame. A broken chain ends where it leads nowhere, and after as many steps as there
/// are nodes.
std::vector<FrameOwner>
decodeOwners(const MemoryReader& memory, const KernelRoot& root, FrameNumber frame);

/// What a node of the list in the kernel heap says.
struct ListedOwner {
    FrameNumber frame{};
    FrameOwner owner{};

    friend bool operator==(const ListedOwner&, const ListedOwner&) = default;
};

/// The whole list in the kernel heap, in its order; nothing where the owners are noted elsewhere.
std::vector<ListedOwner> decodeOwnerList(const MemoryReader& memory, const KernelRoot& root);

/// The frames of a list from its head on; ends at a frame that does not exist or comes again.
std::vector<FrameNumber>
decodeFrameList(const MemoryReader& memory, const KernelRoot& root, FrameList list);

/// A variable of the root block.
std::uint64_t decodeVariable(const MemoryReader& memory, std::uint64_t variable);

} // namespace fragscope
