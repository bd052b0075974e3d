#pragma once

#include "fragscope/base/units.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

/// Text forms of quantities, the same in logs, CSV and tests, whatever the locale.
namespace fragscope {

std::string hex(std::uint64_t value); ///< "0x1f"
std::string text(VirtAddr address);   ///< "V0x1234000"
std::string text(PhysAddr address);   ///< "P0x1234000"
std::string text(FrameNumber frame);  ///< "F1234" (decimal)
std::string text(PageNumber page);    ///< "page 0x1234"
std::string text(Cycles cycles);      ///< "1234 cycles"

/// Exact size with the largest binary unit that divides it: "64 KiB", "8 MiB", "100 B".
std::string text(ByteCount size);

/// Reads "64 KiB", "4096", "8 B"; units are B, KiB, MiB, GiB, TiB. Nothing if malformed or too
/// large.
std::optional<ByteCount> parseSize(std::string_view text);

/// Reads a decimal or 0x-hexadecimal unsigned 64-bit number, all of the text. Nothing if malformed.
std::optional<std::uint64_t> parseUnsigned(std::string_view text);

/// The word of `known` with the smallest edit distance to `word`, if it is close enough to be a
/// typing mistake (at most a third of its length, at least 2); empty otherwise.
std::string nearestWord(std::string_view word, std::span<const std::string_view> known);

} // namespace fragscope
