#include "fragscope/scenario/names.h"

#include <array>

/// The names of the choices of messages, locks and the device.
namespace fragscope {

template <> std::span<const Choice> choicesOf<MessageWay>() {
    static constexpr std::array<Choice, 2> choices{{
        {"remap", "Its frames change hands: unmapped at the sender, mapped at the receiver."},
        {"copy", "The receiver gets a new segment and a copy; the sender keeps its own."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<SendShootdown>() {
    static constexpr std::array<Choice, 2> choices{{
        {"always", "They do, before the segment is in transit."},
        {"never", "Deliberate mistake: the sender may still write to what it has sent."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<BufferLock>() {
    static constexpr std::array<Choice, 2> choices{{
        {"held", "It does, until the device is done."},
        {"none", "Deliberate mistake: the buffer may move, and the device writes to its old "
                 "frames."},
    }};
    return choices;
}

template <> std::span<const Choice> choicesOf<LockTimeout>() {
    static constexpr std::array<Choice, 3> choices{{
        {"panic", "The kernel stops the machine."},
        {"above", "It goes on above the locked segment."},
        {"fail", "It ends there; the request may find no room."},
    }};
    return choices;
}

} // namespace fragscope
