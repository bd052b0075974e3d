#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Taking lines apart. A function that can fail gives the reason, or an empty text if all is well.
namespace fragscope {

enum class Base : std::uint8_t { Decimal = 10, Hexadecimal = 16 };

/// Takes the word before the next single blank off the front of `rest`.
std::string_view cutWord(std::string_view& rest);

/// The same, but any number of blanks and tabs separates words. Empty when no word is left.
std::string_view cutSpacedWord(std::string_view& rest);

/// Reads all of `word`; "0x" may lead a hexadecimal number. Reasons: no number, or over 64 bits.
std::string readNumber(std::string_view word, Base base, std::uint64_t& value);

/// Reads a size in bytes. Reasons: those of readNumber, missing, over largestTraceSize.
std::string readSize(std::string_view word, Base base, std::uint64_t& size);

/// Empty if `size` is at most largestTraceSize.
std::string refuseSize(std::uint64_t size);

/// The word for a message: in back quotes, cut at 40 characters, with `?` for what cannot be shown.
std::string quoted(std::string_view word);

} // namespace fragscope
