#include "fragscope/ui/engine/kind_stop.h"

#include <initializer_list>

namespace fragscope {

namespace {

KindSet setOf(std::initializer_list<EventKind> kinds) {
    KindSet set;
    for (const EventKind kind : kinds) {
        set.set(static_cast<std::size_t>(kind));
    }
    return set;
}

} // namespace

KindSet faultKinds() {
    return setOf({EventKind::PageFault});
}

KindSet blockKinds() {
    return setOf({EventKind::BlockBegun});
}

KindSet violationKinds() {
    return setOf({EventKind::LostWrite, EventKind::StaleRead, EventKind::ForeignAccess,
                  EventKind::InvariantBroken, EventKind::ProcessKilled, EventKind::MoverDied});
}

} // namespace fragscope
