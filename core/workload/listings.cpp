#include "fragscope/workload/listings.h"

#include "fragscope/workload/application.h"
#include "fragscope/workload/trace_replay.h"

namespace fragscope {

std::vector<const Listing*> workloadListings() {
    return {&applicationListing(), &traceReplayListing()};
}

} // namespace fragscope
