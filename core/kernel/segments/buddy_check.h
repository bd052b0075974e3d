#pragma once

#include "fragscope/kernel/segments/segment_check.h"

namespace fragscope {

/// The first broken invariant of the blocks of a buddy system, from the words of its books alone:
/// Q1 and Q2 (segment_check.h); B1 each run that is no hole has a length of a power of two, at most
/// the largest block, and lies at a multiple of it; B2 two buddies are never both free and whole.
std::optional<SegmentIssue> checkBuddies(const WordStore& words);

} // namespace fragscope
