#pragma once

#include "fragscope/kernel/frames/frame_layout.h"

namespace fragscope {

/// Where it is noted who maps a frame: one record (process, page) for each entry that leads to it.
class OwnerBooks {
public:
    virtual ~OwnerBooks() = default;

    /// Notes one more owner; `known` is how many the frame has. False if no room is left: nothing
    /// was changed.
    [[nodiscard]] virtual bool add(FrameNumber frame, const FrameOwner& owner, unsigned known) = 0;

    struct Removal {
        bool found = false;
        std::uint64_t visited = 0; ///< records looked at
    };

    /// Takes one record out.
    virtual Removal remove(FrameNumber frame, const FrameOwner& owner) = 0;

    /// Takes all `known` records of a frame out; returns how many records it looked at.
    virtual std::uint64_t removeAll(FrameNumber frame, unsigned known) = 0;

    /// Room for records: in use, and in all.
    struct Fill {
        std::uint64_t used = 0;
        std::uint64_t total = 0;
    };

    [[nodiscard]] virtual Fill fill() = 0;
};

} // namespace fragscope
