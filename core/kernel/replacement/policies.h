#pragma once

#include "fragscope/kernel/replacement/policy.h"
#include "fragscope/kernel/replacement/reference.h"
#include "fragscope/kernel/replacement/settings.h"

#include <memory>

namespace fragscope::replacement {

enum class PolicyKind : std::uint8_t { Fifo, Lru, Mru, Opt, Clock, Random, Nfu, Aging, WorkingSet };

/// A policy as lists and help show it.
struct PolicyInfo {
    PolicyKind kind;
    std::string_view name; ///< as on the command line
    std::string_view sentence;
};

/// All policies, in the order of PolicyKind.
std::span<const PolicyInfo> allPolicies();

std::string_view nameOf(PolicyKind kind);

/// The policy of that name; an unknown name is refused with the nearest one.
Expected<PolicyKind> parsePolicy(std::string_view name);

/// What a policy can be made from besides its kind.
struct PolicyInputs {
    std::size_t frames = 1; ///< 1 or more
    Settings settings;
    std::uint64_t seed = 1;            ///< of Random
    std::span<const Reference> string; ///< all references that will follow; only OPT looks at them
};

std::unique_ptr<Policy> makePolicy(PolicyKind kind, const PolicyInputs& inputs);

} // namespace fragscope::replacement
