#pragma once

#include "fragscope/base/units.h"

#include <algorithm>
#include <string>
#include <vector>

namespace fragscope {

/// A process that has attached a shared object, and where.
struct SharedAttachment {
    std::uint32_t process = 0;
    PageNumber first;
};

/// Named shared memory: its frames, and who has attached it (shared_objects.h).
struct SharedObject {
    std::string name;
    std::uint32_t number = 0; ///< from 1
    bool named = true;        ///< false once it is destroyed
    std::vector<FrameNumber> frames;
    std::vector<SharedAttachment> attachments;

    [[nodiscard]] bool has(FrameNumber frame) const {
        return std::find(frames.begin(), frames.end(), frame) != frames.end();
    }
};

} // namespace fragscope
