#include "fragscope/base/check.h"
#include "fragscope/base/text.h"
#include "fragscope/view/replica.h"

#include <algorithm>
#include <cstring>
#include <vector>

/// The part of Replica that follows physical memory.
namespace fragscope {

namespace {

constexpr std::uint64_t offsetInWord(PhysAddr address) {
    return address.value % wordBytes;
}

/// `word` with `bytes` bytes at `offset` replaced by the low bytes of `value`.
std::uint64_t
merged(std::uint64_t word, std::uint64_t offset, std::uint64_t value, unsigned bytes) {
    std::memcpy(reinterpret_cast<char*>(&word) + offset, &value, bytes);
    return word;
}

bool isWholeFrames(PhysAddr address, ByteCount length) {
    return offsetInPage(address) == 0 && length.value % pageBytes == 0;
}

/// The longest piece from `address` that stays inside its frame.
ByteCount pieceAt(PhysAddr address, ByteCount left) {
    return std::min(left, ByteCount(pageBytes - offsetInPage(address)));
}

} // namespace

void Replica::store(PhysAddr address, std::uint64_t value, unsigned bytes) {
    FRAGSCOPE_CHECK(bytes - 1U < wordBytes && offsetInPage(address) + bytes <= pageBytes,
                    "store of " + std::to_string(bytes) + " bytes at " + text(address));
    const auto offset = offsetInWord(address);
    if (offset == 0 && bytes == wordBytes) {
        return set(Cell::word(address), value);
    }
    const PhysAddr word = address - ByteCount(offset);
    const auto here = static_cast<unsigned>(std::min<std::uint64_t>(bytes, wordBytes - offset));
    set(Cell::word(word), merged(state_.memory.load(word), offset, value, here));
    if (here < bytes) {
        const PhysAddr next = word + ByteCount(wordBytes);
        set(Cell::word(next),
            merged(state_.memory.load(next), 0, value >> (8 * here), bytes - here));
    }
}

void Replica::replacePage(FrameNumber frame, const PageRef& page) {
    ring_.notePage(frame, state_.memory.page(frame));
    state_.memory.setPage(frame, page);
}

std::byte* Replica::writablePage(FrameNumber frame) {
    ring_.notePage(frame, state_.memory.page(frame));
    return state_.memory.writable(frame);
}

void Replica::fill(PhysAddr address, ByteCount length, std::byte value) {
    for (ByteCount done; done < length;) {
        const PhysAddr at = address + done;
        const ByteCount piece = pieceAt(at, length - done);
        if (piece.value == pageBytes && value == std::byte{0}) {
            replacePage(frameOf(at), PageRef());
        } else {
            std::memset(writablePage(frameOf(at)) + offsetInPage(at), std::to_integer<int>(value),
                        piece.value);
        }
        done += piece;
    }
}

void Replica::copy(PhysAddr destination, PhysAddr source, ByteCount length) {
    if (isWholeFrames(destination, length) && isWholeFrames(source, length)) {
        copyFrames(frameOf(destination), frameOf(source), PageCount(length.value / pageBytes));
    } else {
        copyBytes(destination, source, length);
    }
}

/// Shares the pages; ascending or descending, so that no frame is overwritten before it was read.
void Replica::copyFrames(FrameNumber destination, FrameNumber source, PageCount count) {
    const bool ascending = destination <= source;
    for (std::uint64_t i = 0; i < count.value; ++i) {
        const PageCount at(ascending ? i : count.value - 1 - i);
        replacePage(destination + at, PageRef(state_.memory.page(source + at)));
    }
}

/// Like memmove: the source's pages are held first, and a page that is held is never written.
void Replica::copyBytes(PhysAddr destination, PhysAddr source, ByteCount length) {
    const FrameNumber first = frameOf(source);
    std::vector<PageRef> pages;
    for (FrameNumber frame = first; startOf(frame) < source + length; ++frame) {
        pages.push_back(state_.memory.page(frame));
    }
    for (ByteCount done; done < length;) {
        const PhysAddr to = destination + done;
        const PhysAddr from = source + done;
        const ByteCount piece = pieceAt(from, pieceAt(to, length - done));
        const std::byte* bytes = pages[(frameOf(from) - first).value].bytes();
        std::byte* target = writablePage(frameOf(to)) + offsetInPage(to);
        if (bytes == nullptr) {
            std::memset(target, 0, piece.value);
        } else {
            std::memcpy(target, bytes + offsetInPage(from), piece.value);
        }
        done += piece;
    }
}

} // namespace fragscope
