#include "fragscope/alloc/compact_fit/compact_fit_lines.h"

#include <array>

namespace fragscope::compact_fit {

namespace {

constexpr std::array<std::string_view, 18> lines{
    "malloc(size): the size class that holds it, with the owner's word",
    "has the class a not-full page? the oldest of them gives the block",
    "no: a free page joins the class, and its not-full pages",
    "take the lowest free block of the page: two searches for a bit",
    "the page is full now: it goes to the full pages of the class",
    "a table entry leads to the block; the program gets the entry's address",
    "the block's last word: the address of its entry",
    "larger than the largest class: whole pages, and a block with their addresses",
    "free(entry): follow it to the block, its page and its class",
    "is the block being copied? then that copy is given up, and its target is freed instead",
    "clear the bit of the block",
    "no block of the page is in use: it joins the free pages",
    "fewer than k pages are not full: this one becomes one of them",
    "k pages are not full: choose one of them, and its lowest block in use",
    "copy the block, or its next part, into the gap",
    "the entry of the moved block leads to its new place",
    "the source page: not full as before, or empty and free",
    "the entry joins the free entries",
};

constexpr std::array<std::string_view, 7> names{"size_bytes", "class",       "page",        "block",
                                                "entry",      "source_page", "copied_bytes"};

constexpr Listing listing{ListingId::CompactFit, "compact-fit", "Compact-fit", lines, names};

} // namespace

const Listing& movingListing() {
    return listing;
}

} // namespace fragscope::compact_fit
