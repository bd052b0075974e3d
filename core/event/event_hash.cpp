#include "fragscope/event/event_hash.h"

#include <array>

namespace fragscope {

void EventHash::onEvent(const Event& event) {
    const std::array<std::uint64_t, 12> words{
        event.timeCycles,
        static_cast<std::uint64_t>(event.kind),
        static_cast<std::uint64_t>(event.rule),
        event.line,
        event.cpu,
        event.task,
        event.object,
        event.vaddr,
        event.paddr,
        event.value,
        event.a,
        event.b,
    };
    chain_.add(words.data(), sizeof words);
    ++events_;
}

} // namespace fragscope
