#include "fragscope/base/rng.h"
#include "fragscope/event/event_kind.h"
#include "fragscope/hardware/paging/pte.h"
#include "fragscope/kernel/layout.h"
#include "fragscope/view/frame_classes.h"
#include "fragscope/view/snapshot.h"
#include "fragscope/view/timeline.h"

#include <benchmark/benchmark.h>
#include <vector>

/// What following, undoing and seeking cost per event, and classes for a million frames.
namespace fragscope {
namespace {

constexpr std::uint64_t eventCount = 200'000;
constexpr std::uint64_t machineFrames = 2048; ///< 8 MiB, as in the lessons
constexpr std::uint64_t usedFrames = 512;     ///< of them are accessed, at random

const MachineShape& shape() {
    static const MachineShape machine{
        .frames = PageCount(machineFrames), .cpus = 4, .tlbSlots = 64, .ram = {}};
    return machine;
}

/// A mixture like that of a run at level Full: half of it accesses, then misses, fills and steps.
Event drawn(Rng& rng, std::uint64_t seq, std::uint64_t& time) {
    Event event;
    event.seq = seq;
    event.task = 1;
    event.cpu = static_cast<std::uint8_t>(rng.below(4));
    const std::uint64_t what = rng.below(100);
    event.paddr = rng.below(usedFrames) * pageBytes + rng.below(wordsPerPage) * wordBytes;
    event.value = rng.next();
    event.size = wordBytes;
    if (what < 25) {
        event.kind = EventKind::Store;
    } else if (what < 50) {
        event.kind = EventKind::Load;
    } else if (what < 55) {
        event.kind = EventKind::PhysStore;
    } else if (what < 70) {
        event.kind = EventKind::TlbFill;
        event.object = static_cast<std::uint32_t>(rng.below(64));
        event.a = pageBytes;
    } else if (what < 90) {
        time += 20;
        event.kind = EventKind::TaskStep;
        event.value = seq;
        event.a = 1;
        event.line = static_cast<std::uint16_t>(rng.below(9));
    } else if (what < 99) {
        event.kind = EventKind::LocalWrite;
        event.object = static_cast<std::uint32_t>(rng.below(8));
        event.b = 1;
    } else {
        event.kind = EventKind::PhysCopy;
        event.a = rng.below(usedFrames) * pageBytes;
        event.paddr = rng.below(usedFrames) * pageBytes;
        event.b = pageBytes;
    }
    event.timeCycles = time;
    return event;
}

const std::vector<Event>& events() {
    static const std::vector<Event> list = [] {
        std::vector<Event> made;
        Rng rng(1);
        std::uint64_t time = 0;
        Event start;
        start.kind = EventKind::TaskStarted;
        start.task = 1;
        start.value = 1;
        made.push_back(start);
        while (made.size() < eventCount) {
            made.push_back(drawn(rng, made.size(), time));
        }
        return made;
    }();
    return list;
}

class ListSource : public EventSource {
public:
    explicit ListSource(EventSink& sink) : sink_(sink) {}

    AdvanceEnd advance(StopCondition*, std::uint64_t) override {
        for (const Event& event : events()) {
            sink_.onEvent(event);
        }
        return AdvanceEnd::Finished;
    }

    [[nodiscard]] std::uint64_t steps() const override { return 0; }

private:
    EventSink& sink_;
};

/// Timeline and source know each other.
struct Run {
    struct Forward : EventSink {
        Timeline* timeline = nullptr;

        void onEvent(const Event& event) override { timeline->onEvent(event); }
    } sink;

    ListSource source{sink};
    Timeline timeline;

    explicit Run(const TimelineOptions& options = {}) : timeline(shape(), source, options) {
        sink.timeline = &timeline;
        source.advance(nullptr, 0);
    }
};

void applyEvents(benchmark::State& bench) {
    (void)events();
    for (auto _ : bench) {
        Replica replica(shape());
        for (const Event& event : events()) {
            replica.apply(event);
        }
        bench.counters["undo_bytes_per_event"] =
            static_cast<double>(replica.undoBytes()) / static_cast<double>(eventCount);
        benchmark::DoNotOptimize(replica.state().nextSeq);
    }
    bench.SetItemsProcessed(bench.iterations() * static_cast<std::int64_t>(eventCount));
}

void undoEvents(benchmark::State& bench) {
    Replica replica(shape());
    std::int64_t undone = 0;
    for (auto _ : bench) {
        bench.PauseTiming();
        while (replica.state().nextSeq < eventCount) {
            replica.apply(events()[replica.state().nextSeq]);
        }
        bench.ResumeTiming();
        while (replica.undo()) {
            ++undone;
        }
    }
    bench.SetItemsProcessed(undone);
}

void followRun(benchmark::State& bench) {
    (void)events();
    for (auto _ : bench) {
        const Run run;
        benchmark::DoNotOptimize(run.timeline.state().nextSeq);
    }
    bench.SetItemsProcessed(bench.iterations() * static_cast<std::int64_t>(eventCount));
}

void seekAnywhere(benchmark::State& bench) {
    Run run;
    Rng rng(2);
    for (auto _ : bench) {
        benchmark::DoNotOptimize(run.timeline.seek(rng.below(eventCount)));
    }
}

void stepBackOne(benchmark::State& bench) {
    Run run;
    for (auto _ : bench) {
        if (!run.timeline.stepBack()) {
            bench.PauseTiming();
            run.timeline.seek(eventCount);
            bench.ResumeTiming();
        }
    }
}

void sampleAtCursor(benchmark::State& bench) {
    Run run;
    Rng rng(2);
    for (auto _ : bench) {
        bench.PauseTiming();
        run.timeline.seek(rng.below(eventCount));
        bench.ResumeTiming();
        benchmark::DoNotOptimize(run.timeline.sample().seq);
    }
}

void makeSnapshot(benchmark::State& bench) {
    Run run;
    SnapshotMaker maker;
    for (auto _ : bench) {
        run.timeline.stepBack();
        benchmark::DoNotOptimize(maker.make(run.timeline, 1));
    }
}

/// 4 GiB whose frame table says something different for each frame.
struct BigMemory {
    static constexpr std::uint64_t frames = 1ULL << 20;
    ViewState state;
    KernelRoot root{.magic = KernelRoot::magicValue,
                    .frameCount = frames,
                    .frameTable = PhysAddr(16 * pageBytes),
                    .processTable = PhysAddr(2 * pageBytes),
                    .processSlots = 64};

    BigMemory() {
        state.memory = PageMap(PageCount(frames));
        const auto put = [this](PhysAddr place, std::uint64_t word) {
            state.memory.store(place, word);
        };
        encodeRoot(root, MapRepresentation::StartOnly, put);
        Rng rng(3);
        for (std::uint64_t frame = 0; frame < frames; ++frame) {
            const FrameInfo info{.use = static_cast<FrameUse>(rng.below(4)),
                                 .owner = static_cast<std::uint16_t>(rng.below(3))};
            put(frameEntryPlace(root, FrameNumber(frame)), encodeFrame(info));
        }
    }
};

void classesFirst(benchmark::State& bench) {
    const BigMemory big;
    for (auto _ : bench) {
        FrameClassifier classifier;
        benchmark::DoNotOptimize(classifier.update(big.state, 1));
    }
}

void classesAfterChanges(benchmark::State& bench) {
    BigMemory big;
    FrameClassifier classifier;
    (void)classifier.update(big.state, 1);
    Rng rng(4);
    for (auto _ : bench) {
        for (std::int64_t i = 0; i < bench.range(0); ++i) {
            const FrameNumber frame(rng.below(BigMemory::frames));
            big.state.memory.store(frameEntryPlace(big.root, frame), rng.below(4));
        }
        benchmark::DoNotOptimize(classifier.update(big.state, 1));
    }
}

/// The same, and process 1 maps half of the frames outside of blocks, one in eight copy-on-write.
struct BigProcess : BigMemory {
    static constexpr std::uint64_t pages = frames / 2;
    static constexpr std::uint64_t tables = 40'000; ///< first frame of the page tables

    BigProcess() {
        const auto put = [this](std::uint64_t frame, std::uint64_t index, std::uint64_t word) {
            state.memory.store(PhysAddr(frame * pageBytes + index * wordBytes), word);
        };
        const auto link = [&](std::uint64_t from, std::uint64_t index, std::uint64_t to) {
            put(from, index, composePte(FrameNumber(to), pte::present).bits);
        };
        link(tables, 0, tables + 1);
        for (std::uint64_t directory = 0; directory < 2; ++directory) {
            link(tables + 1, directory, tables + 2 + directory);
        }
        for (std::uint64_t leaf = 0; leaf < pages / 512; ++leaf) {
            link(tables + 2 + leaf / 512, leaf % 512, tables + 4 + leaf);
        }
        for (std::uint64_t page = 0; page < pages; ++page) {
            const PageState what = page % 8 == 0 ? PageState::CopyOnWrite : PageState::Allocated;
            put(tables + 4 + page / 512, page % 512, *encodeEntry({what, true, page * 2}));
        }
        const PhysAddr slot = root.processTable;
        state.memory.store(slot, encodeProcessState(ProcessState::Running, false));
        state.memory.store(slot + ByteCount(process_field::cr3), tables * pageBytes);
        state.memory.store(slot + ByteCount(process_field::map), 3 * pageBytes);
    }

    void touch(std::uint64_t page, std::uint64_t bits) {
        const PhysAddr place((tables + 4 + page / 512) * pageBytes + page % 512 * wordBytes);
        state.memory.store(place, state.memory.load(place) ^ bits);
    }
};

/// Some entries change between two snapshots: accessed bits only, or the states of pages.
void classesOfPages(benchmark::State& bench) {
    BigProcess big;
    FrameClassifier classifier;
    (void)classifier.update(big.state, 1);
    Rng rng(5);
    const std::uint64_t bits = bench.range(1) == 0 ? pte::accessed : pte::present;
    for (auto _ : bench) {
        for (std::int64_t i = 0; i < bench.range(0); ++i) {
            big.touch(rng.below(BigProcess::pages), bits);
        }
        benchmark::DoNotOptimize(classifier.update(big.state, 1));
    }
}

BENCHMARK(applyEvents)->Unit(benchmark::kMillisecond);
BENCHMARK(undoEvents)->Unit(benchmark::kMillisecond);
BENCHMARK(followRun)->Unit(benchmark::kMillisecond);
BENCHMARK(seekAnywhere)->Unit(benchmark::kMicrosecond);
BENCHMARK(stepBackOne);
BENCHMARK(sampleAtCursor)->Unit(benchmark::kMicrosecond);
BENCHMARK(makeSnapshot)->Unit(benchmark::kMicrosecond);
BENCHMARK(classesFirst)->Unit(benchmark::kMillisecond);
BENCHMARK(classesAfterChanges)->Arg(0)->Arg(100)->Unit(benchmark::kMicrosecond);
BENCHMARK(classesOfPages)
    ->Args({0, 0})
    ->Args({100, 0})
    ->Args({100, 1})
    ->Unit(benchmark::kMicrosecond);

} // namespace
} // namespace fragscope
