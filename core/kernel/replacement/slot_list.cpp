#include "fragscope/kernel/replacement/slot_list.h"

#include "fragscope/base/check.h"

namespace fragscope::replacement {

SlotList::SlotList(std::size_t frames) : links_(frames + 1) {
    links_.back() = {head(), head()};
}

void SlotList::pushBack(Slot slot) {
    FRAGSCOPE_CHECK(slot < head() && !contains(slot), "slot " + std::to_string(slot));
    const Slot last = links_[head()].previous;
    links_[slot] = {last, head()};
    links_[last].next = slot;
    links_[head()].previous = slot;
    ++size_;
}

void SlotList::remove(Slot slot) {
    FRAGSCOPE_CHECK(slot < head() && contains(slot), "slot " + std::to_string(slot));
    const Link link = links_[slot];
    links_[link.previous].next = link.next;
    links_[link.next].previous = link.previous;
    links_[slot] = {};
    --size_;
}

Slot SlotList::front() const {
    FRAGSCOPE_CHECK(size_ != 0, "empty list");
    return links_.back().next;
}

Slot SlotList::back() const {
    FRAGSCOPE_CHECK(size_ != 0, "empty list");
    return links_.back().previous;
}

std::vector<Slot> SlotList::inOrder() const {
    std::vector<Slot> all;
    all.reserve(size_);
    for (Slot slot = links_.back().next; slot != head(); slot = links_[slot].next) {
        all.push_back(slot);
    }
    return all;
}

unsigned SlotList::check() const {
    std::size_t seen = 0;
    Slot slot = head();
    do {
        const Slot next = links_[slot].next;
        if (next >= links_.size() || links_[next].previous != slot || seen > size_) {
            return 2;
        }
        ++seen;
        slot = next;
    } while (slot != head());
    return seen == size_ + 1 ? 0 : 2;
}

} // namespace fragscope::replacement
