#pragma once

#include "fragscope/event/event.h"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace fragscope {

inline constexpr std::size_t blockEvents = 4096; ///< events of every block but the last

/// One row of event_block: what a run of up to 4,096 stored events holds, without reading them.
struct EventBlock {
    std::uint64_t firstSeq = 0;
    std::uint64_t count = 0;
    std::uint64_t earliest = 0;                        ///< smallest time in cycles
    std::uint64_t latest = 0;                          ///< largest time in cycles
    std::map<std::uint16_t, std::uint64_t> kindCounts; ///< by the file's kind numbers
    std::uint64_t chainHash = 0;                       ///< of this block and all before it
};

/// The chained hash of stored events (kinds and rules as the file numbers them): XXH3 with `before`
/// as its seed, over the 72 bytes of each event.
std::uint64_t blockHash(std::span<const Event> stored, std::uint64_t before);

/// Everything of a block; `stored` is not empty.
EventBlock describeBlock(std::span<const Event> stored, std::uint64_t before);

/// {"3":120,"17":5}: readable by json_each.
std::string kindCountsText(const EventBlock& block);

/// 16 hexadecimal digits. SQL has no unsigned 64-bit numbers, so hashes are text in the file.
std::string hashText(std::uint64_t hash);

/// The converse; 0 if malformed.
std::uint64_t hashOfText(const std::string& text);

} // namespace fragscope
