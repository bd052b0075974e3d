#include "fragscope/kernel/frames/frame_table.h"
#include "fragscope/kernel/kernel.h"

#include <benchmark/benchmark.h>
#include <memory>
#include <vector>

/// What the kernel's books of frames cost on the host: frames allocated and freed per second, in
/// both designs and at several sizes of memory (the time must not depend on the size).
namespace fragscope {
namespace {

enum class Line : std::uint16_t { Run = 1 };

/// A kernel without observers; what is measured runs inside a task, so that accesses go through the
/// MMU.
class KernelMachine {
public:
    KernelMachine(ByteCount size, const KernelSettings& settings)
        : memory_(events_, size), mmu_(events_, memory_), scheduler_(events_, cost_, 1, choices_) {
        cpus_.emplace_back(events_, std::uint8_t{0});
        kernel = std::make_unique<Kernel>(Board{events_, memory_, mmu_, cpus_, scheduler_, cost_},
                                          settings);
        scheduler_.setHooks(kernel.get());
        scheduler_.setPolicy(SchedulePolicy::ByTime, 20'000);
        kernel->boot();
    }

    void run(Steps steps) {
        const bool never = false;
        scheduler_.spawn({}, std::move(steps));
        scheduler_.run(never, ~0ULL);
    }

private:
    EventBus events_;
    CostModel cost_;
    Choices choices_{1};
    PhysicalMemory memory_;
    Mmu mmu_;
    std::vector<Cpu> cpus_;
    Scheduler scheduler_;

public:
    std::unique_ptr<Kernel> kernel;
};

constexpr std::uint64_t batch = 64; ///< frames held at a time

/// Allocates `batch` frames with an owner each and releases them, oldest first.
Steps allocateAndFree(FrameTable& frames, benchmark::State& state) {
    co_yield Line::Run;
    std::vector<FrameNumber> held(batch);
    for (auto _ : state) {
        for (std::uint64_t i = 0; i < batch; ++i) {
            const auto frame = frames.allocate(FrameUse::Data, 1, Rule::HeadOfFreeList);
            if (!frame || !frames.addOwner(*frame, {1, PageNumber(i)}, Rule::BookAllocate)) {
                state.SkipWithError("no frame or no room for its owner");
                co_return;
            }
            held[i] = *frame;
        }
        for (std::uint64_t i = 0; i < batch; ++i) {
            (void)frames.removeOwner(held[i], {1, PageNumber(i)}, Rule::BookRelease);
            (void)frames.release(held[i], 1, Rule::LastOwnerGone);
        }
    }
}

void framesAllocatedAndFreed(benchmark::State& state, FrameBooks books, bool usesTlb) {
    KernelSettings settings;
    settings.frames.books = books;
    settings.kernelUsesTlb = usesTlb;
    KernelMachine machine(mib(static_cast<std::uint64_t>(state.range(0))), settings);
    machine.run(allocateAndFree(machine.kernel->frames(), state));
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(batch));
}

void boot(benchmark::State& state) {
    for (auto _ : state) {
        const KernelMachine machine(mib(static_cast<std::uint64_t>(state.range(0))), {});
        benchmark::DoNotOptimize(machine.kernel.get());
    }
}

BENCHMARK_CAPTURE(framesAllocatedAndFreed, array, FrameBooks::Array, true)
    ->Arg(8)
    ->Arg(256)
    ->Arg(4096);
BENCHMARK_CAPTURE(framesAllocatedAndFreed, arrayWithoutTlb, FrameBooks::Array, false)->Arg(8);
BENCHMARK_CAPTURE(framesAllocatedAndFreed, list, FrameBooks::List, true)->Arg(8);
BENCHMARK(boot)->Arg(8)->Arg(256)->Arg(4096)->Unit(benchmark::kMillisecond);

} // namespace
} // namespace fragscope
