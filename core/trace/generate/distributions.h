#pragma once

#include "fragscope/base/rng.h"
#include "fragscope/trace/generate/settings.h"

namespace fragscope {

/// Sizes of requests in bytes, always from `smallest` to `largest`.
class SizeSource {
public:
    explicit SizeSource(const GeneratorSettings& settings);

    std::uint64_t draw(Rng& rng) const;

private:
    [[nodiscard]] std::uint64_t uniform(Rng& rng, std::uint64_t from, std::uint64_t to) const;
    [[nodiscard]] std::uint64_t unbounded(Rng& rng) const;

    GeneratorSettings settings_;
};

/// Lifetimes in allocations, at least 1, with mean `live`: one allocation at a time and this mean
/// give `live` blocks on average (Little's law).
class LifetimeSource {
public:
    explicit LifetimeSource(const GeneratorSettings& settings) : settings_(settings) {}

    std::uint64_t draw(Rng& rng) const;

private:
    GeneratorSettings settings_;
};

/// Exponential with this mean, rounded down.
std::uint64_t drawExponential(Rng& rng, std::uint64_t mean);

} // namespace fragscope
