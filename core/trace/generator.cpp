#include "fragscope/trace/generator.h"

#include "fragscope/base/text.h"
#include "fragscope/trace/formats/words.h"
#include "fragscope/trace/generate/programs.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <vector>

namespace fragscope {

namespace {

using Program = void (*)(TraceMaker&, const GeneratorSettings&, Rng&);

constexpr std::array<std::string_view, 14> allKeys{
    "ops",  "seed",     "live",  "end",       "min",   "max",   "sizes",
    "mean", "exponent", "share", "lifetimes", "young", "phase", "survivors"};

constexpr std::span<const std::string_view> plainKeys(allKeys.data(), 5);
constexpr std::span<const std::string_view> rangeKeys(allKeys.data(), 6);
constexpr std::span<const std::string_view> sizedKeys(allKeys.data(), 10);
constexpr std::span<const std::string_view> randomKeys(allKeys.data(), 12);
constexpr std::array<std::string_view, 8> phaseKeys{"ops", "seed", "live",  "end",
                                                    "min", "max",  "phase", "survivors"};

constexpr std::array<GeneratorInfo, 9> generators{{
    {"random", "Allocates at a steady rate; every block lives for a random time.", randomKeys},
    {"fifo", "A queue: from `live` blocks on, the oldest is freed before each allocation.",
     sizedKeys},
    {"lifo", "A stack that grows and shrinks at random, `live` blocks high at most.", sizedKeys},
    {"ramp", "Allocates `live` blocks, frees them all in random order, and begins again.",
     sizedKeys},
    {"phases",
     "Phases that each use a quarter of the range of sizes; few blocks outlive their phase.",
     phaseKeys},
    {"growing", "`live` buffers grow by half with realloc until they would exceed `max`.",
     rangeKeys},
    {"every-other",
     "Allocates `live` blocks of `min` bytes, frees every other one, and asks for blocks twice as "
     "large.",
     plainKeys},
    {"class-crossing",
     "Blocks are reallocated to and fro across powers of two, from 2^k to 2^k + 1 bytes.",
     rangeKeys},
    {"robson",
     "Robson's adversary without reading addresses: sizes double, one block is kept in each "
     "period.",
     rangeKeys},
}};

constexpr std::array<Program, generators.size()> programs{
    makeRandom,  makeFifo,       makeLifo,          makeRamp,  makePhases,
    makeGrowing, makeEveryOther, makeClassCrossing, makeRobson};

constexpr std::array<GeneratorKey, 14> keys{{
    {"ops", "100000", "Operations, 1 to 100000000."},
    {"seed", "1", "Seed of all that is random, any 64-bit number."},
    {"live", "1000",
     "Blocks that are live at a time, 1 to 10000000: on average (random, phases), at most (all "
     "others; robson: blocks of `min` bytes)."},
    {"end", "keep",
     "What happens to blocks that are live after the last operation: `keep`, or `free` by "
     "further operations."},
    {"min", "16", "Smallest request, 1 B to 2^47 B."},
    {"max", "4096", "Largest request, 1 B to 2^47 B; class-crossing may exceed it by 1 byte."},
    {"sizes", "exponential",
     "Distribution of the sizes: `uniform`, `exponential`, `power-law`, `bimodal`, `log-uniform` "
     "or `constant` (all `min`)."},
    {"mean", "an eighth of the range above min",
     "Exponential sizes: mean before the cut at `max`."},
    {"exponent", "150", "Power-law sizes: exponent in hundredths, 10 to 1000."},
    {"share", "90", "Bimodal sizes: percent of small requests, 0 to 100."},
    {"lifetimes", "exponential",
     "Distribution of the lifetimes, whose mean is `live` allocations: `exponential`, `uniform`, "
     "`constant` or `generational`."},
    {"young", "90",
     "Generational lifetimes: percent of blocks that live for a tenth of the mean, 0 to 100."},
    {"phase", "an eighth of ops", "Operations of a phase, without the frees at its end."},
    {"survivors", "5", "Percent of the blocks that outlive their phase, 0 to 100."},
}};

std::string_view cutItem(std::string_view& rest) {
    const auto comma = std::min(rest.find(','), rest.size());
    const std::string_view item = rest.substr(0, comma);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    return item;
}

std::string listOf(std::span<const std::string_view> names) {
    return fmt::format("{}", fmt::join(names, ", "));
}

Error unknownWord(std::string_view kind,
                  std::string_view word,
                  std::span<const std::string_view> known) {
    const std::string nearest = nearestWord(word, known);
    return badInput(fmt::format("unknown {} {}{}; known are {}", kind, quoted(word),
                                nearest.empty() ? "" : fmt::format(", did you mean `{}`?", nearest),
                                listOf(known)));
}

Expected<std::size_t> findGenerator(std::string_view name) {
    std::vector<std::string_view> names;
    for (const GeneratorInfo& info : generators) {
        if (info.name == name) {
            return names.size();
        }
        names.push_back(info.name);
    }
    return unknownWord("generator", name, names);
}

Expected<GeneratorSettings> readSettings(const GeneratorInfo& info, std::string_view rest) {
    GeneratorSettings settings;
    while (!rest.empty()) {
        const std::string_view item = cutItem(rest);
        const auto equals = item.find('=');
        if (equals == std::string_view::npos) {
            return badInput(fmt::format("{} is not KEY=VALUE", quoted(item)));
        }
        const std::string_view key = item.substr(0, equals);
        if (std::find(info.keys.begin(), info.keys.end(), key) == info.keys.end()) {
            return unknownWord(fmt::format("key of the generator {}:", info.name), key, info.keys);
        }
        if (const auto set = setGeneratorKey(settings, key, item.substr(equals + 1)); !set) {
            return set.error();
        }
    }
    const bool hasRange = std::find(info.keys.begin(), info.keys.end(), "max") != info.keys.end();
    if (hasRange && settings.smallest > settings.largest) {
        return badInput(fmt::format("min is {} and over max, which is {}", settings.smallest,
                                    settings.largest));
    }
    return settings;
}

} // namespace

std::span<const GeneratorInfo> traceGenerators() {
    return generators;
}

std::span<const GeneratorKey> generatorKeys() {
    return keys;
}

Expected<AllocationTrace> generateTrace(std::string_view specification) {
    if (specification.starts_with(generatorPrefix)) {
        specification.remove_prefix(generatorPrefix.size());
    }
    std::string_view rest = specification;
    const Expected<std::size_t> found = findGenerator(cutItem(rest));
    if (!found) {
        return found.error();
    }
    const Expected<GeneratorSettings> settings = readSettings(generators[*found], rest);
    if (!settings) {
        return settings.error();
    }
    TraceMaker maker(settings->operations);
    Rng rng(settings->seed);
    programs[*found](maker, *settings, rng);
    if (settings->freeAtEnd) {
        maker.freeAll();
    }
    AllocationTrace trace = maker.take();
    trace.name = specification;
    trace.header.push_back({"generator", std::string(specification)});
    return trace;
}

} // namespace fragscope
