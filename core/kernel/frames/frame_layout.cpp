#include "fragscope/kernel/frames/frame_layout.h"

#include "fragscope/kernel/frames/kernel_plan.h"

namespace fragscope {

namespace {

std::uint64_t fieldOf(const MemoryReader& memory,
                      const KernelRoot& root,
                      FrameNumber frame,
                      std::uint64_t field) {
    return memory.read(frameEntryPlace(root, frame) + ByteCount(field));
}

/// Owners noted in the list of the kernel heap.
std::vector<FrameOwner>
ownersInList(const MemoryReader& memory, const KernelRoot& root, FrameNumber frame) {
    std::vector<FrameOwner> owners;
    for (const ListedOwner& listed : decodeOwnerList(memory, root)) {
        if (listed.frame == frame) {
            owners.push_back(listed.owner);
        }
    }
    return owners;
}

} // namespace

std::uint64_t headVariable(FrameList list) {
    switch (list) {
    case FrameList::FreeKernel:
        return kernel_variable::freeKernel;
    case FrameList::FreeData:
        return kernel_variable::freeData;
    case FrameList::Used:
        break;
    }
    return kernel_variable::used;
}

std::uint64_t decodeVariable(const MemoryReader& memory, std::uint64_t variable) {
    return memory.read(KernelRoot::place + ByteCount(variable));
}

FrameLinks decodeFrameLinks(const MemoryReader& memory, const KernelRoot& root, FrameNumber frame) {
    return decodeLinks(fieldOf(memory, root, frame, frame_field::links));
}

FrameInfo decodeFrameInfo(const MemoryReader& memory, const KernelRoot& root, FrameNumber frame) {
    FrameInfo info = decodeFrame(memory.read(frameEntryPlace(root, frame)));
    if (root.booksInList && info.references != 0) {
        const auto owners = ownersInList(memory, root, frame);
        info.owner =
            owners.empty() ? std::uint16_t{0} : static_cast<std::uint16_t>(owners.front().process);
    }
    return info;
}

FrameNumber decodeSideTable(const MemoryReader& memory, const KernelRoot& root, FrameNumber table) {
    const PhysAddr element = frameEntryPlace(root, table);
    return FrameNumber(memory.read(element + ByteCount(frame_field::page)));
}

std::vector<FrameOwner>
decodeOwners(const MemoryReader& memory, const KernelRoot& root, FrameNumber frame) {
    if (root.booksInList) {
        return ownersInList(memory, root, frame);
    }
    std::vector<FrameOwner> owners;
    const FrameInfo info = decodeFrame(memory.read(frameEntryPlace(root, frame)));
    if (info.references == 0) {
        return owners;
    }
    owners.push_back({info.owner, PageNumber(fieldOf(memory, root, frame, frame_field::page))});
    std::uint64_t node = fieldOf(memory, root, frame, frame_field::owners);
    while (node != 0 && node <= root.ownerNodes && owners.size() <= root.ownerNodes) {
        const PhysAddr place = root.ownerPool + ByteCount((node - 1) * ownerNodeBytes);
        owners.push_back(decodeNode(memory.read(place)));
        node = memory.read(place + ByteCount(wordBytes));
    }
    return owners;
}

std::vector<ListedOwner> decodeOwnerList(const MemoryReader& memory, const KernelRoot& root) {
    std::vector<ListedOwner> nodes;
    std::uint64_t address =
        root.booksInList ? decodeVariable(memory, kernel_variable::listHead) : 0;
    const std::uint64_t most = root.heapBytes / listBlockBytes;
    while (address != 0 && nodes.size() < most) {
        const std::uint64_t offset = address - kernel_space::heap.value;
        if (offset + listNodeBytes > root.heapBytes || offset % wordBytes != 0) {
            break;
        }
        const PhysAddr node = root.kernelHeap + ByteCount(offset);
        const std::uint64_t who = memory.read(node + ByteCount(8));
        nodes.push_back({FrameNumber(who & 0xffffffff),
                         {static_cast<std::uint32_t>(who >> 32),
                          PageNumber(memory.read(node + ByteCount(16)))}});
        address = memory.read(node);
    }
    return nodes;
}

std::vector<FrameNumber>
decodeFrameList(const MemoryReader& memory, const KernelRoot& root, FrameList list) {
    std::vector<FrameNumber> frames;
    std::vector<bool> seen(root.frameCount);
    FrameNumber frame(decodeVariable(memory, headVariable(list)));
    while (frame.value != 0 && frame.value < root.frameCount && !seen[frame.value]) {
        seen[frame.value] = true;
        frames.push_back(frame);
        frame = decodeFrameLinks(memory, root, frame).next;
    }
    return frames;
}

} // namespace fragscope
