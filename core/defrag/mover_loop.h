#pragma once

#include "fragscope/defrag/mover.h"

namespace fragscope {

/// When the mover starts, and what others may ask of it.
struct MoverControl {
    Kernel& kernel;
    const MoverSettings& settings;
    bool commanded = false; ///< a start was asked for
    bool idle = false;      ///< waits, and the last look found nothing to move
    bool alive = true;
    std::uint64_t releasesSeen = 0; ///< of the frame table at the last look

    [[nodiscard]] bool started(std::uint64_t) const {
        const bool freed =
            settings.startOnFramesFreed && kernel.frames().releases() != releasesSeen;
        return freed || commanded;
    }

    /// Nothing is being moved and nothing is due.
    [[nodiscard]] bool nothingToDo(std::uint64_t) const { return !alive || (idle && !started(0)); }
};

/// Waits for a reason to start, looks for candidates, moves the first, looks again.
Steps runMover(MoverControl& control, Mover& mover);

const Listing& moverLoopListing();

} // namespace fragscope
