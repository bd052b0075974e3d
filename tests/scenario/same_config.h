#pragma once

#include "fragscope/machine/config.h"

#include <algorithm>
#include <tuple>

/// Equality of configurations, field by field. The structured bindings name every field: a new one
/// does not compile here until it is compared, and then the round trip tests ask for its setting.
namespace fragscope {

template <class T, class Same>
bool sameList(const std::vector<T>& x, const std::vector<T>& y, Same same) {
    return std::equal(x.begin(), x.end(), y.begin(), y.end(), same);
}

inline bool same(const MemorySpan& x, const MemorySpan& y) {
    const auto& [start, length] = x;
    return std::tie(start, length) == std::tie(y.start, y.length);
}

inline bool same(const CostModel& x, const CostModel& y) {
    const auto& [a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, burst1] = x;
    const auto& [b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15, b16, burst2] = y;
    return std::tie(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16) ==
               std::tie(b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15, b16) &&
           burst1 == burst2;
}

inline bool same(const MachineSettings& x, const MachineSettings& y) {
    const auto& [a1, holes1, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, cost1] =
        x;
    const auto& [b1, holes2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15, b16, cost2] =
        y;
    return std::tie(a1, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16) ==
               std::tie(b1, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15, b16) &&
           same(cost1, cost2) &&
           sameList(holes1, holes2,
                    [](const MemorySpan& p, const MemorySpan& q) { return same(p, q); });
}

inline bool same(const MoverSettings& x, const MoverSettings& y) {
    const auto& [a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17, a18,
                 a19, a20] = x;
    const auto& [b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15, b16, b17, b18,
                 b19, b20] = y;
    return std::tie(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10) ==
               std::tie(b1, b2, b3, b4, b5, b6, b7, b8, b9, b10) &&
           std::tie(a11, a12, a13, a14, a15, a16, a17, a18, a19, a20) ==
               std::tie(b11, b12, b13, b14, b15, b16, b17, b18, b19, b20);
}

inline bool same(const PagingSettings& x, const PagingSettings& y) {
    const auto& [a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17, a18,
                 a19] = x;
    const auto& [b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15, b16, b17, b18,
                 b19] = y;
    return std::tie(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17, a18,
                    a19) == std::tie(b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14,
                                     b15, b16, b17, b18, b19);
}

inline bool same(const InitialBlock& x, const InitialBlock& y) {
    const auto& [size, frame] = x;
    return std::tie(size, frame) == std::tie(y.size, y.frame);
}

inline bool same(const ScriptedAccess& x, const ScriptedAccess& y) {
    const auto& [write, offset, verb, size, other, base, peer] = x;
    return std::tie(write, offset, verb, size, other, base, peer) ==
           std::tie(y.write, y.offset, y.verb, y.size, y.other, y.base, y.peer);
}

inline bool same(const HeapSettings& x, const HeapSettings& y) {
    const auto& [a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12] = x;
    const auto& [b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12] = y;
    return std::tie(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12) ==
           std::tie(b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12);
}

inline bool same(const SegmentLoad& x, const SegmentLoad& y) {
    const auto& [a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, peer1, send1,
                 lock1, for1] = x;
    const auto& [b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15, peer2, send2,
                 lock2, for2] = y;
    return std::tie(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15) ==
               std::tie(b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15) &&
           std::tie(peer1, send1, lock1, for1) == std::tie(peer2, send2, lock2, for2);
}

inline bool same(const SegmentSettings& x, const SegmentSettings& y) {
    const auto& [a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, zone1] = x;
    const auto& [b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15, zone2] = y;
    return std::tie(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, zone1) ==
           std::tie(b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15, zone2);
}

inline bool same(const MessageSettings& x, const MessageSettings& y) {
    const auto& [way, places, shootdown] = x;
    return std::tie(way, places, shootdown) == std::tie(y.way, y.places, y.shootdown);
}

inline bool same(const DeviceSettings& x, const DeviceSettings& y) {
    const auto& [lock, cpu] = x;
    return std::tie(lock, cpu) == std::tie(y.lock, y.cpu);
}

inline bool same(const SegmentMemorySettings& x, const SegmentMemorySettings& y) {
    const auto& [a1, a2, a3, a4, a5, a6, a7, heap1, messages1, device1] = x;
    const auto& [b1, b2, b3, b4, b5, b6, b7, heap2, messages2, device2] = y;
    return std::tie(a1, a2, a3, a4, a5, a6, a7) == std::tie(b1, b2, b3, b4, b5, b6, b7) &&
           same(heap1, heap2) && same(messages1, messages2) && same(device1, device2);
}

inline bool same(const CompactionSettings& x, const CompactionSettings& y) {
    const auto& [a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14] = x;
    const auto& [b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14] = y;
    return std::tie(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14) ==
           std::tie(b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14);
}

inline bool same(const ProcessSettings& x, const ProcessSettings& y) {
    const auto& [a1, a2, blocks1, a4, a5, stack1, guard1, a6, a7, a8, a9, a10, a11, a12, script1,
                 a14, a15, a16, a17, a18, a19, a20, a21, heap1, segments1] = x;
    const auto& [b1, b2, blocks2, b4, b5, stack2, guard2, b6, b7, b8, b9, b10, b11, b12, script2,
                 b14, b15, b16, b17, b18, b19, b20, b21, heap2, segments2] = y;
    return std::tie(stack1, guard1) == std::tie(stack2, guard2) &&
           std::tie(a1, a2, a4, a5, a6, a7, a8, a9, a10, a11, a12) ==
               std::tie(b1, b2, b4, b5, b6, b7, b8, b9, b10, b11, b12) &&
           std::tie(a14, a15, a16, a17, a18, a19, a20, a21) ==
               std::tie(b14, b15, b16, b17, b18, b19, b20, b21) &&
           same(heap1, heap2) && same(segments1, segments2) &&
           sameList(blocks1, blocks2,
                    [](const InitialBlock& p, const InitialBlock& q) { return same(p, q); }) &&
           sameList(script1, script2,
                    [](const ScriptedAccess& p, const ScriptedAccess& q) { return same(p, q); });
}

inline bool same(const ScriptAction& x, const ScriptAction& y) {
    const auto& [at, action, process, other, shared, size, offset] = x;
    return std::tie(at, action, process, other, shared, size, offset) ==
           std::tie(y.atCycles, y.action, y.process, y.other, y.shared, y.size, y.offset);
}

inline bool same(const FrameSettings& x, const FrameSettings& y) {
    const auto& [a1, a2, a3, a4, a5, a6, a7] = x;
    const auto& [b1, b2, b3, b4, b5, b6, b7] = y;
    return std::tie(a1, a2, a3, a4, a5, a6, a7) == std::tie(b1, b2, b3, b4, b5, b6, b7);
}

inline bool same(const RunConfig& x, const RunConfig& y) {
    const auto& [seed, machine, frames, mover, paging, segments, compaction, processes, script,
                 maxSteps, check] = x;
    return std::tie(seed, maxSteps, check) == std::tie(y.seed, y.maxSteps, y.check) &&
           same(machine, y.machine) && same(frames, y.frames) && same(mover, y.mover) &&
           same(paging, y.paging) && same(segments, y.segments) && same(compaction, y.compaction) &&
           sameList(
               processes, y.processes,
               [](const ProcessSettings& p, const ProcessSettings& q) { return same(p, q); }) &&
           sameList(script, y.script,
                    [](const ScriptAction& p, const ScriptAction& q) { return same(p, q); });
}

} // namespace fragscope
