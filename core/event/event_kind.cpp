#include "fragscope/event/event_kind.h"

#include <array>

namespace fragscope {

namespace {

constexpr std::array<EventKindInfo, eventKindCount> registry{{
#define FRAGSCOPE_KIND_INFO(Name, text, sort, level, object, value, a, b, sentence)                \
    {EventKind::Name, text, EventSort::sort, RecordLevel::level, object, value, a, b, sentence},
    FRAGSCOPE_EVENT_KINDS(FRAGSCOPE_KIND_INFO)
#undef FRAGSCOPE_KIND_INFO
}};

} // namespace

const EventKindInfo& infoOf(EventKind kind) {
    return registry.at(static_cast<std::size_t>(kind));
}

std::span<const EventKindInfo> allEventKinds() {
    return registry;
}

std::optional<EventKind> eventKindNamed(std::string_view name) {
    for (const EventKindInfo& info : registry) {
        if (info.name == name) {
            return info.kind;
        }
    }
    return std::nullopt;
}

} // namespace fragscope
