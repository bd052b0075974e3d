#include "commands/streams.h"

namespace fragscope {

int reportErrors(CommandStreams& streams, std::span<const Error> errors) {
    for (const Error& error : errors) {
        streams.err << "fragscope-cli: " << error.text() << '\n';
    }
    return static_cast<int>(errors.empty() ? ExitCode::Good : errors.front().code);
}

int reportError(CommandStreams& streams, const Error& error) {
    return reportErrors(streams, std::span(&error, 1));
}

Error usageError(std::string reason) {
    Error error = badInput(std::move(reason));
    error.code = ExitCode::Usage;
    return error;
}

} // namespace fragscope
