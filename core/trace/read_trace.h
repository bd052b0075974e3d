#pragma once

#include "fragscope/base/error.h"
#include "fragscope/trace/trace.h"
#include "fragscope/trace/trace_format.h"

#include <functional>
#include <string>

namespace fragscope {

struct ReadOptions {
    TraceFormat format = TraceFormat::Auto;
    /// Malformed lines are listed in AllocationTrace::bad and change nothing, instead of ending the
    /// reading with an error. A damaged file stays an error.
    bool lenient = false;
    /// Bounds the memory: 24 bytes an operation. A longer trace is an error (LimitReached).
    std::uint64_t maximumOperations = 100'000'000;
};

struct ReadProgress {
    std::uint64_t bytesRead = 0;  ///< of the file as it lies on the disk
    std::uint64_t bytesTotal = 0; ///< 0 if not known
    std::uint64_t operations = 0; ///< so far
};

/// Called some times a second; false ends the reading with ExitCode::Interrupted.
using ReadProgressFunction = std::function<bool(const ReadProgress&)>;

/// Reads an allocation trace from the file `source`, or generates it if `source` begins with
/// "generate:" (see generator.h). Errors name file, line and reason: no such file, nothing in it,
/// not text, damaged or truncated compression, a format that is not known, a malformed line.
Expected<AllocationTrace> readTrace(const std::string& source,
                                    const ReadOptions& options = {},
                                    const ReadProgressFunction& progress = {});

/// The name that readTrace gives to the trace of a file: "sqlite3" for "/x/sqlite3.trace.gz".
std::string traceName(const std::string& path);

} // namespace fragscope
