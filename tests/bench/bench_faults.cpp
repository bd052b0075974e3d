#include "fragscope/kernel/paging/area_calls.h"
#include "fragscope/kernel/paging/demand_paging.h"

#include <benchmark/benchmark.h>
#include <ctime>
#include <memory>

/// Ten million page faults of a process that touches its pages and gives them back, over and over:
/// faults per second on the host, cycles per fault in the machine, for both handlers and from 8 MiB
/// to 4 GiB of memory. `slower_than_8_mib` is the time of a fault against that with the least
/// memory: the cost must not depend on the number of frames. Giving back is not counted.
namespace fragscope {
namespace {

constexpr std::uint64_t pages = 1024;
constexpr std::uint64_t rounds = 1221; ///< of 1,024 faults, eight runs: ten million
constexpr VirtAddr areaStart{0x10000000};

enum class Line : std::uint16_t { Touch = 1 };

/// What a run of the benchmark has seen.
struct Seen {
    double seconds = 0;
    std::uint64_t cycles = 0;
    std::uint64_t faults = 0;
    bool failed = false;
};

class Machine {
public:
    Machine(ByteCount size, DemandHandler handler)
        : memory_(events_, size), mmu_(events_, memory_), scheduler_(events_, cost_, 1, choices_) {
        cpus_.emplace_back(events_, std::uint8_t{0});
        KernelSettings settings;
        settings.paging.handler = handler;
        kernel_ = std::make_unique<Kernel>(Board{events_, memory_, mmu_, cpus_, scheduler_, cost_},
                                           settings);
        scheduler_.setHooks(kernel_.get());
        scheduler_.setPolicy(SchedulePolicy::ByTime, 20'000);
        kernel_->boot();
        process_ = kernel_->createProcess("process", areaStart);
        (void)kernel_->paging().addArea(*process_, PageCount(pages), AreaKind::OnDemand,
                                        Rule::Promised);
        kernel_->threadStarted(*process_, 0);
    }

    Seen run(benchmark::State& state) {
        Seen seen;
        const bool never = false;
        scheduler_.spawn({.process = process_->number}, touchAll(state, seen));
        scheduler_.run(never, ~0ULL);
        return seen;
    }

private:
    Steps touchAll(benchmark::State& state, Seen& seen) {
        AccessRequest request{.process = process_, .kind = AccessKind::Write};
        for (auto unused : state) {
            static_cast<void>(unused);
            const std::clock_t begin = std::clock();
            const std::uint64_t cycles = scheduler_.now();
            for (std::uint64_t page = 0; page < pages; ++page) {
                co_yield Line::Touch;
                request.address = areaStart + ByteCount(page * pageBytes);
                co_await access(*kernel_, request);
            }
            seen.seconds += static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
            seen.cycles += scheduler_.now() - cycles;
            seen.faults += process_->use.resident;
            state.PauseTiming();
            co_await giveBackPages(*kernel_, *process_, pageOf(areaStart), PageCount(pages),
                                   GiveBackMode::Convert);
            state.ResumeTiming();
        }
        seen.failed = request.killed;
    }

    EventBus events_;
    CostModel cost_;
    Choices choices_{1};
    PhysicalMemory memory_;
    Mmu mmu_;
    std::vector<Cpu> cpus_;
    Scheduler scheduler_;
    std::unique_ptr<Kernel> kernel_;
    Process* process_ = nullptr;
};

double secondsWithLeastMemory = 0; ///< of a fault; the runs go from the least memory up

void faults(benchmark::State& state, DemandHandler handler) {
    Machine machine(mib(static_cast<std::uint64_t>(state.range(0))), handler);
    const Seen seen = machine.run(state);
    if (seen.failed || seen.faults != pages * static_cast<std::uint64_t>(state.iterations())) {
        state.SkipWithError("not every touch was a fault");
        return;
    }
    const double seconds = seen.seconds / static_cast<double>(seen.faults);
    if (state.range(0) == 8) {
        secondsWithLeastMemory = seconds;
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(seen.faults));
    state.counters["cycles_per_fault"] =
        static_cast<double>(seen.cycles) / static_cast<double>(seen.faults);
    state.counters["slower_than_8_mib"] = seconds / secondsWithLeastMemory;
}

void checkingHandler(benchmark::State& state) {
    faults(state, DemandHandler::Checking);
}

void quickAndDumbHandler(benchmark::State& state) {
    faults(state, DemandHandler::QuickAndDumb);
}

void sizes(benchmark::internal::Benchmark* each) {
    each->Arg(8)->Arg(64)->Arg(512)->Arg(4096)->Iterations(rounds)->ArgName("MiB");
}

BENCHMARK(checkingHandler)->Apply(sizes);
BENCHMARK(quickAndDumbHandler)->Apply(sizes);

} // namespace
} // namespace fragscope
