#pragma once

#include "fragscope/defrag/compaction/carrier.h"
#include "fragscope/defrag/compaction/slide.h"

#include "kernel/support/segment_machine.h"

namespace fragscope::test {

/// A kernel whose segments are carried by a mover.
class CompactingMachine : public SegmentMachine {
public:
    CompactingMachine(MoverAlgorithm algorithm,
                      const SegmentMemorySettings& segments,
                      ByteCount size = mib(8),
                      const CompactionSettings& compaction = {},
                      const std::vector<MemorySpan>& holes = {})
        : SegmentMachine(segments, size, holes, 2), mover(make(algorithm)),
          carrier(kernel, *mover, kib(16)),
          slide(events, kernel.segments()->heap(), carrier, compaction) {
        kernel.segments()->heap().setCompactor(&slide);
    }

    std::unique_ptr<Mover> make(MoverAlgorithm algorithm) {
        moverSettings.algorithm = algorithm;
        return makeMover(kernel, moverSettings);
    }

    MoverSettings moverSettings;
    std::unique_ptr<Mover> mover;
    SegmentCarrier carrier;
    Slide slide;
};

} // namespace fragscope::test
