#pragma once

#include "fragscope/kernel/frames/frame_table.h"

namespace fragscope {

/// What demand paging asks of the frame table: one frame at a time, and owners of shared ones.
/// Looks for a free frame from the last one on, so that taking many costs one pass.
class FrameSupply {
public:
    explicit FrameSupply(FrameTable& frames) : frames_(frames), next_(frames.zoneEnd()) {}

    /// The lowest free frame for data; nothing if none is left.
    std::optional<FrameNumber> take(std::uint32_t owner) {
        if (seen_ != frames_.releases()) { // somebody gave frames back, perhaps lower ones
            seen_ = frames_.releases();
            next_ = frames_.zoneEnd();
        }
        const auto found = frames_.findRun(PageCount(1), next_);
        if (found) {
            next_ = *found;
            frames_.take(*found, PageCount(1), FrameUse::Data, owner, Rule::FirstFit);
        }
        return found;
    }

    [[nodiscard]] std::uint64_t owners(FrameNumber frame) const {
        return frames_.info(frame).references;
    }

    [[nodiscard]] std::uint32_t owner(FrameNumber frame) const { return frames_.info(frame).owner; }

    void addOwner(FrameNumber frame) { frames_.addReference(frame, 1); }

    /// One owner less; the last one frees the frame, and then the answer is true.
    bool dropOwner(FrameNumber frame, Rule why) {
        if (owners(frame) > 1) {
            frames_.addReference(frame, -1);
            return false;
        }
        frames_.give(frame, PageCount(1), why);
        return true;
    }

    void setOwner(FrameNumber frame, std::uint32_t owner) { frames_.setOwner(frame, owner); }

private:
    FrameTable& frames_;
    FrameNumber next_;
    std::uint64_t seen_ = 0; ///< releases of the table
};

} // namespace fragscope
