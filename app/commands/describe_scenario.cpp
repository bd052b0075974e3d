#include "commands/describe_scenario.h"

#include "fragscope/defrag/transfer_block.h"
#include "fragscope/scenario/scenario.h"

#include <fmt/format.h>

namespace fragscope {

namespace {

void printLesson(const Scenario& scenario, std::ostream& out) {
    out << fmt::format("scenario {}: {}\n", scenario.name, scenario.title);
    if (!scenario.explanation.empty()) {
        out << '\n' << scenario.explanation;
        out << (scenario.explanation.ends_with('\n') ? "" : "\n");
    }
    if (!scenario.question.empty()) {
        out << fmt::format("\nquestion: {}\n", scenario.question);
    }
    for (const std::string& source : scenario.see) {
        out << fmt::format("see: {}\n", source);
    }
    for (const Expectation& expectation : scenario.expect) {
        out << fmt::format("expect: {}\n", expectation.text());
    }
}

void printAutoBlock(const RunConfig& config, std::ostream& out) {
    if (config.mover.algorithm == MoverAlgorithm::EntryE && config.mover.transferBlock.value == 0) {
        const auto block = autoTransferBlock(config.machine.cost, config.machine.cpus,
                                             config.mover.waitLimitCycles);
        out << fmt::format("\ntransfer block: {}\n", block.arithmetic);
    }
}

} // namespace

int describeScenario(const std::string& file, CommandStreams& streams) {
    std::vector<Error> errors;
    const auto scenario = loadScenario(file, errors);
    if (!scenario) {
        return reportErrors(streams, errors);
    }
    printLesson(*scenario, streams.out);
    printAutoBlock(scenario->config, streams.out);
    streams.out << "\nall settings:\n\n" << resolvedText(scenario->config);
    return static_cast<int>(ExitCode::Good);
}

} // namespace fragscope
