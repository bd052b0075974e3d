#include "fragscope/defrag/mover.h"

#include <array>

namespace fragscope {

namespace {

constexpr std::array<std::string_view, 15> highLines{
    "allocate the needed space behind O",
    "determine the transfer block size t",
    "install the custom violation handler",
    "add entry E between O and A, at A's address",
    "for each transfer block of A, lowest first",
    "  A.start += t: E covers the block",
    "  take its table entries out",
    "  shoot the TLBs down",
    "  wait for every acknowledgement",
    "  copy the block, page by page",
    "  E.start += t: O covers the block",
    "  write its new table entries",
    "delete E and A",
    "give the old frames back",
    "reset the violation handler",
};

constexpr std::array<std::string_view, 15> lowLines{
    "allocate the needed space in front of O",
    "determine the transfer block size t",
    "install the custom violation handler",
    "add entry E between A and O, at O's address",
    "for each transfer block of A, highest first",
    "  E.start -= t: E covers the block",
    "  take its table entries out",
    "  shoot the TLBs down",
    "  wait for every acknowledgement",
    "  copy the block, page by page",
    "  O.start -= t: O covers the block",
    "  write its new table entries",
    "delete E and A",
    "give the old frames back",
    "reset the violation handler",
};

constexpr std::array<std::string_view, 8> localNames{
    "block", "start", "length_bytes", "source_frame", "destination_frame",
    "page",  "round", "left_bytes",
};

} // namespace

const Listing& entryEListing(MoveEnd end) {
    static constexpr Listing high{ListingId::EntryEHigh, "entry-e-high", "Mover: entry E, high end",
                                  highLines, localNames};
    static constexpr Listing low{ListingId::EntryELow, "entry-e-low", "Mover: entry E, low end",
                                 lowLines, localNames};
    return end == MoveEnd::High ? high : low;
}

} // namespace fragscope
