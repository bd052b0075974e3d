#include "fragscope/ui/model/heap_scene.h"

#include "fragscope/alloc/allocators/allocators.h"

#include <algorithm>

namespace fragscope {

void HeapReading::reset() {
    shapes_.reset();
    readers_.clear();
    history_ = {};
}

HeapScene HeapReading::update(const Snapshot& moment) {
    if (moment.heaps != shapes_) {
        shapes_ = moment.heaps;
        readers_.clear();
        for (const HeapShape& shape : *shapes_) {
            readers_.emplace_back(shape);
        }
    }
    HeapScene scene;
    if (readers_.empty()) {
        return scene;
    }
    history_.add(moment.log);
    for (std::size_t i = 0; i < readers_.size(); ++i) {
        const std::uint32_t process = (*shapes_)[i].process;
        const auto pages =
            std::find_if(moment.allPages.begin(), moment.allPages.end(),
                         [process](const ProcessPages& each) { return each.process == process; });
        const bool has = pages != moment.allPages.end();
        const PageCount pool = history_.useOf(process, moment.state.nextSeq).pool;
        const HeapViewRef heap = readers_[i].update(
            moment.state.memory, has ? pages->pages : moment.pages, has ? pool : PageCount(0));
        if (heap != nullptr) {
            scene.push_back(heap);
        }
    }
    return scene;
}

HeapViewRef heapOf(const HeapScene& scene, std::uint32_t process) {
    const auto found = std::find_if(scene.begin(), scene.end(), [process](const HeapViewRef& heap) {
        return heap->process == process;
    });
    return found == scene.end() ? nullptr : *found;
}

bool operatesOnHeap(const ViewState& state, std::uint32_t process) {
    static const std::vector<const Listing*> listings = allocatorListings();
    const auto isAllocators = [](const CallView& call) {
        return std::any_of(listings.begin(), listings.end(),
                           [&](const Listing* listing) { return listing->id == call.listing; });
    };
    return std::any_of(state.tasks.begin(), state.tasks.end(), [&](const TaskView& task) {
        return task.process == process && task.status != TaskStatus::Finished &&
               std::any_of(task.calls.begin(), task.calls.begin() + task.depth + 1, isAllocators);
    });
}

} // namespace fragscope
