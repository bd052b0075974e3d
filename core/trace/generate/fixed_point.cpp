#include "fragscope/trace/generate/fixed_point.h"

#include "fragscope/base/check.h"

#include <array>
#include <bit>
#include <limits>

namespace fragscope {

namespace {

constexpr unsigned mantissaBits = 30;

constexpr std::uint64_t integerRoot(std::uint64_t x) {
    std::uint64_t root = 0;
    for (std::uint64_t bit = 1ULL << 31; bit != 0; bit >>= 1) {
        const std::uint64_t tried = root | bit;
        root = tried * tried <= x ? tried : root;
    }
    return root;
}

/// 2^(1/2), 2^(1/4), 2^(1/8), ..., each the square root of the one before it.
constexpr auto rootsOfTwo = [] {
    std::array<std::uint64_t, fixedPointBits> roots{};
    std::uint64_t last = 2ULL << mantissaBits;
    for (std::uint64_t& root : roots) {
        root = integerRoot(last << mantissaBits);
        last = root;
    }
    return roots;
}();

} // namespace

std::uint64_t fixedLog2(std::uint64_t x) {
    FRAGSCOPE_CHECK(x != 0, "there is no logarithm of 0");
    constexpr unsigned point = 31;
    const unsigned whole = 63U - static_cast<unsigned>(std::countl_zero(x));
    std::uint64_t mantissa = whole > point ? x >> (whole - point) : x << (point - whole);
    std::uint64_t fraction = 0;
    for (unsigned n = 0; n < fixedPointBits; ++n) {
        mantissa = (mantissa * mantissa) >> point;
        const std::uint64_t digit = mantissa >> (point + 1);
        mantissa >>= digit;
        fraction = (fraction << 1) | digit;
    }
    return (std::uint64_t{whole} << fixedPointBits) | fraction;
}

std::uint64_t fixedExp2(std::uint64_t x) {
    std::uint64_t mantissa = 1ULL << mantissaBits;
    for (unsigned n = 0; n < fixedPointBits; ++n) {
        if (((x >> (fixedPointBits - 1 - n)) & 1U) != 0) {
            mantissa = (mantissa * rootsOfTwo[n]) >> mantissaBits;
        }
    }
    const std::uint64_t whole = x >> fixedPointBits;
    return whole >= mantissaBits ? mantissa << (whole - mantissaBits)
                                 : mantissa >> (mantissaBits - whole);
}

std::uint64_t fixedProduct(std::uint64_t a, std::uint64_t b) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = (static_cast<Wide>(a) * b) >> fixedPointBits;
    constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    return product > most ? most : static_cast<std::uint64_t>(product);
}

} // namespace fragscope
