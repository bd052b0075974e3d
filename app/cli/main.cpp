#include "commands/command_line.h"
#include "commands/mmu.h"
#include "commands/run.h"
#include <CLI/CLI.hpp>
#include <cerrno>
#include <csignal>
#include <iostream>
#include <unistd.h>

namespace {

using namespace fragscope;

void onStopSignal(int) {
    requestStop();
}

void addMmuCommand(CLI::App& app, ChosenCommand& chosen) {
    auto files = std::make_shared<std::vector<std::string>>();
    CLI::App* command =
        app.add_subcommand("mmu", "Check translation vectors against the emulated MMU");
    command->add_option("files", *files, "Files of vectors, one JSON object per line")
        ->required()
        ->type_name("FILE.jsonl[.gz]");
    auto showsWalks = std::make_shared<bool>(false);
    command->add_flag("--walk", *showsWalks, "Print each access and the steps of its page walk");
    command->callback([files, showsWalks, &chosen] {
        chosen = [files, showsWalks](CommandStreams& streams) {
            return runMmuCommand(*files, *showsWalks, streams.out, streams.err);
        };
    });
}

/// Runs the command; an exception is a mistake of the program itself and is said to be one.
int perform(const ChosenCommand& command, CommandStreams& streams) {
    try {
        return command(streams);
    } catch (const std::exception& problem) {
        streams.err << "fragscope-cli: internal error: " << problem.what() << '\n';
        return static_cast<int>(ExitCode::SystemRefused);
    }
}

} // namespace

int main(int argc, char** argv) {
    std::signal(SIGINT, onStopSignal);
    std::signal(SIGTERM, onStopSignal);
    std::signal(SIGPIPE, SIG_IGN); // `| head` ends the output, not the run

    CLI::App app(
        "Fragscope on the command line: run, record and export what memory management does",
        "fragscope-cli");
    app.set_version_flag("--version", "fragscope-cli " FRAGSCOPE_VERSION);
    app.require_subcommand(0, 1); // an unknown word is then named in the message
    ChosenCommand chosen;
    addRunCommand(app, chosen);
    addListCommand(app, chosen);
    addDescribeCommand(app, chosen);
    addRunsCommand(app, chosen);
    addExportCommand(app, chosen);
    addTraceCommand(app, chosen);
    addPagingCommand(app, chosen);
    addSweepCommand(app, chosen);
    addPredictabilityCommand(app, chosen);
    addMmuCommand(app, chosen);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& problem) {
        const bool good = app.exit(problem) == 0;
        return static_cast<int>(good ? ExitCode::Good : ExitCode::Usage);
    }

    if (!chosen) {
        std::cerr << "fragscope-cli: say what to do: run, list, describe, runs, export, sweep, "
                     "mmu, paging, trace, predictability "
                     "(--help tells more)\n";
        return static_cast<int>(ExitCode::Usage);
    }
    CommandStreams streams{std::cout, std::cerr, isatty(STDERR_FILENO) == 1};
    const int code = perform(chosen, streams);
    std::cout.flush();
    if (!std::cout && errno != EPIPE) {
        std::cerr << "fragscope-cli: standard output cannot be written\n";
        return static_cast<int>(ExitCode::SystemRefused);
    }
    return code;
}
