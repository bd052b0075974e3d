#pragma once

#include "fragscope/task/listing.h"

namespace fragscope::compact_fit {

/// The lines of the listing (compact_fit_listing.cpp).
enum class Line : std::uint16_t {
    Class = 1,
    Page,
    NewPage,
    Block,
    Full,
    Entry,
    Owner,
    Pieces,
    Free,
    Concurrent,
    Clear,
    Release,
    Open,
    Source,
    Copy,
    Patch,
    Return,
    Give
};

const Listing& movingListing();

} // namespace fragscope::compact_fit
