#pragma once

#include "fragscope/kernel/replacement/policy.h"

#include <algorithm>
#include <cstdint>

namespace fragscope::replacement {

/// NFU, not frequently used: at every clock tick the reference bit of each page is added to its
/// counter and cleared; the page with the lowest counter is replaced. It never forgets: a page that
/// was used much long ago stays (Tanenbaum, Modern Operating Systems, "Simulating LRU in
/// software"). A tick follows every `nfu.period` references. A loaded page begins with counter 0
/// and its bit set. Equal counters: a page not used since the last tick first, then the lowest
/// slot.
class Nfu final : public Policy {
public:
    explicit Nfu(std::uint64_t period) : period_(period) {}

    void loaded(Slot slot) override {
        pages_.resize(std::max(pages_.size(), slot + 1));
        pages_[slot] = {};
        hit(slot);
    }

    void hit(Slot slot) override {
        pages_[slot].referenced = 1;
        if (++references_ % period_ == 0) {
            tick();
        }
    }

    Slot takeVictim() override {
        const auto lowest =
            std::min_element(pages_.begin(), pages_.end(), [](const Page& a, const Page& b) {
                return a.counter != b.counter ? a.counter < b.counter : a.referenced < b.referenced;
            });
        return static_cast<Slot>(lowest - pages_.begin());
    }

private:
    struct Page {
        std::uint64_t counter = 0;    ///< ticks before which the page was used
        std::uint64_t referenced = 0; ///< 1 if used since the last tick
    };

    void tick() {
        for (Page& page : pages_) {
            page.counter += page.referenced;
            page.referenced = 0;
        }
    }

    std::uint64_t period_;
    std::uint64_t references_ = 0;
    std::vector<Page> pages_; ///< by slot
};

} // namespace fragscope::replacement
