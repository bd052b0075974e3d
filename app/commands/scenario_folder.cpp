#include "commands/scenario_folder.h"

#include "fragscope/base/text.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>

namespace fragscope {

namespace {

namespace fs = std::filesystem;

bool isFolder(const fs::path& path) {
    std::error_code ignored;
    return fs::is_directory(path, ignored);
}

/// The program's own folder and those above it, nearest first.
std::vector<fs::path> foldersAboveProgram() {
    std::error_code problem;
    fs::path folder = fs::read_symlink("/proc/self/exe", problem).parent_path();
    std::vector<fs::path> folders;
    while (!problem && !folder.empty()) {
        folders.push_back(folder);
        if (folder == folder.parent_path()) {
            break;
        }
        folder = folder.parent_path();
    }
    return folders;
}

std::vector<fs::path> candidates() {
    std::vector<fs::path> found{"scenarios"};
    for (const fs::path& folder : foldersAboveProgram()) {
        found.push_back(folder / "scenarios");
        found.push_back(folder / "share" / "fragscope" / "scenarios");
    }
    return found;
}

bool endsInPart(std::string_view name, std::string_view part) {
    return name == part || (name.ends_with(part) && name.size() > part.size() &&
                            name[name.size() - part.size() - 1] == '/');
}

Error notFound(const std::string& wanted, const std::vector<ShippedScenario>& known) {
    std::vector<std::string_view> names;
    for (const ShippedScenario& scenario : known) {
        const std::string_view name = scenario.name;
        names.push_back(name);
        names.push_back(name.substr(name.rfind('/') + 1));
    }
    const std::string nearest = nearestWord(wanted, names);
    return badInput(fmt::format("there is neither a file nor a scenario `{}`{}", wanted,
                                nearest.empty() ? " (see `list scenarios`)"
                                                : fmt::format("; did you mean `{}`?", nearest)));
}

} // namespace

std::optional<fs::path> scenarioFolder() {
    if (const char* named = std::getenv("FRAGSCOPE_SCENARIOS"); named != nullptr && *named != 0) {
        return fs::path(named);
    }
    for (const fs::path& candidate : candidates()) {
        if (isFolder(candidate)) {
            return candidate;
        }
    }
    return std::nullopt;
}

std::vector<ShippedScenario> shippedScenarios() {
    std::vector<ShippedScenario> found;
    const auto folder = scenarioFolder();
    std::error_code problem;
    if (!folder) {
        return found;
    }
    for (fs::recursive_directory_iterator entry(*folder, problem), end; !problem && entry != end;
         entry.increment(problem)) {
        if (entry->path().extension() == ".toml") {
            fs::path name = entry->path().lexically_relative(*folder);
            found.push_back({name.replace_extension().generic_string(), entry->path()});
        }
    }
    std::sort(found.begin(), found.end(),
              [](const ShippedScenario& a, const ShippedScenario& b) { return a.name < b.name; });
    return found;
}

Expected<std::string> findScenario(const std::string& nameOrPath) {
    std::error_code ignored;
    if (fs::is_regular_file(nameOrPath, ignored) || nameOrPath.ends_with(".toml")) {
        return nameOrPath; // a missing .toml file is reported as such by who opens it
    }
    const std::vector<ShippedScenario> known = shippedScenarios();
    std::vector<const ShippedScenario*> matches;
    for (const ShippedScenario& scenario : known) {
        if (endsInPart(scenario.name, nameOrPath)) {
            matches.push_back(&scenario);
        }
    }
    if (matches.empty()) {
        return notFound(nameOrPath, known);
    }
    if (matches.size() > 1) {
        return badInput(fmt::format("`{}` may be `{}` or `{}`: say which", nameOrPath,
                                    matches[0]->name, matches[1]->name));
    }
    return matches.front()->file.string();
}

} // namespace fragscope
