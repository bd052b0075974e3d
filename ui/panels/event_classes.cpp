#include "fragscope/ui/panels/event_classes.h"

#include "fragscope/ui/engine/kind_stop.h"

#include <QCoreApplication>

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

KindSet importantKinds() {
    KindSet set;
    for (const EventKindInfo& info : allEventKinds()) {
        set.set(static_cast<std::size_t>(info.kind),
                info.sort == EventSort::Meaning && info.level == RecordLevel::Structure);
    }
    return set;
}

} // namespace

QString nameOf(EventClass eventClass) {
    static constexpr std::array<const char*, eventClassCount> names{
        QT_TRANSLATE_NOOP("EventClass", "important"),
        QT_TRANSLATE_NOOP("EventClass", "moves"),
        QT_TRANSLATE_NOOP("EventClass", "faults"),
        QT_TRANSLATE_NOOP("EventClass", "map, TLB"),
        QT_TRANSLATE_NOOP("EventClass", "memory"),
        QT_TRANSLATE_NOOP("EventClass", "accesses"),
        QT_TRANSLATE_NOOP("EventClass", "violations"),
        QT_TRANSLATE_NOOP("EventClass", "everything"),
    };
    return QCoreApplication::translate("EventClass",
                                       names.at(static_cast<std::size_t>(eventClass)));
}

KindSet kindsOf(EventClass eventClass) {
    switch (eventClass) {
    case EventClass::Important:
        return importantKinds();
    case EventClass::Moves:
        return setOf({EventKind::MoverStarted, EventKind::MoveBegun, EventKind::BlockBegun,
                      EventKind::PageCopied, EventKind::BlockDone, EventKind::MoveDone,
                      EventKind::MoveSkipped, EventKind::MoverDied, EventKind::MoveRolledBack});
    case EventClass::Faults:
        return setOf({EventKind::PageFault, EventKind::FaultResolved, EventKind::WaitBegun,
                      EventKind::WaitEnded, EventKind::HandlerInstalled, EventKind::HandlerReset,
                      EventKind::ProcessKilled, EventKind::SystemCall});
    case EventClass::Map:
        return setOf({EventKind::MapEntryAdded, EventKind::MapEntryRemoved, EventKind::MapStore,
                      EventKind::PteStore, EventKind::ShootdownSent, EventKind::ShootdownAcked,
                      EventKind::ShootdownDone, EventKind::TlbFill, EventKind::TlbDrop,
                      EventKind::TlbMiss});
    case EventClass::Memory:
        return setOf({EventKind::ProcessStarted, EventKind::ProcessExited, EventKind::ProcessKilled,
                      EventKind::FramesAllocated, EventKind::FramesFreed, EventKind::FramesPinned,
                      EventKind::GrowBegun, EventKind::GrowDone, EventKind::RequestRefused,
                      EventKind::HoleAccess});
    case EventClass::Accesses:
        return setOf({EventKind::Load, EventKind::Store, EventKind::WalkStep, EventKind::TlbMiss,
                      EventKind::HoleAccess});
    case EventClass::Violations:
        return violationKinds();
    case EventClass::Everything:
    case EventClass::Count:
        break;
    }
    return KindSet().set();
}

} // namespace fragscope
