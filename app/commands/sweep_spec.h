#pragma once

#include "fragscope/base/error.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fragscope {

/// One value of an axis: a name for tables, and the assignments ("KEY=VALUE") that it stands for.
struct SweepValue {
    std::string name;
    std::vector<std::string> set;
};

struct SweepAxis {
    std::string name; ///< of its column
    std::vector<SweepValue> values;
};

/// Many runs of one scenario: every combination of the values of its axes, with every seed.
struct SweepSpec {
    static constexpr std::uint64_t mostPoints = 100'000;

    std::string file; ///< as it was given
    std::string scenario;
    std::vector<std::string> set; ///< of all points, before those of the axes
    std::vector<std::uint64_t> seeds{1};
    std::vector<std::string> columns; ///< metrics and figures; empty = all figures
    std::vector<SweepAxis> axes;

    [[nodiscard]] std::uint64_t combinations() const;

    [[nodiscard]] std::uint64_t points() const { return combinations() * seeds.size(); }
};

/// A run of a sweep. Points are numbered in the order of the file: the last axis changes first,
/// then the seed.
struct SweepPoint {
    std::uint64_t number = 0;
    std::vector<const SweepValue*> values; ///< one of each axis
    std::uint64_t seed = 0;
    std::vector<std::string> assignments; ///< all of them, with the seed
};

SweepPoint sweepPoint(const SweepSpec& spec, std::uint64_t number);

/// Reads a sweep file (at most 1 MiB, `format = 1`); all that is wrong is added to `errors`.
std::optional<SweepSpec> loadSweep(const std::string& path, std::vector<Error>& errors);

} // namespace fragscope
