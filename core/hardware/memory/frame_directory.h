#pragma once

#include "fragscope/base/page.h"
#include "fragscope/base/units.h"

#include <array>
#include <bitset>
#include <cstddef>
#include <memory>
#include <unordered_map>
#include <vector>

namespace fragscope {

/// The pages of 512 neighbouring frames, and which of them were written since the last look.
struct FrameChunk {
    static constexpr unsigned shift = 9;
    static constexpr std::size_t frames = std::size_t{1} << shift;

    std::array<PageRef, frames> pages;
    std::bitset<frames> dirty;
    std::uint64_t index = 0; ///< number of the chunk; its first frame is index * 512
    bool listed = false;     ///< in the directory's list of chunks with dirty frames
};

/// Finds the page of a frame: a vector of chunks up to 64 GiB, a hash look-up beyond (up to 2^52
/// bytes). The hash table is never iterated, so its order cannot leak into a result. Chunks appear
/// when something in them is first written.
class FrameDirectory {
public:
    explicit FrameDirectory(PageCount frames);

    /// The chunk of a frame, or nullptr if nothing in it was ever written.
    [[nodiscard]] FrameChunk* find(FrameNumber frame) const {
        const std::uint64_t index = frame.value >> FrameChunk::shift;
        return index < dense_.size() ? dense_[index].get() : findSparse(index);
    }

    [[nodiscard]] FrameChunk& findOrMake(FrameNumber frame);

    /// Notes that the frame was written; cheap enough for each store.
    void markDirty(FrameChunk& chunk, FrameNumber frame) {
        chunk.dirty.set(frame.value % FrameChunk::frames);
        if (!chunk.listed) [[unlikely]] {
            chunk.listed = true;
            dirtyChunks_.push_back(&chunk);
        }
    }

    /// Frames marked since the last call, ascending.
    [[nodiscard]] std::vector<FrameNumber> takeDirty();

private:
    [[nodiscard]] FrameChunk* findSparse(std::uint64_t index) const;

    std::vector<std::unique_ptr<FrameChunk>> dense_;
    std::unordered_map<std::uint64_t, std::unique_ptr<FrameChunk>> sparse_;
    std::vector<FrameChunk*> dirtyChunks_;
};

} // namespace fragscope
