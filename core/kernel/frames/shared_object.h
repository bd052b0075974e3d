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
    std::uint64_t pages = 0; ///< as many as the object had when it was attached
    bool stable = false;     ///< not in the middle of attaching or detaching
};

/// Named shared memory: its frames, and who has attached it (shared_objects.h).
struct SharedObject {
    std::string name;
    std::uint32_t number = 0; ///< from 1
    bool named = true;        ///< false once it is destroyed
    std::vector<FrameNumber> frames;
    std::vector<SharedAttachment> attachments;

    /// The last attachment of a process that is stable, or nullptr.
    [[nodiscard]] SharedAttachment* attachmentOf(std::uint32_t process) {
        const auto found = std::find_if(
            attachments.rbegin(), attachments.rend(), [&](const SharedAttachment& attachment) {
                return attachment.process == process && attachment.stable;
            });
        return found == attachments.rend() ? nullptr : &*found;
    }

    /// The attachment of a process at a page, or nullptr.
    [[nodiscard]] SharedAttachment* attachmentAt(std::uint32_t process, PageNumber first) {
        const auto found = std::find_if(
            attachments.begin(), attachments.end(), [&](const SharedAttachment& attachment) {
                return attachment.process == process && attachment.first == first;
            });
        return found == attachments.end() ? nullptr : &*found;
    }

    void forget(std::uint32_t process, PageNumber first) {
        std::erase_if(attachments, [&](const SharedAttachment& attachment) {
            return attachment.process == process && attachment.first == first;
        });
    }

    [[nodiscard]] bool has(FrameNumber frame) const {
        return std::find(frames.begin(), frames.end(), frame) != frames.end();
    }
};

} // namespace fragscope
