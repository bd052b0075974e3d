#pragma once

#include "fragscope/kernel/replacement/policy.h"

#include <algorithm>
#include <cstdint>

namespace fragscope::replacement {

/// Aging: at every clock tick the register of each page is shifted right by one, and its reference
/// bit enters from the left and is cleared; the page with the lowest register is replaced. Uses
/// longer ago than the register is wide are forgotten, and the order of uses between two ticks is
/// not known (Tanenbaum, Modern Operating Systems, "Simulating LRU in software"). A tick follows
/// every `aging.period` references. A loaded page begins with register 0 and its bit set. Equal
/// registers: a page not used since the last tick first, then the lowest slot.
class Aging final : public Policy {
public:
    /// `bits` is the width of the register, 1 to 64.
    Aging(std::uint64_t period, unsigned bits) : period_(period), entering_(1ULL << (bits - 1)) {}

    void loaded(Slot slot) override {
        pages_.resize(std::max(pages_.size(), slot + 1));
        pages_[slot] = {};
        hit(slot);
    }

    void hit(Slot slot) override {
        pages_[slot].referenced = true;
        if (++references_ % period_ == 0) {
            tick();
        }
    }

    Slot takeVictim() override {
        const auto lowest =
            std::min_element(pages_.begin(), pages_.end(), [](const Page& a, const Page& b) {
                return a.age != b.age ? a.age < b.age : a.referenced < b.referenced;
            });
        return static_cast<Slot>(lowest - pages_.begin());
    }

private:
    struct Page {
        std::uint64_t age = 0;   ///< the shift register; high means used recently
        bool referenced = false; ///< since the last tick
    };

    void tick() {
        for (Page& page : pages_) {
            page.age = (page.age >> 1U) | (page.referenced ? entering_ : 0);
            page.referenced = false;
        }
    }

    std::uint64_t period_;
    std::uint64_t entering_; ///< leftmost bit of the register
    std::uint64_t references_ = 0;
    std::vector<Page> pages_; ///< by slot
};

} // namespace fragscope::replacement
