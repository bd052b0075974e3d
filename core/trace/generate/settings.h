#pragma once

#include "fragscope/base/error.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace fragscope {

enum class SizeShape : std::uint8_t {
    Uniform,
    Exponential,
    PowerLaw,
    Bimodal,
    LogUniform,
    Constant,
};

enum class LifetimeShape : std::uint8_t { Exponential, Uniform, Constant, Generational };

/// What a generator is told. The keys and their ranges are listed by generatorKeys().
struct GeneratorSettings {
    std::uint64_t operations = 100'000;
    std::uint64_t seed = 1;
    std::uint64_t live = 1000;    ///< blocks
    std::uint64_t smallest = 16;  ///< bytes
    std::uint64_t largest = 4096; ///< bytes
    SizeShape sizes = SizeShape::Exponential;
    std::uint64_t mean = 0;       ///< bytes, of exponential sizes; 0: an eighth of the range
    std::uint64_t exponent = 150; ///< hundredths, of power-law sizes
    std::uint64_t share = 90;     ///< percent of small blocks, of bimodal sizes
    LifetimeShape lifetimes = LifetimeShape::Exponential;
    std::uint64_t young = 90;    ///< percent of blocks that die young, of generational lifetimes
    std::uint64_t phase = 0;     ///< operations of a phase; 0: an eighth of all
    std::uint64_t survivors = 5; ///< percent of blocks that outlive their phase
    bool freeAtEnd = false;
};

/// Sets one key. Errors: the value is malformed or out of range. The key must be one of
/// generatorKeys().
Expected<Done>
setGeneratorKey(GeneratorSettings& settings, std::string_view key, std::string_view value);

} // namespace fragscope
