#include "fragscope/kernel/paging/resident_set.h"

#include "fragscope/base/check.h"
#include "fragscope/kernel/replacement/policies.h"

#include <algorithm>

namespace fragscope {

namespace {

constexpr std::uint64_t replacementSeed = 1; // of the policy `random`

replacement::PolicyKind policyOf(PageReplacement kind) {
    using replacement::PolicyKind;
    switch (kind) {
    case PageReplacement::Lru:
        return PolicyKind::Lru;
    case PageReplacement::Mru:
        return PolicyKind::Mru;
    case PageReplacement::Clock:
        return PolicyKind::Clock;
    case PageReplacement::Random:
        return PolicyKind::Random;
    case PageReplacement::Nfu:
        return PolicyKind::Nfu;
    case PageReplacement::Aging:
        return PolicyKind::Aging;
    case PageReplacement::Opt:
        return PolicyKind::Opt;
    case PageReplacement::WorkingSet:
        return PolicyKind::WorkingSet;
    case PageReplacement::None:
    case PageReplacement::Fifo:
        break;
    }
    return PolicyKind::Fifo;
}

} // namespace

ResidentSet::ResidentSet(const PagingSettings& settings,
                         std::size_t frames,
                         std::span<const replacement::Reference> future)
    : slots_(frames), fresh_(frames) {
    FRAGSCOPE_CHECK(settings.replacement != PageReplacement::None && frames != 0,
                    "nothing to replace");
    replacement::PolicyInputs inputs{
        .frames = frames, .settings = {}, .seed = replacementSeed, .string = future};
    inputs.settings.clockLoadedBit =
        settings.clockLoadedBit ? replacement::LoadedBit::Set : replacement::LoadedBit::Clear;
    inputs.settings.workingSetWindow = settings.window;
    policy_ = replacement::makePolicy(policyOf(settings.replacement), inputs);
}

bool ResidentSet::contains(FrameNumber frame) const {
    return places_.contains(frame) ||
           std::find(leaving_.begin(), leaving_.end(), frame) != leaving_.end();
}

/// A reference begins: the policy may give up a page that nobody needs.
void ResidentSet::refer(std::optional<replacement::Slot> next) {
    if (const auto given = policy_->giveUp(next)) {
        leaving_.push_back(std::exchange(slots_[*given], FrameNumber(0)));
        places_.erase(leaving_.back());
    }
}

void ResidentSet::add(FrameNumber frame) {
    refer(std::nullopt);
    putBack(frame);
}

void ResidentSet::putBack(FrameNumber frame) {
    const auto empty = std::find(slots_.begin(), slots_.end(), FrameNumber(0));
    FRAGSCOPE_CHECK(empty != slots_.end(), "no slot is left for a resident page");
    *empty = frame;
    const auto slot = static_cast<replacement::Slot>(empty - slots_.begin());
    fresh_[slot] = true;
    places_.emplace(frame, slot);
    policy_->loaded(slot);
}

void ResidentSet::used(FrameNumber frame) {
    const auto place = places_.find(frame);
    if (place == places_.end()) {
        return;
    }
    const bool counted = fresh_[place->second];
    fresh_[place->second] = false;
    if (!counted) {
        refer(place->second);
        policy_->hit(place->second);
    }
}

FrameNumber ResidentSet::takeVictim() {
    if (mustTrim()) {
        const FrameNumber gone = leaving_.front();
        leaving_.erase(leaving_.begin());
        return gone;
    }
    FRAGSCOPE_CHECK(full(), "a policy chooses among full slots only");
    const FrameNumber victim = std::exchange(slots_[policy_->takeVictim()], FrameNumber(0));
    places_.erase(victim);
    return victim;
}

void ResidentSet::remove(FrameNumber frame) {
    std::erase(leaving_, frame);
    const auto place = places_.find(frame);
    if (place != places_.end()) {
        policy_->forget(place->second);
        slots_[place->second] = FrameNumber(0);
        places_.erase(place);
    }
}

} // namespace fragscope
