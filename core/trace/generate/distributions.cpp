#include "fragscope/trace/generate/distributions.h"

#include "fragscope/trace/generate/fixed_point.h"

#include <algorithm>

namespace fragscope {

namespace {

constexpr std::uint64_t naturalLogOf2 = 45426; // ln 2 * 65536
constexpr unsigned tries = 64;

/// -log2 of a uniform number in (0, 1], in fixed point.
std::uint64_t drawNegativeLog(Rng& rng) {
    const std::uint64_t all = std::uint64_t{64} << fixedPointBits;
    return all - fixedLog2(rng.next() | 1U);
}

} // namespace

std::uint64_t drawExponential(Rng& rng, std::uint64_t mean) {
    return fixedProduct(mean, fixedProduct(drawNegativeLog(rng), naturalLogOf2));
}

SizeSource::SizeSource(const GeneratorSettings& settings) : settings_(settings) {
    if (settings_.mean == 0) {
        settings_.mean = settings_.smallest + (settings_.largest - settings_.smallest) / 8;
    }
}

std::uint64_t SizeSource::draw(Rng& rng) const {
    const std::uint64_t smallest = settings_.smallest;
    const std::uint64_t largest = settings_.largest;
    const std::uint64_t sixteenth = (largest - smallest) / 16;
    switch (settings_.sizes) {
    case SizeShape::Constant:
        return smallest;
    case SizeShape::Uniform:
        return uniform(rng, smallest, largest);
    case SizeShape::Bimodal:
        return rng.below(100) < settings_.share ? uniform(rng, smallest, smallest + sixteenth)
                                                : uniform(rng, largest - sixteenth, largest);
    case SizeShape::LogUniform: {
        const std::uint64_t from = fixedLog2(smallest);
        const std::uint64_t width = fixedLog2(largest + 1) - from;
        return std::clamp(fixedExp2(from + rng.below(width + 1)), smallest, largest);
    }
    case SizeShape::Exponential:
    case SizeShape::PowerLaw:
        break;
    }
    // Drawn again when too large, so that the tail is cut and not piled up at the largest size.
    for (unsigned n = 0; n < tries; ++n) {
        if (const std::uint64_t size = unbounded(rng); size <= largest) {
            return std::max(size, smallest);
        }
    }
    return largest;
}

std::uint64_t SizeSource::uniform(Rng& rng, std::uint64_t from, std::uint64_t to) const {
    return from + rng.below(to - from + 1);
}

std::uint64_t SizeSource::unbounded(Rng& rng) const {
    if (settings_.sizes == SizeShape::Exponential) {
        const std::uint64_t above = std::max(settings_.mean, settings_.smallest);
        return settings_.smallest + drawExponential(rng, above - settings_.smallest);
    }
    // Pareto: P(size >= s) = (smallest / s)^exponent.
    constexpr std::uint64_t beyond = std::uint64_t{61} << fixedPointBits;
    const std::uint64_t power =
        fixedLog2(settings_.smallest) + drawNegativeLog(rng) * 100 / settings_.exponent;
    return fixedExp2(std::min(power, beyond));
}

std::uint64_t LifetimeSource::draw(Rng& rng) const {
    const std::uint64_t live = settings_.live;
    std::uint64_t lifetime = live;
    switch (settings_.lifetimes) {
    case LifetimeShape::Constant:
        break;
    case LifetimeShape::Uniform:
        lifetime = 1 + rng.below(2 * live - 1);
        break;
    case LifetimeShape::Exponential:
        lifetime = drawExponential(rng, live);
        break;
    case LifetimeShape::Generational: {
        // The young die after a tenth of the mean; the old live as long as the mean then needs.
        const std::uint64_t youngMean = std::max<std::uint64_t>(live / 10, 1);
        const std::uint64_t old = 100 - settings_.young;
        const std::uint64_t spent = settings_.young * youngMean;
        const std::uint64_t oldMean =
            old == 0 || spent > 100 * live ? youngMean : (100 * live - spent) / old;
        const bool diesYoung = rng.below(100) < settings_.young;
        lifetime = drawExponential(rng, diesYoung ? youngMean : oldMean);
        break;
    }
    }
    return std::max<std::uint64_t>(lifetime, 1);
}

} // namespace fragscope
