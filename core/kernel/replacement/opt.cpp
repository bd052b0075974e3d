#include "fragscope/kernel/replacement/opt.h"

#include "fragscope/base/check.h"

#include <algorithm>
#include <limits>
#include <unordered_map>

namespace fragscope::replacement {

namespace {

constexpr std::size_t never = std::numeric_limits<std::size_t>::max();

/// For each reference the index of the next one to the same page. Read backwards, the index noted
/// last for a page is the next one.
std::vector<std::size_t> nextUses(std::span<const Reference> string) {
    std::vector<std::size_t> next(string.size(), never);
    std::unordered_map<std::uint64_t, std::size_t> noted;
    for (std::size_t i = string.size(); i-- > 0;) {
        const auto [place, first] = noted.try_emplace(string[i].page.value, i);
        if (!first) {
            next[i] = std::exchange(place->second, i);
        }
    }
    return next;
}

} // namespace

Opt::Opt(std::size_t frames, OptTie tie, std::span<const Reference> string)
    : tie_(tie), nextUse_(nextUses(string)), slotUse_(frames, never), loadOrder_(frames),
      recency_(frames) {}

void Opt::use(Slot slot) {
    FRAGSCOPE_CHECK(now_ < nextUse_.size(), "OPT was not told of this reference");
    slotUse_[slot] = nextUse_[now_++];
}

void Opt::loaded(Slot slot) {
    use(slot);
    loadOrder_.pushBack(slot);
    recency_.pushBack(slot);
}

void Opt::hit(Slot slot) {
    use(slot);
    recency_.moveToBack(slot);
}

std::vector<Slot> Opt::tieOrder() const {
    std::vector<Slot> slots = tie_ == OptTie::Recency ? recency_.inOrder() : loadOrder_.inOrder();
    if (tie_ == OptTie::SlotOrder) {
        std::sort(slots.begin(), slots.end());
    }
    return slots;
}

Slot Opt::takeVictim() {
    const std::vector<Slot> slots = tieOrder();
    // The first of several: max_element keeps it.
    const Slot farthest = *std::max_element(
        slots.begin(), slots.end(), [this](Slot a, Slot b) { return slotUse_[a] < slotUse_[b]; });
    forget(farthest);
    return farthest;
}

void Opt::forget(Slot slot) {
    loadOrder_.remove(slot);
    recency_.remove(slot);
}

} // namespace fragscope::replacement
