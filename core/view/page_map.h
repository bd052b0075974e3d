#pragma once

#include "fragscope/base/cow_ref.h"
#include "fragscope/base/page.h"

#include <array>
#include <vector>

namespace fragscope {

/// Physical memory of the replica: a persistent map from frame to page. Copies share everything and
/// cost one reference per 2 MiB; writing copies only the chunk and the page concerned.
/// Reading past the end is allowed (decoders follow addresses that may be garbage): no page is
/// there, and loads read all ones like a hole. Writing past the end is a broken invariant.
/// Simplified: holes inside read zero, since no store ever reaches them.
class PageMap {
public:
    explicit PageMap(PageCount frames = PageCount(0));

    [[nodiscard]] PageCount frameCount() const { return frames_; }

    [[nodiscard]] const PageRef& page(FrameNumber frame) const;
    void setPage(FrameNumber frame, PageRef page);

    /// The frame's bytes for writing; makes them this map's own.
    [[nodiscard]] std::byte* writable(FrameNumber frame);

    /// Little-endian read and write of 1 to 8 bytes that do not cross a frame.
    [[nodiscard]] std::uint64_t load(PhysAddr address, unsigned bytes = wordBytes) const;
    void store(PhysAddr address, std::uint64_t value, unsigned bytes = wordBytes);

private:
    static constexpr std::uint64_t chunkFrames = 512;
    using Chunk = std::array<PageRef, chunkFrames>;

    void checkFrame(FrameNumber frame) const;

    PageCount frames_;
    std::vector<CowRef<Chunk>> chunks_;
};

} // namespace fragscope
