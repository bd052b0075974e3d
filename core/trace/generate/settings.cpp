#include "fragscope/trace/generate/settings.h"

#include "fragscope/base/text.h"
#include "fragscope/trace/formats/words.h"
#include "fragscope/trace/trace.h"

#include <array>
#include <fmt/format.h>

namespace fragscope {

namespace {

struct NumberKey {
    std::string_view name;
    std::uint64_t GeneratorSettings::*field;
    std::uint64_t least;
    std::uint64_t most;
    bool bytes = false;
};

constexpr std::uint64_t anyNumber = ~0ULL;

constexpr std::array<NumberKey, 11> numberKeys{{
    {"ops", &GeneratorSettings::operations, 1, largestTraceId},
    {"seed", &GeneratorSettings::seed, 0, anyNumber},
    {"live", &GeneratorSettings::live, 1, 10'000'000},
    {"min", &GeneratorSettings::smallest, 1, largestTraceSize, true},
    {"max", &GeneratorSettings::largest, 1, largestTraceSize, true},
    {"mean", &GeneratorSettings::mean, 1, largestTraceSize, true},
    {"exponent", &GeneratorSettings::exponent, 10, 1000},
    {"share", &GeneratorSettings::share, 0, 100},
    {"young", &GeneratorSettings::young, 0, 100},
    {"phase", &GeneratorSettings::phase, 1, largestTraceId},
    {"survivors", &GeneratorSettings::survivors, 0, 100},
}};

constexpr std::array<std::string_view, 6> sizeNames{"uniform", "exponential", "power-law",
                                                    "bimodal", "log-uniform", "constant"};
constexpr std::array<std::string_view, 4> lifetimeNames{"exponential", "uniform", "constant",
                                                        "generational"};
constexpr std::array<std::string_view, 2> endNames{"keep", "free"};

Error wrongValue(std::string_view key, std::string reason) {
    Error error = badInput(std::move(reason));
    error.key = key;
    return error;
}

Expected<std::size_t>
choose(std::string_view key, std::string_view value, std::span<const std::string_view> names) {
    std::string known;
    for (std::size_t n = 0; n < names.size(); ++n) {
        if (names[n] == value) {
            return n;
        }
        known += (n == 0 ? "" : ", ") + std::string(names[n]);
    }
    return wrongValue(key, fmt::format("{} is none of {}", quoted(value), known));
}

Expected<Done>
setNumber(GeneratorSettings& settings, const NumberKey& key, std::string_view value) {
    const auto size = parseSize(value);
    const auto number =
        key.bytes ? (size ? std::optional(size->value) : std::nullopt) : parseUnsigned(value);
    if (!number || *number < key.least || *number > key.most) {
        return wrongValue(key.name,
                          fmt::format("{} is not a {} from {} to {}", quoted(value),
                                      key.bytes ? "size" : "number", key.least, key.most));
    }
    settings.*key.field = *number;
    return Done{};
}

} // namespace

Expected<Done>
setGeneratorKey(GeneratorSettings& settings, std::string_view key, std::string_view value) {
    for (const NumberKey& number : numberKeys) {
        if (number.name == key) {
            return setNumber(settings, number, value);
        }
    }
    const std::span<const std::string_view> names =
        key == "sizes"       ? std::span<const std::string_view>(sizeNames)
        : key == "lifetimes" ? std::span<const std::string_view>(lifetimeNames)
                             : std::span<const std::string_view>(endNames);
    const Expected<std::size_t> chosen = choose(key, value, names);
    if (!chosen) {
        return chosen.error();
    }
    if (key == "sizes") {
        settings.sizes = static_cast<SizeShape>(*chosen);
    } else if (key == "lifetimes") {
        settings.lifetimes = static_cast<LifetimeShape>(*chosen);
    } else {
        settings.freeAtEnd = *chosen == 1;
    }
    return Done{};
}

} // namespace fragscope
