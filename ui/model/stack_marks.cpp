#include "fragscope/ui/model/stack_marks.h"

#include <algorithm>

namespace fragscope {

namespace {

std::uint64_t localNamed(const CallView& call, const Listing* listing, std::string_view name) {
    if (listing == nullptr) {
        return 0;
    }
    const auto found = std::find(listing->locals.begin(), listing->locals.end(), name);
    const auto index = static_cast<std::size_t>(found - listing->locals.begin());
    return found != listing->locals.end() && index < call.locals.size() ? call.locals.at(index) : 0;
}

} // namespace

std::vector<StackMark> stackMarks(const Scene& scene,
                                  const std::function<const Listing*(ListingId)>& listingOf) {
    std::vector<StackMark> marks;
    for (const TaskView& task : scene.moment().state.tasks) {
        if (task.role != TaskRole::Application || task.process != scene.moment().focus) {
            continue;
        }
        const CallView& call = task.calls.front();
        const std::uint64_t rsp = localNamed(call, listingOf(call.listing), "rsp");
        if (rsp != 0) {
            marks.push_back({task.id, rsp});
        }
    }
    return marks;
}

} // namespace fragscope
