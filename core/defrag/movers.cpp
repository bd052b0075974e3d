#include "fragscope/defrag/compaction/background.h"
#include "fragscope/defrag/compaction/carrier.h"
#include "fragscope/defrag/compaction/realign.h"
#include "fragscope/defrag/compaction/slide.h"
#include "fragscope/defrag/entry_e.h"
#include "fragscope/defrag/listings.h"
#include "fragscope/defrag/mover_loop.h"
#include "fragscope/defrag/recovery.h"
#include "fragscope/defrag/stop_the_world.h"

namespace fragscope {

std::unique_ptr<Mover> makeMover(Kernel& kernel, const MoverSettings& settings) {
    switch (settings.algorithm) {
    case MoverAlgorithm::StopTheWorld:
        return std::make_unique<StopTheWorld>(kernel);
    case MoverAlgorithm::EntryE:
        return std::make_unique<EntryE>(kernel, settings);
    case MoverAlgorithm::None:
        break;
    }
    return nullptr;
}

std::vector<const Listing*> defragListings() {
    return {&stopTheWorldListing(),
            &entryEListing(MoveEnd::High),
            &entryEListing(MoveEnd::Low),
            &moverLoopListing(),
            &recoveryListing(),
            &slideListing(),
            &carrySegmentListing(),
            &backgroundListing(),
            &relaxListing(),
            &realignListing(),
            &lockPolicyListing()};
}

} // namespace fragscope
