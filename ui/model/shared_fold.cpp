#include "fragscope/ui/model/shared_fold.h"

#include "fragscope/event/event_kind.h"

#include <algorithm>

namespace fragscope {

namespace {

bool isShared(EventKind kind) {
    return kind == EventKind::SharedCreated || kind == EventKind::SharedAttached ||
           kind == EventKind::SharedDetached || kind == EventKind::SharedDestroyed;
}

void apply(SharedObjectView& object, const Event& event) {
    const PageNumber first = pageOf(VirtAddr(event.vaddr));
    if (event.kind == EventKind::SharedAttached) {
        object.attachments.push_back({event.object, first});
    } else if (event.kind == EventKind::SharedDetached) {
        std::erase_if(object.attachments, [&](const SharedObjectView::Attachment& each) {
            return each.process == event.object && each.first == first;
        });
    } else if (event.kind == EventKind::SharedDestroyed) {
        object.named = false;
    }
}

} // namespace

void SharedFold::add(const EventLog& log) {
    for (nextSeq_ = std::max(nextSeq_, log.firstSeq()); nextSeq_ < log.endSeq(); ++nextSeq_) {
        if (isShared(log.at(nextSeq_).kind)) {
            events_.push_back(log.at(nextSeq_));
        }
    }
}

std::vector<SharedObjectView> SharedFold::before(std::uint64_t seq) const {
    std::vector<SharedObjectView> objects;
    for (const Event& event : events_) {
        if (event.seq >= seq) {
            break;
        }
        auto object =
            std::find_if(objects.begin(), objects.end(),
                         [&](const SharedObjectView& each) { return each.number == event.value; });
        if (object == objects.end()) {
            objects.push_back({.number = event.value, .frames = event.a, .attachments = {}});
            object = objects.end() - 1;
        }
        apply(*object, event);
    }
    return objects;
}

} // namespace fragscope
