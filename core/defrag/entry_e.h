#pragma once

#include "fragscope/defrag/mover.h"

namespace fragscope {

/// The algorithm of seed 000: entry E, without access rights, slides over block A one transfer
/// block at a time; whoever touches it waits for that transfer block only. At the high end, or its
/// mirror image at the low end. The hazards of DEFRAG 1.3 are settings; their safe values make the
/// repaired algorithm.
class EntryE : public Mover {
public:
    EntryE(Kernel& kernel, const MoverSettings& settings) : kernel_(kernel), settings_(settings) {}

    Steps move(const MoveJob& job) override;

private:
    struct Locals;

    // Pieces of the listing, in its order.
    Steps prepare(const MoveJob& job);
    Steps nextBlock(const MoveJob& job, Locals& l);
    Steps moveBlock(const MoveJob& job, Locals& l);
    Steps cover(const MoveJob& job, const Locals& l);
    Steps takeEntries(const MoveJob& job, Locals& l);
    Steps shootDown(const MoveJob& job, Locals& l);
    Steps copy(const MoveJob& job, Locals& l);
    Steps reopen(const MoveJob& job, const Locals& l);
    Steps writeEntries(const MoveJob& job, Locals& l);
    Steps finish(const MoveJob& job);

    void beginBlock(const MoveJob& job, Locals& l);
    void endBlock(const MoveJob& job, const Locals& l, std::uint64_t begunAt);

    /// Owners whose map gets entry E: all of them, unless the hazard says otherwise.
    [[nodiscard]] std::vector<BlockOwner> covered(const MoveJob& job) const;

    Kernel& kernel_;
    const MoverSettings& settings_;
    std::vector<std::uint64_t>
        held_; ///< table entries taken out of the block: owner by owner, page by page
};

} // namespace fragscope
