#pragma once

#include "fragscope/scenario/expectation.h"
#include "fragscope/scenario/settings.h"

namespace fragscope {

/// The newest scenario format that this program reads (`format = 1`).
inline constexpr std::uint64_t scenarioFormat = 1;

/// A scenario file: a run, what it teaches and what must come out.
struct Scenario {
    RunConfig config;
    std::string name; ///< [scenario] name; by default the file's name without its ending
    std::string title;
    std::string explanation; ///< [scenario] text: what to look at, in plain words
    std::string question;
    std::vector<std::string> see; ///< sources
    std::vector<Expectation> expect;
    std::string text; ///< the file as it was read
    std::string file; ///< its name as given
};

/// Reads the text of a scenario file. Names of trace files are taken relative to the folder of
/// `fileName`. Everything that is wrong is added to `errors` (file, line, column, key, reason;
/// ordered by place); nothing is returned then. Throws nothing, whatever the text.
std::optional<Scenario>
readScenario(std::string_view text, std::string_view fileName, std::vector<Error>& errors);

/// The same; of several errors the first, which says how many more there are.
Expected<Scenario> parseScenario(std::string_view text, std::string_view fileName);

/// Reads a file (at most 4 MiB), then as readScenario().
std::optional<Scenario> loadScenario(const std::string& path, std::vector<Error>& errors);
Expected<Scenario> loadScenario(const std::string& path);

/// All resolved settings as a scenario file without lesson, in stable order: equal configurations
/// give equal texts, and parsing the text gives the configuration back.
std::string resolvedText(const RunConfig& config);

} // namespace fragscope
