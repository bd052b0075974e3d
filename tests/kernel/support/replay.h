#pragma once

#include "fragscope/kernel/replacement/pager.h"

#include "kernel/support/naive_paging.h"

/// Replays under the policies what the naive twin replays, with the invariants checked at every
/// step.
namespace fragscope::replay {

using replacement::Pager;
using replacement::PolicyInputs;
using replacement::PolicyKind;
using replacement::Reference;
using replacement::ReferenceString;

struct Replay {
    std::vector<naive::Step> steps;
    replacement::Totals totals;
    unsigned violated = 0; ///< first violated invariant of the pager
};

inline std::vector<std::uint64_t> pagesOf(const Pager& pager) {
    std::vector<std::uint64_t> pages;
    for (const PageNumber page : pager.frames()) {
        pages.push_back(page.value);
    }
    return pages;
}

inline Replay replay(PolicyKind kind, const PolicyInputs& inputs) {
    Pager pager(inputs.frames, makePolicy(kind, inputs));
    Replay result;
    for (const Reference reference : inputs.string) {
        const replacement::Step step = pager.reference(reference);
        const auto victim = step.victim ? std::optional(step.victim->value) : std::nullopt;
        result.steps.push_back({step.hit, victim, step.victimWasDirty, pagesOf(pager)});
        if (result.violated == 0) {
            result.violated = pager.check();
        }
    }
    result.totals = pager.totals();
    return result;
}

/// Empty if the policy and its naive twin do the same at every step; else where they part.
inline std::string difference(PolicyKind kind, const PolicyInputs& inputs) {
    const Replay mine = replay(kind, inputs);
    const std::vector<naive::Step> twin = naive::Paging(kind, inputs).run();
    if (mine.violated != 0) {
        return "invariant " + std::to_string(mine.violated);
    }
    for (std::size_t i = 0; i < twin.size(); ++i) {
        if (mine.steps[i] != twin[i]) {
            return std::string(nameOf(kind)) + " differs at step " + std::to_string(i + 1);
        }
    }
    return mine.steps.size() == twin.size() ? "" : "another number of steps";
}

/// Reads only: pages 1, 2, 3...
inline ReferenceString reads(std::initializer_list<std::uint64_t> pages) {
    ReferenceString string;
    for (const std::uint64_t page : pages) {
        string.push_back({PageNumber(page)});
    }
    return string;
}

} // namespace fragscope::replay
