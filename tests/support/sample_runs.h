#pragma once

#include "support/sample_run.h"

/// Configurations that several tests use, built in code. Frames below 64 are the kernel's in a
/// machine of 2 MiB. Times and places are chosen so that each block moves once while its owner
/// runs; nothing in them is random but what the seed draws.
namespace fragscope::test {

/// Where things lie in the runs below, in frames; application is process 1, neighbour process 2.
namespace place {
inline constexpr std::uint64_t oldest = 200; ///< block O of the application
inline constexpr std::uint64_t far = 400;    ///< block A, before the move
inline constexpr VirtAddr area{0x10000000};  ///< of the application
} // namespace place

/// An application with blocks O and A of `pages` each, a neighbour whose exit at cycle 3000 frees
/// the frames that A needs, and entry E with transfer blocks of two pages. At the low end A comes
/// from a growth at cycle 100. Two CPUs: mover on 0, application on 1.
RunConfig oneMove(MoveEnd end, std::uint64_t pages = 8);

/// As oneMove, but source and destination of the block overlap: they lie `gap` frames apart.
RunConfig overlappingMove(MoveEnd end, std::uint64_t pages, std::uint64_t gap);

/// As oneMove with pages of 4, transfer blocks of one page, two threads on CPUs of their own, split
/// accesses and a schedule drawn from `seed`: small enough for many seeds, wild enough for hazards.
RunConfig wildMove(MoveEnd end, std::uint64_t seed);

/// Two processes map O and A; the second one has attached the memory of the first.
RunConfig sharedMove(std::uint64_t seed);

/// 2 MiB mappings on both sides, transfer blocks of 512 KiB.
RunConfig largePageMove();

/// The application asks for memory three times: behind its block, elsewhere, and in vain.
RunConfig growingRun();

/// Replays tests/workload/data/small.trace; its heap outgrows the area.
RunConfig traceRun();

/// Everything that a script can ask for in one run.
RunConfig scriptedRun();

/// Mover, handler and wait as the text of seed 000 has them, without shootdown.
RunConfig asWritten(RunConfig config);

struct NamedRun {
    std::string name;
    RunConfig config;
};

/// All of the above and their variants, each with a name; for golden hashes and determinism.
std::vector<NamedRun> namedRuns();

} // namespace fragscope::test
