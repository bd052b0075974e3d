#include "fragscope/ui/model/frame_books.h"

namespace fragscope {

namespace {

FrameHome homeOf(const KernelRoot& root, FrameNumber frame, FrameUse use) {
    if (frame.value < root.reservedFrames || use == FrameUse::Hole) {
        return FrameHome::Reserved;
    }
    if (use == FrameUse::Free) {
        return frame.value < root.zoneEnd ? FrameHome::FreeKernel : FrameHome::FreeData;
    }
    const bool counted = root.kernelPagesCounted && use != FrameUse::Data;
    return counted ? FrameHome::Counted : FrameHome::Used;
}

std::optional<FrameList> listOf(FrameHome home) {
    switch (home) {
    case FrameHome::FreeKernel:
        return FrameList::FreeKernel;
    case FrameHome::FreeData:
        return FrameList::FreeData;
    case FrameHome::Used:
        return FrameList::Used;
    case FrameHome::Reserved:
    case FrameHome::Counted:
        break;
    }
    return std::nullopt;
}

} // namespace

FrameBook readFrameBook(const MemoryReader& memory, const KernelRoot& root, FrameNumber frame) {
    FrameBook book;
    book.info = decodeFrameInfo(memory, root, frame);
    book.home = homeOf(root, frame, book.info.use);
    book.owners = decodeOwners(memory, root, frame);
    const std::optional<FrameList> list = listOf(book.home);
    if (!list) {
        return book;
    }
    const FrameLinks links = decodeFrameLinks(memory, root, frame);
    const auto exists = [&](FrameNumber other) { return other.value < root.frameCount; };
    if (links.next.value != 0 && exists(links.next)) {
        book.next = links.next;
        book.linked = decodeFrameLinks(memory, root, links.next).previous == frame;
    }
    if (links.previous.value != 0 && exists(links.previous)) {
        book.previous = links.previous;
        book.linked = book.linked && decodeFrameLinks(memory, root, links.previous).next == frame;
    }
    const bool atHead = decodeVariable(memory, headVariable(*list)) == frame.value;
    book.linked = book.linked && exists(links.next) && exists(links.previous) &&
                  atHead == (links.previous.value == 0);
    return book;
}

} // namespace fragscope
