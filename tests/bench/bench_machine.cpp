#include "fragscope/machine/machine.h"
#include "fragscope/machine/parts.h"

#include <benchmark/benchmark.h>
#include <ctime>

/// How fast the machine runs with checking off and nobody watching: accesses with TLB hits and
/// misses, steps of two tasks in turn, steps of coroutines alone. items_per_second counts accesses
/// or steps; `slower_than_plain` is the time of one against that of a plain loop doing the same
/// reads and writes of an array.
namespace fragscope {
namespace {

constexpr std::uint64_t slice = 200'000;

/// One application that never stops; the mover is off.
RunConfig running(std::uint64_t pages, std::size_t threads) {
    RunConfig config;
    config.check = false;
    config.mover.algorithm = MoverAlgorithm::None;
    config.machine.memory = mib(32);
    config.machine.cpus = static_cast<std::uint32_t>(threads);
    ProcessSettings process;
    process.blocks = {{.size = bytesOf(PageCount(pages)), .frame = 1024}};
    process.accesses = ~0ULL;
    process.cpus.clear();
    for (std::uint32_t cpu = 0; cpu < threads; ++cpu) {
        process.cpus.push_back(cpu);
    }
    config.processes = {process};
    return config;
}

/// CPU seconds since `begin`.
double secondsSince(std::clock_t begin) {
    return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

/// Seconds per access of a plain loop with the same generator over an array of so many pages.
double plainSeconds(std::uint64_t pages) {
    std::vector<std::uint64_t> words(pages * wordsPerPage);
    Rng rng(1);
    constexpr std::uint64_t count = 5'000'000;
    const std::clock_t begin = std::clock(); // CPU time, as the library counts
    for (std::uint64_t i = 0; i < count; ++i) {
        std::uint64_t& word = words[rng.below(words.size())];
        if (rng.below(100) < 50) {
            word = i;
        } else {
            benchmark::DoNotOptimize(word);
        }
    }
    return secondsSince(begin) / static_cast<double>(count);
}

void report(benchmark::State& state, std::uint64_t items, double seconds, double plain) {
    state.SetItemsProcessed(static_cast<std::int64_t>(items));
    state.counters["slower_than_plain"] = seconds / static_cast<double>(items) / plain;
}

void run(benchmark::State& state, std::uint64_t pages, std::size_t threads) {
    const double plain = plainSeconds(pages);
    EventBus events;
    const auto machine = Machine::create(running(pages, threads), events).value();
    (void)machine->advance(nullptr, slice); // tables and TLB are warm
    const std::uint64_t before = machine->steps();
    const std::clock_t begin = std::clock();
    for (auto unused : state) {
        static_cast<void>(unused);
        if (machine->advance(nullptr, slice) != AdvanceEnd::BudgetSpent) {
            state.SkipWithError("the run ended");
            return;
        }
    }
    report(state, machine->steps() - before, secondsSince(begin), plain);
}

void accessesWithTlbHits(benchmark::State& state) {
    run(state, 16, 1); // fewer pages than the TLB has entries
}

void accessesWithTlbMisses(benchmark::State& state) {
    run(state, 4096, 1); // 64 entries for 4096 pages
}

/// Two CPUs: every step is chosen by the scheduler.
void stepsOfTwoCpus(benchmark::State& state) {
    run(state, 16, 2);
}

enum class Line : std::uint16_t { One = 1 };

constexpr std::array<std::string_view, 1> lines{"one step"};
constexpr std::array<std::string_view, 1> localNames{"count"};

struct Locals {
    std::uint64_t count;
};

Steps counting(Scheduler& scheduler) {
    static constexpr Listing listing{ListingId::None, "count", "Counting", lines, localNames};
    auto& l = co_await Follow<Locals>{listing};
    for (;;) {
        co_yield Line::One;
        ++l.count;
        scheduler.spend(1);
    }
}

struct NoHooks : SchedulerHooks {
    void switchedTo(const Task&) override {}

    void interruptTaken(std::uint32_t, std::uint64_t) override {}

    void stepEnded(const Task&) override {}

    [[nodiscard]] bool wantsStepEnds() const override { return false; }
};

double plainCountSeconds() {
    constexpr std::uint64_t count = 50'000'000;
    std::uint64_t value = 0;
    const std::clock_t begin = std::clock(); // CPU time, as the library counts
    for (std::uint64_t i = 0; i < count; ++i) {
        benchmark::DoNotOptimize(++value);
    }
    return secondsSince(begin) / static_cast<double>(count);
}

/// Coroutines that only count, one per CPU.
void coroutineSteps(benchmark::State& state) {
    const double plain = plainCountSeconds();
    EventBus events;
    const CostModel cost;
    Choices choices(1);
    const auto cpus = static_cast<std::uint32_t>(state.range(0));
    Scheduler scheduler(events, cost, cpus, choices);
    NoHooks hooks;
    scheduler.setHooks(&hooks);
    scheduler.setPolicy(SchedulePolicy::ByTime, 20000);
    for (std::uint32_t cpu = 0; cpu < cpus; ++cpu) {
        scheduler.spawn({.cpu = cpu}, counting(scheduler));
    }
    const bool stop = false;
    const std::clock_t begin = std::clock();
    for (auto unused : state) {
        static_cast<void>(unused);
        benchmark::DoNotOptimize(scheduler.run(stop, slice));
    }
    report(state, scheduler.steps(), secondsSince(begin), plain);
}

BENCHMARK(accessesWithTlbHits)->Unit(benchmark::kMillisecond);
BENCHMARK(accessesWithTlbMisses)->Unit(benchmark::kMillisecond);
BENCHMARK(stepsOfTwoCpus)->Unit(benchmark::kMillisecond);
BENCHMARK(coroutineSteps)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond);

} // namespace
} // namespace fragscope
