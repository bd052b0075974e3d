#pragma once

#include "fragscope/base/error.h"

#include <ostream>
#include <span>

namespace fragscope {

/// Where a command writes: data to `out`, messages to `err`. Progress is shown only if `err` is a
/// terminal.
struct CommandStreams {
    std::ostream& out;
    std::ostream& err;
    bool showProgress = false;
};

/// Writes "fragscope-cli: TEXT" for each error; returns the exit code of the first.
int reportErrors(CommandStreams& streams, std::span<const Error> errors);
int reportError(CommandStreams& streams, const Error& error);

/// An error of the command line.
Error usageError(std::string reason);

} // namespace fragscope
