#pragma once

#include "fragscope/base/rng.h"
#include "fragscope/kernel/replacement/policies.h"

#include <algorithm>
#include <map>
#include <set>

/// Page replacement as the definitions say it, slow and without any books: every decision is made
/// anew from the history of the reference string. It shares no code with the policies but the
/// generator of random numbers.
namespace fragscope::naive {

using replacement::LoadedBit;
using replacement::OptTie;
using replacement::PolicyKind;
using replacement::ReferenceString;
using replacement::Use;

struct Step {
    bool hit = false;
    std::optional<std::uint64_t> victim;
    bool dirty = false;
    std::vector<std::uint64_t> frames;

    friend bool operator==(const Step&, const Step&) = default;
};

class Paging {
public:
    Paging(PolicyKind kind, const replacement::PolicyInputs& inputs)
        : kind_(kind), settings_(inputs.settings), frames_(inputs.frames),
          string_(inputs.string.begin(), inputs.string.end()), rng_(inputs.seed) {}

    std::vector<Step> run() {
        std::vector<Step> steps;
        for (now_ = 0; now_ < string_.size(); ++now_) {
            steps.push_back(step());
        }
        return steps;
    }

private:
    struct Resident {
        std::uint64_t page = 0;
        std::size_t slot = 0;
        std::size_t loadedAt = 0;
    };

    static constexpr std::size_t never = static_cast<std::size_t>(-1);

    std::uint64_t pageAt(std::size_t i) const { return string_[i].page.value; }

    /// The last reference before `now_`; the page is resident, so there is one.
    std::size_t lastUse(std::uint64_t page) const {
        std::size_t i = now_;
        while (pageAt(--i) != page) {
        }
        return i;
    }

    std::size_t nextUse(std::uint64_t page) const {
        for (std::size_t i = now_; i < string_.size(); ++i) {
            if (pageAt(i) == page) {
                return i;
            }
        }
        return never;
    }

    /// Whether a resident page was used by the references first to last - 1 since it was loaded.
    bool usedWithin(const Resident& resident, std::size_t first, std::size_t last) const {
        for (std::size_t i = std::max(first, resident.loadedAt); i < last; ++i) {
            if (pageAt(i) == resident.page) {
                return true;
            }
        }
        return false;
    }

    /// Bits of the ticks since the page was loaded, newest first; the unfinished tick comes last.
    std::vector<bool> tickBits(const Resident& resident, std::size_t period) const {
        std::vector<bool> bits;
        const std::size_t ticks = now_ / period;
        for (std::size_t tick = ticks; tick > 0 && tick * period > resident.loadedAt; --tick) {
            bits.push_back(usedWithin(resident, (tick - 1) * period, tick * period));
        }
        bits.push_back(usedWithin(resident, ticks * period, now_));
        return bits;
    }

    std::uint64_t nfuRank(const Resident& resident) const {
        std::vector<bool> bits = tickBits(resident, settings_.nfuPeriod);
        const bool current = bits.back();
        bits.pop_back();
        return 2 * static_cast<std::uint64_t>(std::count(bits.begin(), bits.end(), true)) +
               (current ? 1 : 0);
    }

    /// The register as a text of 0 and 1, then the bit of the unfinished tick: compares like it.
    std::string agingRank(const Resident& resident) const {
        const std::vector<bool> bits = tickBits(resident, settings_.agingPeriod);
        std::string rank(settings_.agingBits, '0');
        for (std::size_t i = 0; i + 1 < bits.size() && i < rank.size(); ++i) {
            rank[i] = bits[i] ? '1' : '0';
        }
        return rank + (bits.back() ? '1' : '0');
    }

    /// Clock as a queue with a second chance: looks the same from outside, and has no hand.
    std::size_t clockVictim() {
        while (bits_[queue_.front()]) {
            bits_[queue_.front()] = false;
            std::rotate(queue_.begin(), queue_.begin() + 1, queue_.end());
        }
        const std::uint64_t page = queue_.front();
        queue_.erase(queue_.begin());
        return indexOf(page);
    }

    std::size_t indexOf(std::uint64_t page) const {
        for (std::size_t i = 0; i < residents_.size(); ++i) {
            if (residents_[i].page == page) {
                return i;
            }
        }
        return never;
    }

    template <class Rank> std::size_t lowest(Rank rank) const {
        std::size_t best = 0;
        for (std::size_t i = 1; i < residents_.size(); ++i) {
            if (rank(residents_[i]) < rank(residents_[best])) {
                best = i;
            }
        }
        return best;
    }

    std::size_t optVictim() const {
        return lowest([this](const Resident& resident) {
            const std::size_t tie = settings_.optTie == OptTie::LoadOrder ? resident.loadedAt
                                    : settings_.optTie == OptTie::Recency ? lastUse(resident.page)
                                                                          : resident.slot;
            return std::pair(never - nextUse(resident.page), tie);
        });
    }

    /// Index of the resident page that is replaced. `residents_` is in the order of the slots.
    std::size_t victim() {
        switch (kind_) {
        case PolicyKind::Fifo:
            return lowest([](const Resident& resident) { return resident.loadedAt; });
        case PolicyKind::Lru:
        case PolicyKind::WorkingSet:
            return lowest([this](const Resident& resident) { return lastUse(resident.page); });
        case PolicyKind::Mru:
            return lowest([this](const Resident& r) { return never - lastUse(r.page); });
        case PolicyKind::Opt:
            return optVictim();
        case PolicyKind::Clock:
            return clockVictim();
        case PolicyKind::Random:
            return rng_.below(frames_);
        case PolicyKind::Nfu:
            return lowest([this](const Resident& resident) { return nfuRank(resident); });
        case PolicyKind::Aging:
            return lowest([this](const Resident& resident) { return agingRank(resident); });
        }
        return never;
    }

    void drop(std::size_t index, Step& step) {
        const Resident gone = residents_[index];
        step.victim = gone.page;
        for (std::size_t i = gone.loadedAt; i < now_; ++i) {
            step.dirty |= pageAt(i) == gone.page && string_[i].use == Use::Write;
        }
        residents_.erase(residents_.begin() + static_cast<std::ptrdiff_t>(index));
    }

    void dropOutsideWindow(Step& step) {
        for (std::size_t i = 0; i < residents_.size(); ++i) {
            const std::uint64_t page = residents_[i].page;
            if (page != pageAt(now_) && now_ - lastUse(page) >= settings_.workingSetWindow) {
                drop(i, step);
                return;
            }
        }
    }

    void load(std::uint64_t page) {
        std::size_t slot = 0;
        while (slot < residents_.size() && residents_[slot].slot == slot) {
            ++slot;
        }
        const auto place = residents_.begin() + static_cast<std::ptrdiff_t>(slot);
        residents_.insert(place, {page, slot, now_});
        queue_.push_back(page);
        bits_[page] = settings_.clockLoadedBit == LoadedBit::Set;
    }

    Step step() {
        Step step;
        const std::uint64_t page = pageAt(now_);
        if (kind_ == PolicyKind::WorkingSet) {
            dropOutsideWindow(step);
        }
        step.hit = indexOf(page) != never;
        if (step.hit) {
            bits_[page] = true;
        } else {
            if (residents_.size() == frames_) {
                drop(victim(), step);
            }
            load(page);
        }
        step.frames = shownFrames();
        return step;
    }

    std::vector<std::uint64_t> shownFrames() {
        std::vector<Resident> shown = residents_;
        const auto by = [&shown](auto rank) {
            std::sort(shown.begin(), shown.end(),
                      [rank](const Resident& a, const Resident& b) { return rank(a) < rank(b); });
        };
        if (kind_ == PolicyKind::Fifo || kind_ == PolicyKind::Opt) {
            by([](const Resident& resident) { return resident.loadedAt; });
        } else if (kind_ == PolicyKind::Lru || kind_ == PolicyKind::Mru) {
            ++now_; // the reference of this step counts
            by([this](const Resident& resident) { return lastUse(resident.page); });
            --now_;
        }
        std::vector<std::uint64_t> pages;
        for (const Resident& resident : shown) {
            pages.push_back(resident.page);
        }
        return pages;
    }

    PolicyKind kind_;
    replacement::Settings settings_;
    std::size_t frames_;
    ReferenceString string_;
    Rng rng_;
    std::size_t now_ = 0;
    std::vector<Resident> residents_;    ///< by slot
    std::vector<std::uint64_t> queue_;   ///< of Clock
    std::map<std::uint64_t, bool> bits_; ///< of Clock
};

} // namespace fragscope::naive
