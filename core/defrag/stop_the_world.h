#pragma once

#include "fragscope/defrag/mover.h"

namespace fragscope {

/// The naive solution of seed 000: interrupt the process, merge the blocks, resume execution.
class StopTheWorld : public Mover {
public:
    explicit StopTheWorld(Kernel& kernel) : kernel_(kernel) {}

    Steps move(const MoveJob& job) override;

private:
    struct Locals;

    Steps stopOwners(const MoveJob& job, Locals& l);
    Steps copyAll(const MoveJob& job, Locals& l);
    Steps patchMaps(const MoveJob& job);
    Steps rewriteEntries(const MoveJob& job, Locals& l);
    Steps flush(const MoveJob& job, Locals& l);

    Kernel& kernel_;
};

} // namespace fragscope
