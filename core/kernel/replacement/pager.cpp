#include "fragscope/kernel/replacement/pager.h"

#include "fragscope/base/check.h"
#include "fragscope/kernel/replacement/slot_list.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace fragscope::replacement {

Pager::Pager(std::size_t frames, std::unique_ptr<Policy> policy)
    : policy_(std::move(policy)), frames_(frames), free_(frames) {
    FRAGSCOPE_CHECK(frames != 0 && policy_ != nullptr, "a pager needs frames and a policy");
    std::iota(free_.begin(), free_.end(), Slot{0}); // ascending numbers are a heap
}

std::optional<Slot> Pager::slotOf(PageNumber page) const {
    const auto found = residents_.find(page.value);
    return found == residents_.end() ? std::nullopt : std::optional(found->second);
}

Step Pager::reference(Reference next) {
    Step step;
    const std::optional<Slot> resident = slotOf(next.page);
    if (const auto given = policy_->giveUp(resident)) {
        evict(*given, step);
    }
    ++totals_.references;
    step.hit = resident.has_value();
    if (step.hit) {
        ++totals_.hits;
        step.slot = *resident;
        policy_->hit(step.slot);
    } else {
        ++totals_.faults;
        step.slot = load(next.page, step);
        policy_->loaded(step.slot);
    }
    frames_[step.slot].dirty |= next.use == Use::Write;
    return step;
}

Slot Pager::load(PageNumber page, Step& step) {
    if (free_.empty()) {
        evict(policy_->takeVictim(), step);
    }
    std::pop_heap(free_.begin(), free_.end(), std::greater<>());
    const Slot slot = free_.back();
    free_.pop_back();
    frames_[slot] = {page, true, false};
    residents_.emplace(page.value, slot);
    return slot;
}

void Pager::evict(Slot slot, Step& step) {
    Frame& frame = frames_.at(slot);
    FRAGSCOPE_CHECK(frame.used && !step.victim, "one page at most leaves at a reference");
    step.victim = frame.page;
    step.victimWasDirty = frame.dirty;
    ++totals_.evictions;
    totals_.dirtyEvictions += frame.dirty ? 1U : 0U;
    residents_.erase(frame.page.value);
    frame = {};
    free_.push_back(slot);
    std::push_heap(free_.begin(), free_.end(), std::greater<>());
}

std::vector<Slot> Pager::usedSlots() const {
    std::vector<Slot> used;
    used.reserve(residents_.size());
    for (Slot slot = 0; used.size() < residents_.size(); ++slot) {
        if (frames_.at(slot).used) {
            used.push_back(slot);
        }
    }
    return used;
}

std::vector<PageNumber> Pager::frames() const {
    const SlotList* order = policy_->order();
    std::vector<PageNumber> pages;
    for (const Slot slot : order != nullptr ? order->inOrder() : usedSlots()) {
        pages.push_back(frames_[slot].page);
    }
    return pages;
}

bool Pager::orderHolds(const std::vector<Slot>& used) const {
    const SlotList* order = policy_->order();
    if (order == nullptr) {
        return true;
    }
    std::vector<Slot> listed = order->inOrder();
    std::sort(listed.begin(), listed.end());
    return order->check() == 0 && listed == used;
}

unsigned Pager::check() const {
    std::vector<Slot> used;
    for (Slot slot = 0; slot < frames_.size(); ++slot) {
        if (frames_[slot].used) {
            used.push_back(slot);
        }
    }
    const bool found = std::all_of(
        used.begin(), used.end(), [this](Slot slot) { return slotOf(frames_[slot].page) == slot; });
    if (!found || residents_.size() != used.size()) {
        return 1;
    }
    const bool empty = std::all_of(free_.begin(), free_.end(),
                                   [this](Slot slot) { return !frames_.at(slot).used; });
    if (!empty || free_.size() + used.size() != frames_.size()) {
        return 2;
    }
    return orderHolds(used) ? 0 : 3;
}

} // namespace fragscope::replacement
