#include "fragscope/alloc/dlmalloc/dlmalloc_listing.h"

#include <array>

namespace fragscope {

namespace {

constexpr std::array<std::string_view, 29> lines{
    "malloc(size): with its header, in whole granules, at least 32 bytes",
    "small: the bitmap of small bins: has the bin of exactly this size a chunk?",
    "yes: its first chunk is taken, nothing is left over",
    "no: does the designated victim hold it?",
    "no: the first chunk of the next small bin that has one",
    "small bins are empty: the bitmap of trees, the lowest that has a chunk",
    "large: down the tree of its size, bit by bit; the best so far is kept",
    "down the leftmost path of a tree, to its smallest chunk; the best so far is kept",
    "the low end is given out; the rest is a free chunk",
    "the rest would be too small: the chunk is given out whole, the next one learns it",
    "the rest becomes the designated victim, the old victim goes to its small bin",
    "the designated victim gives its low end",
    "top gives its low end",
    "256 KiB or more, and top is too small: the system maps an area for this chunk alone",
    "top is too small: the system is asked for more pages; top grows into them",
    "they do not continue top's segment: a new segment; the old one ends with its record",
    "free(chunk): its head gives its size",
    "the chunk has an area of its own: it goes back to the system",
    "the chunk before it is free, its size lies in front of the head: they become one",
    "the head of the chunk behind it: is that free?",
    "it is top: the chunk becomes part of it",
    "it is the designated victim: the chunk becomes part of that",
    "head and foot of the free chunk are written; the next one learns that it is free",
    "out of its small bin: its neighbours there point to each other",
    "out of its tree: the next of its size takes its place, or a leaf below it",
    "into its small bin, at the front",
    "into its tree: down, bit by bit, to a free place or a chunk of the same size",
    "top is larger than 2 MiB: whole pages of it go back to the system",
    "every 4,095 large chunks: segments without a used chunk go back to the system",
};

constexpr std::array<std::string_view, 8> names{"size_bytes",   "bin",        "chunk",
                                                "chunk_bytes",  "rest_bytes", "neighbour",
                                                "victim_bytes", "top_bytes"};

const Listing listingOfDlmalloc{ListingId::Dlmalloc, "dlmalloc", "dlmalloc", lines, names};

} // namespace

const Listing& listingDlmalloc() {
    return listingOfDlmalloc;
}

} // namespace fragscope
