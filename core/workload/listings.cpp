#include "fragscope/workload/listings.h"

#include "fragscope/workload/application.h"
#include "fragscope/workload/checkerboard_program.h"
#include "fragscope/workload/heap/heap_operations.h"
#include "fragscope/workload/heap/heap_trace.h"
#include "fragscope/workload/heap/kernel_collector.h"
#include "fragscope/workload/heap/scavenger.h"
#include "fragscope/workload/segment_program.h"
#include "fragscope/workload/segment_script.h"
#include "fragscope/workload/trace_replay.h"

namespace fragscope {

std::vector<const Listing*> workloadListings() {
    std::vector<const Listing*> all{&applicationListing(),    &traceReplayListing(),
                                    &heapOperationListing(),  &scavengerListing(),
                                    &memoryThreadListing(),   &kernelCollectorListing(),
                                    &segmentProgramListing(), &checkerboardListing(),
                                    &segmentScriptListing(),  &heapTraceListing()};
    for (const Listing* listing : heapListings()) {
        all.push_back(listing);
    }
    return all;
}

} // namespace fragscope
