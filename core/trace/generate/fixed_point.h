#pragma once

#include <cstdint>

/// Logarithm and power to base 2 in integers, the same on every machine.
namespace fragscope {

inline constexpr unsigned fixedPointBits = 16;

/// log2(x), rounded down to 1/65536, times 65536; x must not be 0. Digit by digit: squaring the
/// mantissa moves the next binary digit of its logarithm in front of the point.
std::uint64_t fixedLog2(std::uint64_t x);

/// 2 to the power of (x / 65536), rounded down; x / 65536 must be below 62. Relative error below
/// 2^-25.
std::uint64_t fixedExp2(std::uint64_t x);

/// a * b / 65536^2 * 65536, that is the product of two fixed-point numbers, without overflow in
/// between; at most 2^64 - 1.
std::uint64_t fixedProduct(std::uint64_t a, std::uint64_t b);

} // namespace fragscope
