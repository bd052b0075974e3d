#pragma once

#include "commands/streams.h"
#include <functional>

namespace CLI {
class App;
}

namespace fragscope {

/// What the command line asks for; set while it is parsed, called afterwards.
using ChosenCommand = std::function<int(CommandStreams&)>;

// One function per command: adds its sub-command and options to the parser. The command lives in
// the file of its name.
void addRunCommand(CLI::App& app, ChosenCommand& chosen);
void addListCommand(CLI::App& app, ChosenCommand& chosen);
void addDescribeCommand(CLI::App& app, ChosenCommand& chosen);
void addRunsCommand(CLI::App& app, ChosenCommand& chosen);
void addExportCommand(CLI::App& app, ChosenCommand& chosen);
void addPagingCommand(CLI::App& app, ChosenCommand& chosen);
void addTraceCommand(CLI::App& app, ChosenCommand& chosen);
void addSweepCommand(CLI::App& app, ChosenCommand& chosen);
void addPredictabilityCommand(CLI::App& app, ChosenCommand& chosen);

} // namespace fragscope
