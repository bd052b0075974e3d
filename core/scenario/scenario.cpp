#include "fragscope/scenario/scenario.h"

#include "fragscope/scenario/scenario_reader.h"

#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <iterator>

namespace fragscope {

namespace {

constexpr std::uintmax_t maxFileBytes = 4u << 20;

Error firstOf(const std::vector<Error>& errors) {
    Error first = errors.front();
    if (errors.size() > 1) {
        first.reason += fmt::format(" (and {} more)", errors.size() - 1);
    }
    return first;
}

Error unreadable(const std::string& path, std::string reason) {
    Error error = badInput(std::move(reason));
    error.file = path;
    return error;
}

Expected<std::string> readFile(const std::string& path) {
    std::error_code problem;
    const auto status = std::filesystem::status(path, problem);
    if (!std::filesystem::exists(status)) {
        return problem == std::errc::permission_denied
                   ? systemRefused(path, "no permission to look into the folder")
                   : unreadable(path, "there is no such file");
    }
    if (!std::filesystem::is_regular_file(status)) {
        return unreadable(path, "not a file");
    }
    if (std::filesystem::file_size(path, problem) > maxFileBytes) {
        return unreadable(path, "too large for a scenario: more than 4 MiB");
    }
    std::ifstream file(path, std::ios::binary);
    std::string contents{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (!file.is_open() || file.bad()) {
        return systemRefused(path, "cannot be read");
    }
    return contents;
}

} // namespace

std::optional<Scenario>
readScenario(std::string_view text, std::string_view fileName, std::vector<Error>& errors) {
    const auto document = parseToml(text);
    if (!document) {
        Error error = document.error();
        error.file = std::string(fileName);
        errors.push_back(std::move(error));
        return std::nullopt;
    }
    Scenario scenario;
    scenario.text = std::string(text);
    scenario.file = std::string(fileName);
    ScenarioReader reader(fileName, errors);
    if (!reader.read(*document, scenario)) {
        return std::nullopt;
    }
    return scenario;
}

Expected<Scenario> parseScenario(std::string_view text, std::string_view fileName) {
    std::vector<Error> errors;
    auto scenario = readScenario(text, fileName, errors);
    if (!scenario) {
        return firstOf(errors);
    }
    return std::move(*scenario);
}

std::optional<Scenario> loadScenario(const std::string& path, std::vector<Error>& errors) {
    const auto text = readFile(path);
    if (!text) {
        errors.push_back(text.error());
        return std::nullopt;
    }
    return readScenario(*text, path, errors);
}

Expected<Scenario> loadScenario(const std::string& path) {
    std::vector<Error> errors;
    auto scenario = loadScenario(path, errors);
    if (!scenario) {
        return firstOf(errors);
    }
    return std::move(*scenario);
}

} // namespace fragscope
