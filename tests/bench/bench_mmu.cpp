#include "fragscope/base/rng.h"
#include "fragscope/hardware/paging/memory_port.h"

#include <array>
#include <benchmark/benchmark.h>
#include <cstdio>
#include <cstdlib>
#include <fmt/format.h>
#include <map>
#include <string>
#include <unicorn/unicorn.h>
#include <vector>

/// Loads of 8 bytes through the emulated MMU, beside a plain array loop and Unicorn executing the
/// same loads. "random": independent loads at LCG offsets; "chase": each load gives the next
/// address. Unicorn 2.0 walks the tables but does not use the result (MMU.md): a bar for speed, not
/// for rightness.
namespace fragscope::bench {

namespace {

enum class Pattern { Random, Chase };

/// Multiplier and increment of the LCG (Knuth, MMIX); the same in C++ and in the guest code.
constexpr std::uint64_t lcgMultiplier = 6364136223846793005ULL;
constexpr std::uint64_t lcgIncrement = 1442695040888963407ULL;
constexpr std::uint64_t loadsPerRound = 1 << 16;
constexpr VirtAddr arenaStart{0x10000000};
constexpr PhysAddr arenaFrames{0x10000000};
constexpr PhysAddr tablesStart{0x1000000};

/// The upper bits of an LCG are the good ones.
std::uint64_t offsetOf(std::uint64_t state, std::uint64_t size) {
    return (state >> 32) & (size - 1) & ~std::uint64_t{7};
}

/// Words that make a chase visit all words of the arena in one random cycle (Sattolo).
std::vector<std::uint64_t> chaseWords(std::uint64_t size) {
    std::vector<std::uint64_t> order(size / wordBytes);
    for (std::size_t i = 0; i < order.size(); ++i) {
        order[i] = i;
    }
    Rng rng(7);
    for (std::size_t i = order.size() - 1; i > 0; --i) {
        std::swap(order[i], order[rng.below(i)]);
    }
    std::vector<std::uint64_t> words(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        words[i] = order[i] * wordBytes;
    }
    return words;
}

/// Page tables for the arena (4 KiB or 2 MiB pages), as a list of (address, entry).
std::vector<std::pair<PhysAddr, std::uint64_t>> tablesFor(std::uint64_t size, unsigned leafLevel) {
    std::vector<std::pair<PhysAddr, std::uint64_t>> entries;
    constexpr std::uint64_t flags = pte::present | pte::writable | pte::user;
    const PhysAddr pdpt = tablesStart + ByteCount(pageBytes);
    const PhysAddr pd = pdpt + ByteCount(pageBytes);
    entries.emplace_back(entryAddress(tablesStart, arenaStart, 4), pdpt.value | flags);
    entries.emplace_back(entryAddress(pdpt, arenaStart, 3), pd.value | flags);
    PhysAddr table = pd + ByteCount(pageBytes);
    for (std::uint64_t at = 0; at < size; at += largePageBytes, table += ByteCount(pageBytes)) {
        const VirtAddr page = arenaStart + ByteCount(at);
        const PhysAddr frame = arenaFrames + ByteCount(at);
        const PhysAddr entry = entryAddress(pd, page, 2);
        if (leafLevel == 2) {
            entries.emplace_back(entry, frame.value | flags | pte::large);
            continue;
        }
        entries.emplace_back(entry, table.value | flags);
        for (std::uint64_t i = 0; i < wordsPerPage; ++i) {
            entries.emplace_back(table + ByteCount(i * wordBytes),
                                 (frame.value + i * pageBytes) | flags);
        }
    }
    return entries;
}

CpuConfig desktopCpu() {
    CpuConfig config;
    config.tlb.second = {128, 12, Replacement::Lru};
    return config;
}

/// Our machine with an arena of the given size.
class OurMachine {
public:
    OurMachine(std::uint64_t size, unsigned leafLevel, const CpuConfig& config)
        : memory_(events_, gib(1)), mmu_(events_, memory_), port_(mmu_, memory_),
          cpu_(events_, 0, config), size_(size) {
        for (const auto& [address, entry] : tablesFor(size, leafLevel)) {
            memory_.store(address, entry);
        }
        const std::vector<std::uint64_t> words = chaseWords(size);
        for (std::size_t i = 0; i < words.size(); ++i) {
            memory_.store(arenaFrames + ByteCount(i * wordBytes), arenaStart.value + words[i]);
        }
        mmu_.writeCr3(cpu_, tablesStart.value);
        cpu_.setPrivilege(Privilege::User);
    }

    std::uint64_t run(Pattern pattern, std::uint64_t loads) {
        return pattern == Pattern::Random ? random(loads) : chase(loads);
    }

    /// Every access misses: full walks with all checks and TLB fills.
    std::uint64_t walks(std::uint64_t loads) {
        std::uint64_t sum = 0;
        for (std::uint64_t i = 0; i < loads; ++i) {
            state_ = state_ * lcgMultiplier + lcgIncrement;
            const VirtAddr address = arenaStart + ByteCount(offsetOf(state_, size_));
            WalkOutcome outcome;
            Walker<FourLevelFormat>(events_, memory_, cpu_, outcome)
                .walk(address, AccessKind::Read);
            sum += outcome.page.base.value;
        }
        return sum;
    }

private:
    std::uint64_t random(std::uint64_t loads) {
        std::uint64_t sum = 0;
        for (std::uint64_t i = 0; i < loads; ++i) {
            state_ = state_ * lcgMultiplier + lcgIncrement;
            const auto loaded = port_.load(cpu_, arenaStart + ByteCount(offsetOf(state_, size_)));
            if (!loaded.ok()) {
                std::abort();
            }
            sum += loaded->value;
        }
        return sum;
    }

    std::uint64_t chase(std::uint64_t loads) {
        for (std::uint64_t i = 0; i < loads; ++i) {
            const auto loaded = port_.load(cpu_, at_);
            if (!loaded.ok()) {
                std::abort();
            }
            at_ = VirtAddr(loaded->value);
        }
        return at_.value;
    }

    EventBus events_;
    PhysicalMemory memory_;
    Mmu mmu_;
    MemoryPort port_;
    Cpu cpu_;
    std::uint64_t size_;
    std::uint64_t state_ = 1;
    VirtAddr at_ = arenaStart;
};

/// The same loads on a plain array.
class PlainArray {
public:
    explicit PlainArray(std::uint64_t size) : words_(chaseWords(size)), size_(size) {}

    std::uint64_t run(Pattern pattern, std::uint64_t loads) {
        std::uint64_t sum = 0;
        for (std::uint64_t i = 0; i < loads; ++i) {
            if (pattern == Pattern::Random) {
                state_ = state_ * lcgMultiplier + lcgIncrement;
                sum += words_[offsetOf(state_, size_) / wordBytes];
            } else {
                at_ = words_[at_ / wordBytes];
            }
        }
        return sum + at_;
    }

private:
    std::vector<std::uint64_t> words_;
    std::uint64_t size_;
    std::uint64_t state_ = 1;
    std::uint64_t at_ = 0;
};

void require(uc_err error, const char* what) {
    if (error != UC_ERR_OK) {
        std::fprintf(stderr, "%s: %s\n", what, uc_strerror(error));
        std::abort();
    }
}

/// Unicorn with paging on, executing a loop of the same loads.
class UnicornMachine {
public:
    UnicornMachine(std::uint64_t size, unsigned leafLevel) : size_(size) {
        require(uc_open(UC_ARCH_X86, UC_MODE_64, &engine_), "uc_open");
        require(uc_mem_map(engine_, 0, ramBytes, UC_PROT_ALL), "uc_mem_map");
        writeTables(leafLevel);
        const std::vector<std::uint64_t> words = chaseWords(size);
        std::vector<std::uint64_t> addresses(words.size());
        for (std::size_t i = 0; i < words.size(); ++i) {
            addresses[i] = arenaStart.value + words[i];
        }
        // Unicorn uses the linear address as the physical one: arena and frames have the same
        // numbers.
        require(uc_mem_write(engine_, arenaFrames.value, addresses.data(), size), "arena");
        require(uc_mem_write(engine_, randomCode, randomLoop.data(), randomLoop.size()), "code");
        require(uc_mem_write(engine_, chaseCode, chaseLoop.data(), chaseLoop.size()), "code");
        writeRegister(UC_X86_REG_CR3, tablesStart.value);
        writeRegister(UC_X86_REG_CR4, 0x20);
        writeRegister(UC_X86_REG_CR0, 0x80000011);
        writeRegister(UC_X86_REG_RSI, arenaStart.value);
        writeRegister(UC_X86_REG_RDI, arenaStart.value);
        writeRegister(UC_X86_REG_RAX, 1);
        writeRegister(UC_X86_REG_R8, lcgMultiplier);
        writeRegister(UC_X86_REG_R9, lcgIncrement);
        writeRegister(UC_X86_REG_R10, (size - 1) & ~std::uint64_t{7});
    }

    ~UnicornMachine() { uc_close(engine_); }

    UnicornMachine(const UnicornMachine&) = delete;
    UnicornMachine& operator=(const UnicornMachine&) = delete;

    void run(Pattern pattern, std::uint64_t loads) {
        writeRegister(UC_X86_REG_RCX, loads);
        const bool random = pattern == Pattern::Random;
        const std::uint64_t start = random ? randomCode : chaseCode;
        const std::uint64_t length = random ? randomLoop.size() : chaseLoop.size();
        require(uc_emu_start(engine_, start, start + length, 0, 0), "uc_emu_start");
    }

private:
    static constexpr std::uint64_t ramBytes = 1ULL << 30;
    static constexpr std::uint64_t randomCode = 0x200000;
    static constexpr std::uint64_t chaseCode = 0x201000;

    // loop: imul rax,r8; add rax,r9; mov rdx,rax; shr rdx,32; and rdx,r10; add rbx,[rsi+rdx]; dec
    // rcx; jnz loop
    static constexpr std::array<std::uint8_t, 26> randomLoop{
        0x49, 0x0f, 0xaf, 0xc0, 0x4c, 0x01, 0xc8, 0x48, 0x89, 0xc2, 0x48, 0xc1, 0xea,
        0x20, 0x4c, 0x21, 0xd2, 0x48, 0x03, 0x1c, 0x16, 0x48, 0xff, 0xc9, 0x75, 0xe6};
    // loop: mov rdi,[rdi]; dec rcx; jnz loop
    static constexpr std::array<std::uint8_t, 8> chaseLoop{0x48, 0x8b, 0x3f, 0x48,
                                                           0xff, 0xc9, 0x75, 0xf8};

    void writeRegister(int name, std::uint64_t value) {
        require(uc_reg_write(engine_, name, &value), "register");
    }

    void writeTables(unsigned leafLevel) {
        for (const auto& [address, entry] : tablesFor(size_, leafLevel)) {
            require(uc_mem_write(engine_, address.value, &entry, sizeof entry), "table");
        }
        // The code lies at 2 MiB: map the first GiB below the arena's page directory one to one.
        const PhysAddr pd = tablesStart + ByteCount(2 * pageBytes);
        const std::uint64_t entry = pte::present | pte::writable | pte::user | pte::large;
        for (std::uint64_t at = 0; at < arenaStart.value; at += largePageBytes) {
            const std::uint64_t value = at | entry;
            require(uc_mem_write(engine_, entryAddress(pd, VirtAddr(at), 2).value, &value, 8),
                    "table");
        }
    }

    uc_engine* engine_ = nullptr;
    std::uint64_t size_;
};

/// One row of the final table: an arena and a pattern, with the rate of each way to do it.
struct Case {
    std::uint64_t size;
    Pattern pattern;
    unsigned leafLevel;

    [[nodiscard]] std::string name() const {
        const std::string arena = size >= mib(1).value ? fmt::format("{}MiB", size >> 20)
                                                       : fmt::format("{}KiB", size >> 10);
        return fmt::format("{}/{}/{}", arena, pattern == Pattern::Random ? "random" : "chase",
                           leafLevel == 1 ? "4K" : "2M");
    }
};

void countLoads(benchmark::State& state) {
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(loadsPerRound));
}

template <class Machine> void measure(benchmark::State& state, Machine& machine, Pattern pattern) {
    for (auto round : state) {
        static_cast<void>(round);
        if constexpr (std::is_void_v<decltype(machine.run(pattern, 1))>) {
            machine.run(pattern, loadsPerRound);
        } else {
            benchmark::DoNotOptimize(machine.run(pattern, loadsPerRound));
        }
    }
    countLoads(state);
}

void measureWalks(benchmark::State& state, std::uint64_t size) {
    OurMachine machine(size, 1, {});
    for (auto round : state) {
        static_cast<void>(round);
        benchmark::DoNotOptimize(machine.walks(loadsPerRound));
    }
    countLoads(state);
}

void registerCase(const Case& c) {
    benchmark::RegisterBenchmark(("lesson/" + c.name()).c_str(), [c](benchmark::State& state) {
        OurMachine machine(c.size, c.leafLevel, {});
        measure(state, machine, c.pattern);
    });
    benchmark::RegisterBenchmark(("desktop/" + c.name()).c_str(), [c](benchmark::State& state) {
        OurMachine machine(c.size, c.leafLevel, desktopCpu());
        measure(state, machine, c.pattern);
    });
    benchmark::RegisterBenchmark(("unicorn/" + c.name()).c_str(), [c](benchmark::State& state) {
        UnicornMachine machine(c.size, c.leafLevel);
        measure(state, machine, c.pattern);
    });
    benchmark::RegisterBenchmark(("array/" + c.name()).c_str(), [c](benchmark::State& state) {
        PlainArray machine(c.size);
        measure(state, machine, c.pattern);
    });
}

/// Prints each result as usual and keeps the rates for the table of ratios.
class RatioReporter : public benchmark::ConsoleReporter {
public:
    RatioReporter() : ConsoleReporter(OO_Tabular) {}

    void ReportRuns(const std::vector<Run>& runs) override {
        ConsoleReporter::ReportRuns(runs);
        for (const Run& run : runs) {
            rates_[run.benchmark_name()] = run.counters.at("items_per_second").value / 1e6;
        }
    }

    void printRatios(const std::vector<Case>& cases) const {
        fmt::print(
            "\nM loads/s; lesson = one TLB of 16 x 4, desktop = with a second level of 1536\n");
        fmt::print("{:22}{:>9}{:>9}{:>9}{:>9}{:>16}{:>14}\n", "case", "lesson", "desktop",
                   "unicorn", "array", "lesson/unicorn", "lesson/array");
        for (const Case& c : cases) {
            const double lesson = rate("lesson/" + c.name());
            const double unicorn = rate("unicorn/" + c.name());
            const double array = rate("array/" + c.name());
            fmt::print("{:22}{:9.1f}{:9.1f}{:9.1f}{:9.1f}{:16.2f}{:14.3f}\n", c.name(), lesson,
                       rate("desktop/" + c.name()), unicorn, array, lesson / unicorn,
                       lesson / array);
        }
    }

private:
    [[nodiscard]] double rate(const std::string& name) const {
        const auto found = rates_.find(name);
        return found == rates_.end() ? 0.0 : found->second;
    }

    std::map<std::string, double> rates_;
};

std::vector<Case> allCases() {
    std::vector<Case> cases;
    for (const ByteCount size : {kib(32), mib(1), mib(64)}) {
        for (const Pattern pattern : {Pattern::Random, Pattern::Chase}) {
            for (const unsigned leafLevel : {1U, 2U}) {
                cases.push_back({size.value, pattern, leafLevel});
            }
        }
    }
    return cases;
}

int runAll(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    const std::vector<Case> cases = allCases();
    for (const Case& c : cases) {
        registerCase(c);
    }
    for (const ByteCount size : {mib(1), mib(64)}) {
        benchmark::RegisterBenchmark(
            fmt::format("walks/{}MiB", size.value >> 20).c_str(),
            [size](benchmark::State& state) { measureWalks(state, size.value); });
    }
    RatioReporter reporter;
    benchmark::RunSpecifiedBenchmarks(&reporter);
    reporter.printRatios(cases);
    return 0;
}

} // namespace

} // namespace fragscope::bench

int main(int argc, char** argv) {
    return fragscope::bench::runAll(argc, argv);
}
