#include "fragscope/kernel/segments/segment_memory.h"
#include "fragscope/machine/machine.h"
#include "fragscope/machine/parts.h"

#include <benchmark/benchmark.h>
#include <cstring>
#include <ctime>
#include <memory>

/// Segments of contiguous memory on a machine with 16 GiB (seed 001): a million operations of a
/// program that stamps two words of each page; compaction in bytes per second beside a plain copy
/// of memory in the same run (`faster_than_memcpy`); and a quick-fit hit with a thousand to a
/// million segments (`slower_than_1000`).
namespace fragscope {
namespace {

constexpr std::uint64_t requests = 500'000; ///< each but the last ones is freed: two operations
constexpr std::uint64_t programs = 8;

double secondsSince(std::clock_t begin) {
    return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

// ---- whole machines
// -------------------------------------------------------------------------------------

RunConfig machineWith(SegmentPlacement placement) {
    RunConfig config;
    config.check = false;
    config.machine.memory = gib(16);
    config.machine.cpus = 2;
    config.mover.algorithm = MoverAlgorithm::None;
    config.compaction.trigger = CompactionTrigger::None;
    config.segments.heap.placement = placement;
    config.segments.descriptors = 1U << 20;
    config.segments.areas = 1U << 16;
    config.segments.areaJoin = AreaJoin::Never; // the array of areas is not the subject
    config.segments.heap.surveyEvery = 0;       // nor is what observers look at
    ProcessSettings process;
    process.cpus = {1};
    process.pattern = Pattern::Segments;
    process.accesses = requests / programs;
    process.thinkCycles = 0;
    process.segments.limit = mib(64);
    process.segments.least = kib(4);
    process.segments.most = kib(32);
    process.segments.youngPercent = 50;
    for (std::uint64_t i = 0; i < programs; ++i) {
        process.name = "program " + std::to_string(i);
        config.processes.push_back(process);
    }
    return config;
}

/// Counts calls that were served or refused, and times compactions.
class Watch : public EventSink {
public:
    explicit Watch(EventBus& bus) : bus_(bus) {
        KindSet kinds;
        for (const EventKind kind :
             {EventKind::SegmentAllocated, EventKind::SegmentFreed, EventKind::PagesGiven,
              EventKind::SegmentRefused, EventKind::StampBroken, EventKind::CompactionBegun,
              EventKind::CompactionDone}) {
            kinds.set(static_cast<std::size_t>(kind));
        }
        bus.attach(*this, kinds);
    }

    ~Watch() override { bus_.detach(*this); }

    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    void onEvent(const Event& event) override {
        switch (event.kind) {
        case EventKind::CompactionBegun:
            begun_ = std::clock();
            break;
        case EventKind::CompactionDone:
            seconds += secondsSince(begun_);
            moved += event.value;
            ++compactions;
            break;
        case EventKind::StampBroken:
            ++broken;
            break;
        case EventKind::SegmentRefused:
            ++refused;
            break;
        default:
            ++operations;
        }
    }

    std::uint64_t operations = 0;
    std::uint64_t refused = 0;
    std::uint64_t broken = 0;
    std::uint64_t compactions = 0;
    std::uint64_t moved = 0; ///< bytes
    double seconds = 0;      ///< in compactions

private:
    EventBus& bus_;
    std::clock_t begun_ = 0;
};

/// Runs to the end; false if it failed or a stamp was not as it was written.
bool runAll(benchmark::State& state, const RunConfig& config, Watch& watch, EventBus& events) {
    auto made = Machine::create(config, events);
    if (!made) {
        state.SkipWithError(made.error().text().c_str());
        return false;
    }
    (void)(*made)->advance(nullptr, ~0ULL);
    if (watch.broken != 0 || (*made)->parts().threads.front().progress.accesses == 0) {
        state.SkipWithError("stamps are broken");
        return false;
    }
    return true;
}

void millionOperations(benchmark::State& state, SegmentPlacement placement) {
    for (auto unused : state) {
        static_cast<void>(unused);
        EventBus events;
        Watch watch(events);
        if (!runAll(state, machineWith(placement), watch, events)) {
            return;
        }
        state.SetItemsProcessed(static_cast<std::int64_t>(watch.operations));
        state.counters["refused"] = static_cast<double>(watch.refused);
    }
}

/// Bytes per second of a plain copy of so many bytes, most of them not in any cache.
double plainCopySpeed(std::uint64_t bytes) {
    constexpr std::uint64_t length = 256ULL << 20;
    const std::vector<std::byte> from(length, std::byte{1});
    std::vector<std::byte> to(length, std::byte{2});
    const std::clock_t begin = std::clock(); // CPU time, as the library counts
    for (std::uint64_t done = 0; done < bytes; done += length) {
        std::memcpy(to.data(), from.data(), length);
        benchmark::DoNotOptimize(to.data());
        benchmark::ClobberMemory();
    }
    return static_cast<double>(bytes) / secondsSince(begin);
}

/// The proposed design: everything slides down whenever the top is reached.
void compaction(benchmark::State& state, SegmentStamps stamps, ByteCount kernelMemory) {
    RunConfig config = machineWith(SegmentPlacement::Top);
    config.mover.algorithm = MoverAlgorithm::EntryE;
    config.mover.transferBlock = mib(1);
    config.compaction.trigger = CompactionTrigger::Failure;
    config.segments.kernelMemory = kernelMemory;
    config.processes.resize(1);
    ProcessSettings& process = config.processes.front();
    const ByteCount heap = config.machine.memory - kernelMemory;
    process.segments.limit = ByteCount(heap.value / 2);
    process.segments.least = kib(64);
    process.segments.most = mib(1);
    process.segments.stamps = stamps;
    process.accesses = 3 * heap.value / kib(544).value;
    const double plain = plainCopySpeed(gib(2).value);
    for (auto unused : state) {
        static_cast<void>(unused);
        EventBus events;
        Watch watch(events);
        if (!runAll(state, config, watch, events) || watch.moved == 0) {
            state.SkipWithError("nothing was moved");
            return;
        }
        const double speed = static_cast<double>(watch.moved) / watch.seconds;
        state.counters["moved_GB"] = static_cast<double>(watch.moved) / 1e9;
        state.counters["moved_GB_per_s"] = speed / 1e9;
        state.counters["memcpy_GB_per_s"] = plain / 1e9;
        state.counters["faster_than_memcpy"] = speed / plain;
        state.counters["compactions"] = static_cast<double>(watch.compactions);
    }
}

// ---- a hit
// -----------------------------------------------------------------------------------------------

enum class Line : std::uint16_t { Fill = 1, Hit };

/// A kernel with the books of so many segments in its memory; no process.
class Books {
public:
    Books()
        : memory_(events_, gib(16)), mmu_(events_, memory_),
          scheduler_(events_, cost_, 1, choices_) {
        cpus_.emplace_back(events_, std::uint8_t{0});
        KernelSettings settings;
        settings.segments.heap.placement = SegmentPlacement::QuickFit;
        settings.segments.heap.surveyEvery = 0;
        settings.segments.descriptors = (1U << 20) + 16;
        kernel_ = std::make_unique<Kernel>(Board{events_, memory_, mmu_, cpus_, scheduler_, cost_},
                                           settings);
        scheduler_.setHooks(kernel_.get());
        scheduler_.setPolicy(SchedulePolicy::ByTime, 20'000);
        kernel_->boot();
    }

    /// CPU seconds of all hits; 0 if one was none.
    double hits(benchmark::State& state, std::uint64_t segments) {
        double seconds = 0;
        const bool never = false;
        scheduler_.spawn({}, fillAndHit(state, segments, seconds));
        scheduler_.run(never, ~0ULL);
        return seconds;
    }

private:
    Steps fillAndHit(benchmark::State& state, std::uint64_t segments, double& seconds) {
        SegmentHeap& heap = kernel_->segments()->heap();
        SegmentRequest request{.frames = PageCount(1), .owner = 1};
        for (std::uint64_t i = 0; i < segments; ++i) {
            co_yield Line::Fill;
            request.frames = PageCount(1 + i % 3);
            co_await heap.allocate(request);
        }
        request.frames = PageCount(5);
        co_await heap.allocate(request);
        bool all = true;
        const std::clock_t begin = std::clock();
        for (auto unused : state) {
            static_cast<void>(unused);
            co_yield Line::Hit;
            co_await heap.release(request.segment);
            co_await heap.allocate(request);
            all = all && request.why == Rule::SegmentHit;
        }
        seconds = all ? secondsSince(begin) : 0;
    }

    EventBus events_;
    CostModel cost_;
    Choices choices_{1};
    PhysicalMemory memory_;
    Mmu mmu_;
    std::vector<Cpu> cpus_;
    Scheduler scheduler_;
    std::unique_ptr<Kernel> kernel_;
};

double secondsWithFewest = 0; ///< of a hit; the runs go from the fewest segments up

void quickFitHit(benchmark::State& state) {
    Books books;
    const auto segments = static_cast<std::uint64_t>(state.range(0));
    const double seconds = books.hits(state, segments) / static_cast<double>(state.iterations());
    if (seconds == 0) {
        state.SkipWithError("not every request was a hit");
        return;
    }
    if (segments == 1000) {
        secondsWithFewest = seconds;
    }
    state.SetItemsProcessed(state.iterations());
    state.counters["slower_than_1000"] = seconds / secondsWithFewest;
}

BENCHMARK_CAPTURE(millionOperations, quick_fit, SegmentPlacement::QuickFit)
    ->Iterations(1)
    ->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(millionOperations, buddy, SegmentPlacement::Buddy)
    ->Iterations(1)
    ->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(millionOperations, paged, SegmentPlacement::Paged)
    ->Iterations(1)
    ->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(compaction, 15_gib_ends_stamped, SegmentStamps::Ends, gib(1))
    ->Iterations(1)
    ->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(compaction, 2_gib_all_pages_stamped, SegmentStamps::Pages, gib(14))
    ->Iterations(1)
    ->Unit(benchmark::kSecond);
BENCHMARK(quickFitHit)->Arg(1000)->Arg(10'000)->Arg(100'000)->Arg(1'000'000)->Iterations(300'000);

} // namespace
} // namespace fragscope
