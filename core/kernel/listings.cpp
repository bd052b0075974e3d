#include "fragscope/kernel/listings.h"

#include "fragscope/kernel/fault_handler.h"
#include "fragscope/kernel/growth.h"
#include "fragscope/kernel/paging/area_calls.h"
#include "fragscope/kernel/paging/demand_fault.h"
#include "fragscope/kernel/system_call.h"

namespace fragscope {

std::vector<const Listing*> kernelListings() {
    return {&handlerRewalkListing(),
            &handlerAsWrittenListing(),
            &stoppedThreadListing(),
            &growListing(),
            &shrinkListing(),
            &systemCallListing(),
            &checkingHandlerListing(),
            &dumbHandlerListing(),
            &reserveListing(),
            &giveBackListing(),
            &forkListing()};
}

} // namespace fragscope
