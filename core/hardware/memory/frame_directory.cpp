#include "fragscope/hardware/memory/frame_directory.h"

#include <algorithm>

namespace fragscope {

namespace {

/// Above this many chunks (64 GiB of memory) the vector of chunks would itself be large.
constexpr std::uint64_t denseChunkLimit = 1ULL << 15;

} // namespace

FrameDirectory::FrameDirectory(PageCount frames) {
    const std::uint64_t chunks = (frames.value + FrameChunk::frames - 1) >> FrameChunk::shift;
    if (chunks <= denseChunkLimit) {
        dense_.resize(chunks);
    }
}

FrameChunk* FrameDirectory::findSparse(std::uint64_t index) const {
    const auto found = sparse_.find(index);
    return found == sparse_.end() ? nullptr : found->second.get();
}

FrameChunk& FrameDirectory::findOrMake(FrameNumber frame) {
    const std::uint64_t index = frame.value >> FrameChunk::shift;
    std::unique_ptr<FrameChunk>& chunk = index < dense_.size() ? dense_[index] : sparse_[index];
    if (chunk == nullptr) {
        chunk = std::make_unique<FrameChunk>();
        chunk->index = index;
    }
    return *chunk;
}

std::vector<FrameNumber> FrameDirectory::takeDirty() {
    std::sort(dirtyChunks_.begin(), dirtyChunks_.end(),
              [](const FrameChunk* a, const FrameChunk* b) { return a->index < b->index; });
    std::vector<FrameNumber> frames;
    for (FrameChunk* chunk : dirtyChunks_) {
        for (std::size_t i = chunk->dirty._Find_first(); i < FrameChunk::frames;
             i = chunk->dirty._Find_next(i)) {
            frames.push_back(FrameNumber((chunk->index << FrameChunk::shift) + i));
        }
        chunk->dirty.reset();
        chunk->listed = false;
    }
    dirtyChunks_.clear();
    return frames;
}

} // namespace fragscope
