#pragma once

#include "fragscope/hardware/paging/pte.h"

namespace fragscope {

/// Marks of present pages whose process has given them back, in bits of the entry that are
/// available to the operating system and not taken by the page state.
///
/// `mayGo`: the frame may be taken, as long as the page is not written again: D is cleared with the
/// mark, and a page with D set is in use (as MADV_FREE of Linux has it). Until then it reads the
/// old data. `leaked`: a free() that manages virtual memory only (seed 002). No area has the page
/// any more, its frame is still mapped: any access works, and the next area there finds the old
/// data.
namespace page_mark {
inline constexpr std::uint64_t mayGo = pte::software11;
inline constexpr std::uint64_t leaked = 1ULL << 52;
} // namespace page_mark

constexpr bool isMarkedMayGo(std::uint64_t entry) {
    return (entry & pte::present) != 0 && (entry & page_mark::mayGo) != 0;
}

constexpr bool isLeaked(std::uint64_t entry) {
    return (entry & pte::present) != 0 && (entry & page_mark::leaked) != 0;
}

} // namespace fragscope
