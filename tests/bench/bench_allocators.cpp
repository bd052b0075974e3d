#include "fragscope/alloc/allocators/allocators.h"
#include "fragscope/trace/read_trace.h"

#include <benchmark/benchmark.h>
#include <cstdlib>
#include <ctime>
#include <map>
#include <string>

/// Every allocator over plain buffers, nobody watching, beside malloc of the C library on the same
/// traces in the same run. `ns_per_op` is CPU time without that of the replay itself;
/// `to_libc` is its ratio to malloc's. For the two shipped traces `native_to_libc` is the ratio of
/// the published C code, measured once on another day (nanoseconds per operation of the 32-bit
/// builds: Compact-fit k = 1, TLSF 3.1, Half-fit, dlmalloc, buddy against malloc of the C library
/// 2.36), and `times_native` the quotient of both.
namespace fragscope {
namespace {

struct Operation {
    std::uint32_t begins = 0; ///< id, 0 = none
    std::uint32_t ends = 0;   ///< id, 0 = none
    std::uint64_t size = 0;
};

struct Workload {
    std::string name;
    std::vector<Operation> operations;
    std::size_t ids = 0;
};

Workload workloadOf(const std::string& name, const std::string& source) {
    const auto trace = readTrace(source);
    if (!trace) {
        std::fprintf(stderr, "%s\n", trace.error().text().c_str());
        std::exit(1);
    }
    Workload work{name, {}, trace->largestId + 1};
    for (const TraceOperation& operation : trace->operations) {
        const bool frees = operation.kind == TraceKind::Free;
        work.operations.push_back(
            {frees ? 0 : operation.id, frees ? operation.id : operation.oldId, operation.size});
    }
    return work;
}

const std::vector<Workload>& workloads() {
    static const std::vector<Workload> all{
        workloadOf("sqlite3", FRAGSCOPE_SOURCE_DIR "/scenarios/traces/sqlite3.trace.gz"),
        workloadOf("git-log", FRAGSCOPE_SOURCE_DIR "/scenarios/traces/git-log.trace.gz"),
        workloadOf("million", "generate:random,ops=1000000,live=10000,max=2000")};
    return all;
}

/// Replays with `take(size)` and `give(handle)`; handles are 64-bit, ~0 is a refusal.
template <class Take, class Give>
double replay(const Workload& work, std::vector<std::uint64_t>& handles, Take take, Give give) {
    const std::clock_t begin = std::clock();
    for (const Operation& operation : work.operations) {
        if (operation.begins != 0) {
            handles[operation.begins] = take(operation.size);
        }
        if (operation.ends != 0 && handles[operation.ends] != Allocator::refused) {
            give(handles[operation.ends]);
            handles[operation.ends] = Allocator::refused;
        }
    }
    return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

/// Nanoseconds per operation of the fastest of five passes; `pass` makes one and returns seconds.
template <class Pass> double fastest(const Workload& work, Pass pass) {
    double best = pass();
    for (int i = 0; i < 4; ++i) {
        best = std::min(best, pass());
    }
    return best * 1e9 / static_cast<double>(work.operations.size());
}

/// What the replay costs by itself.
double emptyNanoseconds(const Workload& work) {
    static std::map<std::string, double> known;
    const auto found = known.find(work.name);
    if (found != known.end()) {
        return found->second;
    }
    return known[work.name] = fastest(work, [&] {
               std::vector<std::uint64_t> handles(work.ids, Allocator::refused);
               std::uint64_t next = 0;
               return replay(
                   work, handles, [&](std::uint64_t size) { return next += size; },
                   [&](std::uint64_t handle) { benchmark::DoNotOptimize(handle); });
           });
}

double libcNanoseconds(const Workload& work) {
    static std::map<std::string, double> known;
    const auto found = known.find(work.name);
    if (found != known.end()) {
        return found->second;
    }
    const double all = fastest(work, [&] {
        std::vector<std::uint64_t> handles(work.ids, Allocator::refused);
        const double seconds = replay(
            work, handles,
            [](std::uint64_t size) { return reinterpret_cast<std::uint64_t>(std::malloc(size)); },
            [](std::uint64_t handle) { std::free(reinterpret_cast<void*>(handle)); });
        for (const std::uint64_t handle : handles) {
            if (handle != Allocator::refused) {
                std::free(reinterpret_cast<void*>(handle));
            }
        }
        return seconds;
    });
    return known[work.name] = all - emptyNanoseconds(work);
}

/// Ratios of the published code to malloc of the C library; 0 = not measured.
double nativeToLibc(AllocatorKind kind, const std::string& work) {
    struct Native {
        AllocatorKind kind;
        double sqlite3;
        double gitLog;
    };

    static constexpr std::array natives{
        Native{AllocatorKind::CompactFit, 18.0 / 9, 15.0 / 18},
        Native{AllocatorKind::Tlsf, 11.0 / 9, 15.0 / 18},
        Native{AllocatorKind::HalfFit, 8.0 / 9, 11.0 / 18},
        Native{AllocatorKind::Dlmalloc, 6.0 / 9, 12.0 / 18},
        Native{AllocatorKind::Buddy, 6.0 / 9, 12.0 / 18},
    };
    for (const Native& native : natives) {
        if (native.kind == kind) {
            return work == "sqlite3" ? native.sqlite3 : work == "git-log" ? native.gitLog : 0;
        }
    }
    return 0;
}

/// One pass; what is left in use is freed after it, so that the next finds warm memory, as malloc
/// of the C library does.
double passOf(const Workload& work, Allocator& allocator) {
    std::vector<std::uint64_t> handles(work.ids, Allocator::refused);
    const double seconds = replay(
        work, handles, [&](std::uint64_t size) { return allocator.allocate(size); },
        [&](std::uint64_t handle) { allocator.release(handle); });
    for (const std::uint64_t handle : handles) {
        if (handle != Allocator::refused) {
            allocator.release(handle);
        }
    }
    return seconds;
}

void replayed(benchmark::State& state, const Workload* work, const AllocatorSettings& settings) {
    FlatMemory memory(memoryPlan(settings));
    const auto allocator = makeAllocator(settings, memory);
    allocator->initialise();
    for (auto _ : state) {
        const double own =
            fastest(*work, [&] { return passOf(*work, *allocator); }) - emptyNanoseconds(*work);
        const double libc = libcNanoseconds(*work);
        state.counters["ns_per_op"] = own;
        state.counters["libc_ns_per_op"] = libc;
        state.counters["to_libc"] = own / libc;
        state.counters["seconds"] = own * static_cast<double>(work->operations.size()) / 1e9;
        if (const double native = nativeToLibc(settings.kind, work->name); native != 0) {
            state.counters["native_to_libc"] = native;
            state.counters["times_native"] = own / libc / native;
        }
    }
}

AllocatorSettings withSetting(AllocatorKind kind, std::string_view key, std::string_view value) {
    AllocatorSettings settings = defaultSettings(kind);
    if (!key.empty() && !setAllocatorSetting(settings, key, value)) {
        std::fprintf(stderr, "a setting of the benchmark is wrong\n");
        std::exit(1);
    }
    return settings;
}

/// Lists are searched from end to end here: not for a million operations.
bool isSlow(AllocatorKind kind) {
    return kind == AllocatorKind::SequentialFit || kind == AllocatorKind::Sliding ||
           kind == AllocatorKind::QuickFit || kind == AllocatorKind::PageAllocator ||
           kind == AllocatorKind::Region || kind == AllocatorKind::Segregated;
}

void add(const std::string& name, const AllocatorSettings& settings) {
    for (const Workload& work : workloads()) {
        if (isSlow(settings.kind) && work.name == "million") {
            continue;
        }
        const auto run = [&work, settings](benchmark::State& state) {
            replayed(state, &work, settings);
        };
        benchmark::RegisterBenchmark((name + "/" + work.name).c_str(), run)
            ->Iterations(1)
            ->Unit(benchmark::kMillisecond);
    }
}

[[maybe_unused]] const bool added = [] {
    for (const AllocatorInfo& info : allocatorInfos()) {
        if (info.kind == AllocatorKind::Sliding) {
            continue; // a heap that slides after each free is not meant to be fast
        }
        add(std::string(info.name), withSetting(info.kind, "", ""));
    }
    using enum AllocatorKind;
    add("compact-fit k=5", withSetting(CompactFit, "k", "5"));
    add("compact-fit off", withSetting(CompactFit, "k", "off"));
    add("compact-fit reference", withSetting(CompactFit, "preset", "reference-2009"));
    add("tlsf 2.4.4", withSetting(Tlsf, "variant", "2.4.4-32"));
    add("half-fit power-of-two", withSetting(HalfFit, "variant", "power-of-two"));
    return true;
}();

} // namespace
} // namespace fragscope
