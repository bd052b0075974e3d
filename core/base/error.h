#pragma once

#include "fragscope/base/result.h"

#include <cstdint>
#include <string>

namespace fragscope {

/// Exit codes of the command line, which are also the classes of error that a user can meet.
enum class ExitCode : std::uint8_t {
    Good = 0,
    ExpectationFailed = 1, ///< a check or an expectation of the scenario failed
    Usage = 2,             ///< the command line is wrong
    BadInput = 3,          ///< a scenario, trace, run file or vector file is wrong
    LimitReached = 4,      ///< --max-steps, --max-time or --max-memory ended the run
    SystemRefused = 5,     ///< disk full, no permission, no such folder
    Interrupted = 130,     ///< the user stopped it; what was done is kept
};

/// A failure with a sentence for the user.
/// `line` and `column` count from 1; 0 means that the place is not known.
struct Error {
    ExitCode code = ExitCode::BadInput;
    std::string file;
    std::uint64_t line = 0;
    std::uint64_t column = 0;
    std::string key; ///< the setting or field concerned, if any
    std::string reason;

    /// "FILE:LINE:COLUMN: KEY: REASON", leaving out what is not known.
    [[nodiscard]] std::string text() const;
};

Error badInput(std::string reason);
Error systemRefused(std::string file, std::string reason);

template <class T> using Expected = Result<T, Error>;

} // namespace fragscope
