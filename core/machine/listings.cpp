#include "fragscope/machine/listings.h"

#include "fragscope/defrag/listings.h"
#include "fragscope/kernel/listings.h"
#include "fragscope/machine/script.h"
#include "fragscope/workload/listings.h"

#include <algorithm>

namespace fragscope {

std::vector<const Listing*> allListings() {
    std::vector<const Listing*> all = kernelListings();
    for (const auto& more : {defragListings(), workloadListings()}) {
        all.insert(all.end(), more.begin(), more.end());
    }
    all.push_back(&scriptListing());
    std::sort(all.begin(), all.end(),
              [](const Listing* a, const Listing* b) { return a->id < b->id; });
    return all;
}

} // namespace fragscope
