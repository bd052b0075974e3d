#include "fragscope/kernel/listings.h"

#include "fragscope/kernel/fault_handler.h"
#include "fragscope/kernel/frames/frame_steps.h"
#include "fragscope/kernel/frames/page_actions.h"
#include "fragscope/kernel/frames/shared_objects.h"
#include "fragscope/kernel/growth.h"
#include "fragscope/kernel/paging/area_calls.h"
#include "fragscope/kernel/paging/demand_fault.h"
#include "fragscope/kernel/paging/mark_sweeper.h"
#include "fragscope/kernel/paging/range_calls.h"
#include "fragscope/kernel/paging/stack_calls.h"
#include "fragscope/kernel/segments/dma_calls.h"
#include "fragscope/kernel/segments/lock_calls.h"
#include "fragscope/kernel/segments/message_calls.h"
#include "fragscope/kernel/segments/paged_calls.h"
#include "fragscope/kernel/segments/physical_calls.h"
#include "fragscope/kernel/segments/placements.h"
#include "fragscope/kernel/segments/promotion.h"
#include "fragscope/kernel/segments/segment_calls.h"
#include "fragscope/kernel/system_call.h"

namespace fragscope {

std::vector<const Listing*> kernelListings() {
    return {&handlerRewalkListing(),    &handlerAsWrittenListing(),
            &stoppedThreadListing(),    &growListing(),
            &shrinkListing(),           &systemCallListing(),
            &allocateFrameListing(),    &releaseFrameListing(),
            &initialiseFramesListing(), &allocatePagesListing(),
            &releasePagesListing(),     &overrunListing(),
            &sharedObjectListing(),     &attachSharedListing(),
            &detachSharedListing(),     &checkingHandlerListing(),
            &dumbHandlerListing(),      &reserveListing(),
            &giveBackListing(),         &forkListing(),
            &reclaimStackListing(),     &reserveRangeListing(),
            &markPagesListing(),        &markSweeperListing(),
            &quickFitListing(),         &topOfHeapListing(),
            &releaseSegmentListing(),   &allocateSegmentListing(),
            &freeSegmentListing(),      &allocateBlockListing(),
            &releaseBlockListing(),     &allocateInPiecesListing(),
            &allocatePhysicalListing(), &freePhysicalListing(),
            &allocatePagedListing(),    &freePagedListing(),
            &promotePagesListing(),     &sendSegmentListing(),
            &receiveSegmentListing(),   &lockSegmentListing(),
            &unlockSegmentListing(),    &startTransferListing(),
            &dmaDeviceListing()};
}

} // namespace fragscope
