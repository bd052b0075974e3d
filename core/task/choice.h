#pragma once

#include "fragscope/base/rng.h"

#include <string_view>
#include <vector>

namespace fragscope {

/// Everything random or free asks here: draws from the seed, or repeats a recorded list; keeps what
/// was chosen, so that a run can be repeated from the list alone.
class Choices {
public:
    explicit Choices(std::uint64_t seed) : rng_(seed) {}

    /// A number below `n` (n > 0). `label` says what is chosen, for logs and the explorer.
    std::uint64_t choose(std::uint64_t n, std::string_view label);

    /// Numbers for workloads: drawn but not kept (the seed alone repeats them).
    Rng& rng() { return rng_; }

    void replay(std::vector<std::uint64_t> choices) { replayed_ = std::move(choices); }

    [[nodiscard]] const std::vector<std::uint64_t>& made() const { return made_; }

private:
    Rng rng_;
    std::vector<std::uint64_t> replayed_;
    std::vector<std::uint64_t> made_;
};

} // namespace fragscope
