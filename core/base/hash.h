#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace fragscope {

/// 64-bit XXH3 of some bytes; the same on every machine of the same byte order (little endian).
std::uint64_t hashBytes(const void* data, std::size_t size, std::uint64_t seed = 0);

/// 32 hexadecimal digits of the 128-bit XXH3 of a text: identifies scenario texts and runs.
std::string contentHash(std::string_view text);

/// A hash over a sequence of values, chained: equal only for equal sequences (up to collisions).
class ChainHash {
public:
    void add(const void* data, std::size_t size) { state_ = hashBytes(data, size, state_); }

    [[nodiscard]] std::uint64_t value() const { return state_; }

private:
    std::uint64_t state_ = 0;
};

} // namespace fragscope
