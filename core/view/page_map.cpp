#include "fragscope/view/page_map.h"

#include "fragscope/base/check.h"
#include "fragscope/base/text.h"

#include <bit>
#include <cstring>
#include <utility>

namespace fragscope {

static_assert(std::endian::native == std::endian::little, "words are kept in memory order");

namespace {

const PageRef noPage;

constexpr std::uint64_t onesOf(unsigned bytes) {
    return bytes >= wordBytes ? ~0ULL : (1ULL << (8 * bytes)) - 1;
}

} // namespace

PageMap::PageMap(PageCount frames)
    : frames_(frames), chunks_((frames.value + chunkFrames - 1) / chunkFrames) {}

void PageMap::checkFrame(FrameNumber frame) const {
    FRAGSCOPE_CHECK(frame.value < frames_.value, "no such frame: " + text(frame));
}

const PageRef& PageMap::page(FrameNumber frame) const {
    const std::uint64_t index = frame.value / chunkFrames;
    if (frame.value >= frames_.value || chunks_[index].empty()) {
        return noPage;
    }
    return (*chunks_[index])[frame.value % chunkFrames];
}

void PageMap::setPage(FrameNumber frame, PageRef page) {
    checkFrame(frame);
    CowRef<Chunk>& chunk = chunks_[frame.value / chunkFrames];
    chunk.writable()[frame.value % chunkFrames] = std::move(page);
}

std::byte* PageMap::writable(FrameNumber frame) {
    checkFrame(frame);
    CowRef<Chunk>& chunk = chunks_[frame.value / chunkFrames];
    return chunk.writable()[frame.value % chunkFrames].writable();
}

std::uint64_t PageMap::load(PhysAddr address, unsigned bytes) const {
    const FrameNumber frame = frameOf(address);
    const std::uint64_t offset = offsetInPage(address);
    FRAGSCOPE_CHECK(bytes - 1 < wordBytes && offset + bytes <= pageBytes, text(address));
    if (frame.value >= frames_.value) {
        return onesOf(bytes);
    }
    std::uint64_t value = 0;
    if (const std::byte* source = page(frame).bytes()) {
        std::memcpy(&value, source + offset, bytes);
    }
    return value;
}

void PageMap::store(PhysAddr address, std::uint64_t value, unsigned bytes) {
    const std::uint64_t offset = offsetInPage(address);
    FRAGSCOPE_CHECK(bytes - 1 < wordBytes && offset + bytes <= pageBytes, text(address));
    std::memcpy(writable(frameOf(address)) + offset, &value, bytes);
}

} // namespace fragscope
