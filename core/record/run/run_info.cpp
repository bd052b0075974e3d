#include "fragscope/record/run/run_info.h"

#include "fragscope/base/hash.h"

#include <array>
#include <fmt/format.h>

namespace fragscope {

namespace {

constexpr std::array<std::string_view, 6> statusNames{"running",     "finished", "stopped",
                                                      "interrupted", "failed",   "disk_full"};
constexpr std::array<std::string_view, 3> levelNames{"metrics", "structure", "full"};

template <class Enum, std::size_t Count>
std::optional<Enum> named(const std::array<std::string_view, Count>& names, std::string_view name) {
    for (std::size_t i = 0; i < Count; ++i) {
        if (names[i] == name) {
            return static_cast<Enum>(i);
        }
    }
    return std::nullopt;
}

} // namespace

std::string runKey(const RunInfo& info) {
    // Lengths before the texts, so that no two pairs of texts run into the same string.
    return contentHash(fmt::format("fragscope run\n{}\n{}\n{}:{}\n{}:{}\n", info.behaviourVersion,
                                   info.seed, info.scenarioText.size(), info.scenarioText,
                                   info.configText.size(), info.configText));
}

std::string_view nameOf(RunStatus status) {
    return statusNames.at(static_cast<std::size_t>(status));
}

std::optional<RunStatus> runStatusNamed(std::string_view name) {
    return named<RunStatus>(statusNames, name);
}

std::string_view nameOf(RecordLevel level) {
    return levelNames.at(static_cast<std::size_t>(level));
}

std::optional<RecordLevel> recordLevelNamed(std::string_view name) {
    return named<RecordLevel>(levelNames, name);
}

} // namespace fragscope
