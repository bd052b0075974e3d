#include "fragscope/kernel/replacement/policies.h"

#include "fragscope/base/text.h"
#include "fragscope/kernel/replacement/aging.h"
#include "fragscope/kernel/replacement/clock.h"
#include "fragscope/kernel/replacement/fifo.h"
#include "fragscope/kernel/replacement/lru.h"
#include "fragscope/kernel/replacement/mru.h"
#include "fragscope/kernel/replacement/nfu.h"
#include "fragscope/kernel/replacement/opt.h"
#include "fragscope/kernel/replacement/random.h"
#include "fragscope/kernel/replacement/working_set.h"

#include <array>
#include <fmt/format.h>

namespace fragscope::replacement {

namespace {

constexpr std::array<PolicyInfo, 9> infos{{
    {PolicyKind::Fifo, "fifo", "Replaces the page that was loaded longest ago."},
    {PolicyKind::Lru, "lru", "Replaces the page that was not used for the longest time."},
    {PolicyKind::Mru, "mru", "Replaces the page that was used last."},
    {PolicyKind::Opt, "opt", "Replaces the page whose next use lies farthest in the future."},
    {PolicyKind::Clock, "clock",
     "Passes pages with their reference bit set, clearing it; replaces the first one without."},
    {PolicyKind::Random, "random", "Replaces any page, each with the same probability."},
    {PolicyKind::Nfu, "nfu", "Replaces the page that was used before the fewest clock ticks."},
    {PolicyKind::Aging, "aging", "Replaces the page with the lowest shift register of its uses."},
    {PolicyKind::WorkingSet, "working-set",
     "Keeps the pages of the last references; the frames only limit their number."},
}};

} // namespace

std::span<const PolicyInfo> allPolicies() {
    return infos;
}

std::string_view nameOf(PolicyKind kind) {
    return infos.at(static_cast<std::size_t>(kind)).name;
}

Expected<PolicyKind> parsePolicy(std::string_view name) {
    std::vector<std::string_view> known;
    for (const PolicyInfo& info : infos) {
        if (info.name == name) {
            return info.kind;
        }
        known.push_back(info.name);
    }
    const std::string nearest = nearestWord(name, known);
    return badInput(
        nearest.empty()
            ? fmt::format("there is no policy `{}`; there are {}", name, fmt::join(known, ", "))
            : fmt::format("there is no policy `{}`; did you mean `{}`?", name, nearest));
}

std::unique_ptr<Policy> makePolicy(PolicyKind kind, const PolicyInputs& inputs) {
    const Settings& settings = inputs.settings;
    switch (kind) {
    case PolicyKind::Fifo:
        return std::make_unique<Fifo>(inputs.frames);
    case PolicyKind::Lru:
        return std::make_unique<Lru>(inputs.frames);
    case PolicyKind::Mru:
        return std::make_unique<Mru>(inputs.frames);
    case PolicyKind::Opt:
        return std::make_unique<Opt>(inputs.frames, settings.optTie, inputs.string);
    case PolicyKind::Clock:
        return std::make_unique<Clock>(inputs.frames, settings.clockLoadedBit);
    case PolicyKind::Random:
        return std::make_unique<Random>(inputs.frames, inputs.seed);
    case PolicyKind::Nfu:
        return std::make_unique<Nfu>(settings.nfuPeriod);
    case PolicyKind::Aging:
        return std::make_unique<Aging>(settings.agingPeriod, settings.agingBits);
    case PolicyKind::WorkingSet:
        return std::make_unique<WorkingSet>(inputs.frames, settings.workingSetWindow);
    }
    return nullptr;
}

} // namespace fragscope::replacement
