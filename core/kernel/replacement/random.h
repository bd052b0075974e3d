#pragma once

#include "fragscope/base/rng.h"
#include "fragscope/kernel/replacement/policy.h"

namespace fragscope::replacement {

/// Random: replaces any page, each with the same probability. It needs no books and has no worst
/// case; the same seed gives the same victims.
class Random final : public Policy {
public:
    Random(std::size_t frames, std::uint64_t seed) : frames_(frames), rng_(seed) {}

    void loaded(Slot /*slot*/) override {}

    void hit(Slot /*slot*/) override {}

    Slot takeVictim() override { return rng_.below(frames_); }

private:
    std::size_t frames_;
    Rng rng_;
};

} // namespace fragscope::replacement
