#pragma once

#include "fragscope/base/units.h"
#include "fragscope/view/event_log.h"

#include <cstdint>
#include <vector>

namespace fragscope {

/// A shared object as the events up to a moment tell it.
struct SharedObjectView {
    struct Attachment {
        std::uint32_t process = 0;
        PageNumber first; ///< where the object begins there
    };

    std::uint64_t number = 0;
    std::uint64_t frames = 0;
    bool named = true; ///< false: its name was taken away
    std::vector<Attachment> attachments;
};

/// The events of shared objects, kept to ask for any moment. Each event is looked at once.
class SharedFold {
public:
    void add(const EventLog& log);

    /// The objects before the event `seq`, in order of creation.
    [[nodiscard]] std::vector<SharedObjectView> before(std::uint64_t seq) const;

private:
    std::vector<Event> events_;
    std::uint64_t nextSeq_ = 0;
};

} // namespace fragscope
