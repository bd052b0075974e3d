#pragma once

#include "fragscope/kernel/frames/frame_table.h"

namespace fragscope {

/// What demand paging asks of the frame table: one frame at a time, and who maps it.
class FrameSupply {
public:
    explicit FrameSupply(FrameTable& frames) : frames_(frames) {}

    /// A frame for data, without an owner yet; nothing if none is left.
    std::optional<FrameNumber> take(std::uint32_t process) {
        return frames_.allocate(FrameUse::Data, process, Rule::FirstFit);
    }

    /// Gives a frame back that was never mapped.
    void putBack(FrameNumber frame, std::uint32_t process) {
        (void)frames_.release(frame, process, Rule::NoRoomForOwner);
    }

    /// Who maps the frame: the reverse map.
    [[nodiscard]] std::vector<FrameOwner> ownersOf(FrameNumber frame) const {
        return frames_.owners(frame);
    }

    [[nodiscard]] std::uint64_t owners(FrameNumber frame) const {
        return frames_.info(frame).references;
    }

    /// False if there is no room to note one more.
    [[nodiscard]] bool addOwner(FrameNumber frame, const FrameOwner& owner) {
        return frames_.addOwner(frame, owner,
                                owners(frame) == 0 ? Rule::BookAllocate : Rule::BookAttach);
    }

    /// One owner less; the last one frees the frame. Returns how many are left.
    unsigned dropOwner(FrameNumber frame, const FrameOwner& owner, Rule why) {
        const auto left = frames_.removeOwner(
            frame, owner, owners(frame) > 1 ? Rule::BookDetach : Rule::BookRelease);
        if (left && *left == 0) {
            (void)frames_.release(frame, owner.process, why);
        }
        return left.value_or(0);
    }

private:
    FrameTable& frames_;
};

} // namespace fragscope
