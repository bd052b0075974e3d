#pragma once

#include "fragscope/defrag/settings.h"
#include "fragscope/kernel/kernel.h"

#include <vector>

namespace fragscope {

/// A process that maps the block to be moved, and the index of the block's entry (A) in its map.
struct BlockOwner {
    Process* process = nullptr;
    std::size_t entry = 0;
};

/// One block to be moved next to its neighbour in the address space, so that the two become one
/// entry.
struct MoveJob {
    std::vector<BlockOwner> owners; ///< first: the process whose candidate it is
    MoveEnd end =
        MoveEnd::High; ///< High: behind the entry before it; Low: in front of the one after it
    FrameNumber source;
    FrameNumber destination;
    PageCount pages;
    ByteCount transfer; ///< t, whole pages
    bool booked = true; ///< in the frame table; frames of the segment heap are not
};

/// How a block is moved while its owners run. One algorithm, one file; which block and when is
/// decided elsewhere (mover_loop.h).
class Mover {
public:
    virtual ~Mover() = default;

    /// Moves the block; the job must stay valid until the coroutine ends.
    virtual Steps move(const MoveJob& job) = 0;
};

/// The mover of the settings' algorithm; nullptr for None.
std::unique_ptr<Mover> makeMover(Kernel& kernel, const MoverSettings& settings);

const Listing& stopTheWorldListing();
const Listing& entryEListing(MoveEnd end);

} // namespace fragscope
