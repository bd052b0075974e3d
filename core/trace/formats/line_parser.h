#pragma once

#include "fragscope/trace/trace.h"
#include "fragscope/trace/trace_format.h"

#include <memory>
#include <string>
#include <string_view>

namespace fragscope {

/// Reads the lines of one format into a trace. A line that is wrong leaves the trace as it
/// was.
class LineParser {
public:
    virtual ~LineParser() = default;

    /// Reads one line, given without its end; `number` counts from 1. Gives the reason why the line
    /// is wrong, or an empty text.
    virtual std::string parse(std::string_view line, std::uint32_t number) = 0;

    /// After the last line: what is wrong with the file as a whole, or an empty text.
    virtual std::string finish() { return {}; }
};

/// Any format but Auto. The trace must outlive the parser.
std::unique_ptr<LineParser> makeLineParser(TraceFormat format, AllocationTrace& trace);

std::unique_ptr<LineParser> makeOwnParser(AllocationTrace& trace);
std::unique_ptr<LineParser> makeRepParser(AllocationTrace& trace);
std::unique_ptr<LineParser> makeMdrvParser(AllocationTrace& trace);
std::unique_ptr<LineParser> makeMtraceParser(AllocationTrace& trace);
std::unique_ptr<LineParser> makeLtraceParser(AllocationTrace& trace);
std::unique_ptr<LineParser> makeValgrindParser(AllocationTrace& trace);
std::unique_ptr<LineParser> makeHeaptrackParser(AllocationTrace& trace);
std::unique_ptr<LineParser> makePageEventParser(AllocationTrace& trace);

} // namespace fragscope
