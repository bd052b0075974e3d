#include "fragscope/base/rng.h"
#include "fragscope/record/database/database.h"
#include "fragscope/record/run/event_block.h"
#include "fragscope/record/run/event_queue.h"
#include "fragscope/record/run/recorder.h"
#include "fragscope/record/run/run_source.h"
#include "fragscope/record/run/run_writer.h"

#include <benchmark/benchmark.h>
#include <filesystem>
#include <thread>

/// Recording speed, and where the time goes: the whole way (Recorder), the writer without its
/// thread and queue, SQLite without the block index and hash, the hash alone, the queue alone.
/// Items are events.
namespace {

using namespace fragscope;

/// Events of a plausible mix: small deltas of time, addresses of a few megabytes, a tenth wide
/// values.
std::vector<Event> plausibleEvents(std::size_t count) {
    Rng rng(1);
    std::vector<Event> events(count);
    std::uint64_t time = 0;
    for (std::size_t i = 0; i < count; ++i) {
        Event& event = events[i];
        event.seq = i;
        event.timeCycles = time += rng.below(200);
        event.kind = static_cast<EventKind>(rng.below(eventKindCount));
        event.cpu = static_cast<std::uint8_t>(rng.below(2));
        event.task = static_cast<std::uint32_t>(rng.below(4));
        event.line = static_cast<std::uint16_t>(rng.below(30));
        event.object = 1;
        event.vaddr = 0x10000000 + rng.below(1 << 22);
        event.paddr = rng.below(1 << 23);
        event.value = rng.below(10) == 0 ? rng.next() : rng.below(4096);
        event.a = rng.below(64);
    }
    return events;
}

/// A file name in a fresh folder that goes away with it.
class Scratch {
public:
    Scratch() : folder_(std::filesystem::temp_directory_path() / "fragscope-bench-record") {
        std::filesystem::remove_all(folder_);
        std::filesystem::create_directory(folder_);
    }

    ~Scratch() { std::filesystem::remove_all(folder_); }

    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    [[nodiscard]] std::string file() const { return folder_ / "run.db"; }

private:
    std::filesystem::path folder_;
};

constexpr std::size_t runEvents = 1'000'000;

void count(benchmark::State& state) {
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(runEvents));
}

RunInfo infoOfBench() {
    RunInfo info;
    info.name = "bench";
    info.level = RecordLevel::Full;
    return info;
}

void recorder(benchmark::State& state) {
    const std::vector<Event> events = plausibleEvents(runEvents);
    double bytesPerEvent = 0;
    double waits = 0;
    for (auto _ : state) {
        const Scratch scratch;
        auto recorder = Recorder::create(scratch.file(), infoOfBench()).value().release();
        for (const Event& event : events) {
            recorder->onEvent(event);
        }
        waits = static_cast<double>(recorder->finish(RunOutcome{}).value().queueWaits);
        delete recorder;
        bytesPerEvent = static_cast<double>(std::filesystem::file_size(scratch.file())) / runEvents;
    }
    state.counters["bytes_per_event"] = bytesPerEvent;
    state.counters["queue_waits"] = waits;
    count(state);
}

void writerAlone(benchmark::State& state) {
    const std::vector<Event> events = plausibleEvents(runEvents);
    for (auto _ : state) {
        const Scratch scratch;
        const auto writer =
            RunWriter::create(scratch.file(), infoOfBench(), RunWriter::Limits{}).value().release();
        for (std::size_t i = 0; i < events.size(); ++i) {
            if (i % 65536 == 0) {
                i == 0 ? (void)0 : writer->commit();
                writer->begin();
            }
            writer->append(events[i]);
        }
        writer->commit();
        delete writer;
    }
    count(state);
}

void sqliteRowsAlone(benchmark::State& state) {
    const std::vector<Event> events = plausibleEvents(runEvents);
    for (auto _ : state) {
        const Scratch scratch;
        Database database = Database::open(scratch.file(), DatabaseAccess::Create).value();
        database.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                     "CREATE TABLE event (run, seq, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12,"
                     " c13, c14, PRIMARY KEY (run, seq)) WITHOUT ROWID");
        Statement insert =
            database.prepare("INSERT INTO event VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
        for (std::size_t i = 0; i < events.size(); ++i) {
            if (i % 65536 == 0) {
                database.run(i == 0 ? "BEGIN IMMEDIATE" : "COMMIT; BEGIN IMMEDIATE");
            }
            const Event& e = events[i];
            insert.bind(1, e.seq, e.timeCycles, int(e.kind), int(e.cpu), e.task, int(e.line),
                        int(e.rule), e.object, e.vaddr, e.paddr, e.value, e.a, e.b, int(e.size));
            insert.execute();
        }
        database.run("COMMIT");
    }
    count(state);
}

void blockIndexAlone(benchmark::State& state) {
    const std::vector<Event> events = plausibleEvents(runEvents);
    for (auto _ : state) {
        std::uint64_t chain = 0;
        for (std::size_t i = 0; i + blockEvents <= events.size(); i += blockEvents) {
            const EventBlock block =
                describeBlock(std::span(events).subspan(i, blockEvents), chain);
            chain = block.chainHash;
        }
        benchmark::DoNotOptimize(chain);
    }
    count(state);
}

void queueAlone(benchmark::State& state) {
    const std::vector<Event> events = plausibleEvents(runEvents);
    for (auto _ : state) {
        EventQueue queue(131072);
        std::thread consumer([&] {
            while (!queue.ended()) {
                queue.release(queue.wait(4096, std::chrono::milliseconds(250)));
            }
        });
        for (const Event& event : events) {
            queue.push(event);
        }
        queue.close();
        consumer.join();
    }
    count(state);
}

void replay(benchmark::State& state) {
    const std::vector<Event> events = plausibleEvents(runEvents);
    const Scratch scratch;
    auto recorder = std::move(Recorder::create(scratch.file(), infoOfBench())).value();
    for (const Event& event : events) {
        recorder->onEvent(event);
    }
    (void)recorder->finish(RunOutcome{});
    for (auto _ : state) {
        const auto source = std::move(RunSource::open(scratch.file(), std::nullopt)).value();
        while (source->advance(nullptr, 100000) != AdvanceEnd::Finished) {
        }
    }
    count(state);
}

BENCHMARK(recorder)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(writerAlone)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(sqliteRowsAlone)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(blockIndexAlone)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(queueAlone)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(replay)->Unit(benchmark::kMillisecond)->UseRealTime();

} // namespace
