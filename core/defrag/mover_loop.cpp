#include "fragscope/defrag/mover_loop.h"

#include "fragscope/defrag/candidates.h"

#include <array>

namespace fragscope {

namespace {

enum class Line : std::uint16_t { Wait = 1, Look, Choose };

constexpr std::array<std::string_view, 3> lines{
    "wait for a reason to start",
    "look for blocks that could lie next to their neighbour",
    "move the first of them, then look again",
};

constexpr std::array<std::string_view, 3> localNames{"candidates", "moves", "starts"};

struct Locals {
    std::uint64_t candidates;
    std::uint64_t moves;
    std::uint64_t starts;
};

std::uint64_t nextPeriod(const MoverControl& control) {
    const std::uint64_t period = control.settings.startPeriodCycles;
    return period == 0 ? ~0ULL : control.kernel.board().scheduler.now() + period;
}

Rule startRule(const MoverControl& control) {
    if (control.commanded) {
        return Rule::StartByCommand;
    }
    return control.started(0) ? Rule::StartFramesFreed : Rule::StartPeriod;
}

Rule orderRule(CandidateOrder order) {
    switch (order) {
    case CandidateOrder::Smallest:
        return Rule::FirstCandidateSmallest;
    case CandidateOrder::Largest:
        return Rule::FirstCandidateLargest;
    default:
        return Rule::FirstCandidateLowest;
    }
}

void announce(const MoverControl& control, Rule rule, const std::vector<MoveJob>& jobs) {
    const bool any = !jobs.empty();
    control.kernel.board().events.emit(
        {.kind = EventKind::MoverStarted,
         .rule = rule,
         .object = any ? jobs.front().owners.front().process->number : 0,
         .value = jobs.size(),
         .a = transferBlockOf(control.kernel, control.settings).value});
}

} // namespace

Steps runMover(MoverControl& control, Mover& mover) {
    auto& l = co_await Follow<Locals>{moverLoopListing()};
    for (;;) {
        co_yield Line::Wait;
        control.idle = l.candidates == 0;
        co_await untilOr(conditionOf<&MoverControl::started>(control), nextPeriod(control));
        co_yield Line::Look;
        const Rule why = startRule(control);
        control.idle = false;
        control.commanded = false;
        control.releasesSeen = control.kernel.frames().releases();
        control.kernel.board().scheduler.spend(control.kernel.board().cost.kernelStep);
        std::vector<MoveJob> jobs = findCandidates(control.kernel, control.settings);
        l.candidates = jobs.size();
        ++l.starts;
        announce(control, why, jobs);
        while (!jobs.empty()) {
            co_yield Line::Choose;
            announce(control, orderRule(control.settings.candidates), jobs);
            co_await mover.move(jobs.front());
            ++l.moves;
            co_yield Line::Look;
            jobs = findCandidates(control.kernel, control.settings);
            l.candidates = jobs.size();
        }
        control.releasesSeen = control.kernel.frames().releases();
    }
}

const Listing& moverLoopListing() {
    static constexpr Listing listing{ListingId::MoverLoop, "mover-loop", "Mover: when and what",
                                     lines, localNames};
    return listing;
}

} // namespace fragscope
