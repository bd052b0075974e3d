#include "fragscope/base/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <numeric>
#include <utility>
#include <vector>

namespace fragscope {

namespace {

struct Unit {
    std::string_view name;
    unsigned shift;
};

constexpr std::array<Unit, 5> units{{{"TiB", 40}, {"GiB", 30}, {"MiB", 20}, {"KiB", 10}, {"B", 0}}};

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') {
        text.remove_prefix(1);
    }
    while (!text.empty() && text.back() == ' ') {
        text.remove_suffix(1);
    }
    return text;
}

std::size_t editDistance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t substituted = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({substituted, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

} // namespace

std::string hex(std::uint64_t value) {
    return fmt::format("{:#x}", value);
}

std::string text(VirtAddr address) {
    return fmt::format("V{:#x}", address.value);
}

std::string text(PhysAddr address) {
    return fmt::format("P{:#x}", address.value);
}

std::string text(FrameNumber frame) {
    return fmt::format("F{}", frame.value);
}

std::string text(PageNumber page) {
    return fmt::format("page {:#x}", page.value);
}

std::string text(Cycles cycles) {
    return fmt::format("{} cycles", cycles.value);
}

std::string text(ByteCount size) {
    for (const Unit& unit : units) {
        const std::uint64_t scale = 1ULL << unit.shift;
        if (size.value >= scale && size.value % scale == 0) {
            return fmt::format("{} {}", size.value >> unit.shift, unit.name);
        }
    }
    return fmt::format("{} B", size.value);
}

std::optional<ByteCount> parseSize(std::string_view text) {
    text = trimmed(text);
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    std::uint64_t whole = 0;
    const auto read = std::from_chars(text.data(), text.data() + digits, whole);
    if (digits == 0 || read.ec != std::errc{}) {
        return std::nullopt;
    }
    const auto name = trimmed(text.substr(digits));
    for (const Unit& unit : units) {
        if (name != unit.name && !(name.empty() && unit.shift == 0)) {
            continue;
        }
        if (unit.shift != 0 && whole >> (64 - unit.shift) != 0) {
            return std::nullopt;
        }
        return ByteCount(whole << unit.shift);
    }
    return std::nullopt;
}

std::optional<std::uint64_t> parseUnsigned(std::string_view text) {
    int base = 10;
    if (text.starts_with("0x") || text.starts_with("0X")) {
        text.remove_prefix(2);
        base = 16;
    }
    std::uint64_t value = 0;
    const auto end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value, base);
    if (text.empty() || read.ec != std::errc{} || read.ptr != end) {
        return std::nullopt;
    }
    return value;
}

std::string nearestWord(std::string_view word, std::span<const std::string_view> known) {
    std::string_view best;
    std::size_t bestDistance = std::max<std::size_t>(2, word.size() / 3) + 1;
    for (const std::string_view candidate : known) {
        const std::size_t distance = editDistance(word, candidate);
        if (distance < bestDistance) {
            bestDistance = distance;
            best = candidate;
        }
    }
    return std::string(best);
}

} // namespace fragscope
