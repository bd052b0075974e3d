#include "fragscope/kernel/paging/resident_set.h"

#include "fragscope/base/check.h"
#include "fragscope/kernel/replacement/policies.h"

#include <algorithm>

namespace fragscope {

namespace {

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
    case PageReplacement::None:
    case PageReplacement::Fifo:
        break;
    }
    return PolicyKind::Fifo;
}

} // namespace

ResidentSet::ResidentSet(PageReplacement kind, std::size_t frames, std::uint64_t seed)
    : policy_(replacement::makePolicy(
          policyOf(kind), {.frames = frames, .settings = {}, .seed = seed, .string = {}})),
      slots_(frames) {
    FRAGSCOPE_CHECK(kind != PageReplacement::None && frames != 0, "nothing to replace");
}

void ResidentSet::add(const Resident& loaded) {
    const auto empty = std::find_if(slots_.begin(), slots_.end(),
                                    [](const Resident& slot) { return slot.process == 0; });
    FRAGSCOPE_CHECK(empty != slots_.end(), "no slot is left for a resident page");
    *empty = loaded;
    empty->fresh = true;
    const auto slot = static_cast<replacement::Slot>(empty - slots_.begin());
    places_.emplace(Key{loaded.process, loaded.page.value}, slot);
    policy_->loaded(slot);
}

void ResidentSet::used(std::uint32_t process, PageNumber page) {
    const auto place = places_.find({process, page.value});
    if (place == places_.end()) {
        return;
    }
    if (!std::exchange(slots_[place->second].fresh, false)) {
        policy_->hit(place->second);
    }
}

ResidentSet::Resident ResidentSet::takeVictim() {
    FRAGSCOPE_CHECK(full(), "a policy chooses among full slots only");
    const Resident victim = std::exchange(slots_[policy_->takeVictim()], {});
    places_.erase({victim.process, victim.page.value});
    return victim;
}

ResidentSet::Resident ResidentSet::remove(std::uint32_t process, PageNumber page) {
    const auto place = places_.find({process, page.value});
    if (place == places_.end()) {
        return {};
    }
    policy_->forget(place->second);
    const Resident left = std::exchange(slots_[place->second], {});
    places_.erase(place);
    return left;
}

} // namespace fragscope
