#pragma once

#include <cstdint>

namespace fragscope {

/// SplitMix64: the only source of randomness in the core. Copyable, hashable (its state is one
/// word) and the same on every machine; the distributions of <random> differ between libraries and
/// are not used. Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators",
/// OOPSLA 2014.
class Rng {
public:
    constexpr explicit Rng(std::uint64_t seed) : state_(seed) {}

    constexpr std::uint64_t next() {
        state_ += 0x9e3779b97f4a7c15ULL;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        return z ^ (z >> 31);
    }

    /// Uniform in [0, n); n must not be 0. Multiply-shift; the bias is below n / 2^64.
    constexpr std::uint64_t below(std::uint64_t n) {
        __extension__ using Wide = unsigned __int128;
        return static_cast<std::uint64_t>((static_cast<Wide>(next()) * n) >> 64);
    }

    [[nodiscard]] constexpr std::uint64_t state() const { return state_; }

private:
    std::uint64_t state_;
};

} // namespace fragscope
