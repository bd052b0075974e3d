#pragma once

#include "fragscope/machine/machine.h"

namespace fragscope::test {

/// A program on a heap of 3 MiB that is compacted by requests which do not fit.
inline RunConfig segmentProgram(SegmentPlacement placement) {
    RunConfig config;
    config.machine.memory = mib(5);
    config.segments.heap.placement = placement;
    config.segments.kernelMemory = mib(2);
    config.segments.descriptors = 256;
    config.segments.areas = 128;
    config.mover.transferBlock = kib(16);
    ProcessSettings program;
    program.name = "server";
    program.blocks.clear();
    program.pattern = Pattern::Segments;
    program.accesses = 60;
    program.segments.limit = kib(2500);
    program.segments.most = kib(200);
    program.segments.stamps = SegmentStamps::Ends;
    config.processes = {program};
    return config;
}

} // namespace fragscope::test
