#include "fragscope/kernel/paging/entry_layout.h"

#include <algorithm>

namespace fragscope {

namespace {

constexpr unsigned stateShift = 9; // of a present entry
constexpr unsigned allStates = 2;  // bits for the four states of a present entry
constexpr std::uint64_t present = 1;
constexpr unsigned numberShift = 1; // of an absent entry that holds nothing else
constexpr unsigned backingShift = 4;
constexpr unsigned backingNumberShift = 8;
constexpr std::uint64_t stateMask = 0xf;
constexpr std::uint64_t backingMask = 3;

/// The code that means "see the side table", if there is one.
std::optional<std::uint64_t> spillCode(const EntryLayout& layout) {
    return layout.presentBits >= allStates ? std::nullopt
                                           : std::optional((1ULL << layout.presentBits) - 1);
}

std::uint64_t codeOf(std::uint64_t entry, const EntryLayout& layout) {
    const unsigned bits = std::min(layout.presentBits, allStates);
    return (entry >> stateShift) & ((1ULL << bits) - 1);
}

} // namespace

std::uint64_t encodeSide(const SideWord& word) {
    return static_cast<std::uint64_t>(word.state) |
           static_cast<std::uint64_t>(word.backing.kind) << backingShift |
           word.backing.number << backingNumberShift;
}

SideWord decodeSide(std::uint64_t word) {
    const std::uint64_t state = std::min<std::uint64_t>(word & stateMask, pageStateCount - 1);
    const std::uint64_t kind = std::min<std::uint64_t>((word >> backingShift) & backingMask, 2);
    return {static_cast<PageState>(state),
            {static_cast<BackingKind>(kind), word >> backingNumberShift}};
}

bool isSpilled(std::uint64_t entry, const EntryLayout& layout) {
    if ((entry & present) == 0) {
        return !layout.absentStates;
    }
    const auto code = spillCode(layout);
    return code && codeOf(entry, layout) == *code;
}

PageEntry decodePage(std::uint64_t entry, const SideWord& side, const EntryLayout& layout) {
    if (!isSpilled(entry, layout)) {
        return decodeEntry(entry);
    }
    const bool isPresent = (entry & present) != 0;
    const bool silent =
        isPresent && side.state == PageState::NotUsed; // of a block, or a single page
    return {silent ? PageState::Allocated : side.state, isPresent,
            isPresent ? decodeEntry(entry).number : entry >> numberShift};
}

std::optional<std::uint64_t> encodePage(const PageEntry& page, const EntryLayout& layout) {
    const auto full = encodeEntry(page);
    if (!full || (!page.present && layout.absentStates)) {
        return full;
    }
    if (!page.present) {
        return page.number << numberShift;
    }
    const auto spill = spillCode(layout);
    const std::uint64_t code = (*full >> stateShift) & ((1ULL << allStates) - 1);
    if (!spill || code < *spill) {
        return full;
    }
    return (*full & ~(((1ULL << allStates) - 1) << stateShift)) | *spill << stateShift;
}

} // namespace fragscope
