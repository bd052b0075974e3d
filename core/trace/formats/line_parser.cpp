#include "fragscope/trace/formats/line_parser.h"

#include "fragscope/base/check.h"

namespace fragscope {

std::unique_ptr<LineParser> makeLineParser(TraceFormat format, AllocationTrace& trace) {
    switch (format) {
    case TraceFormat::Own:
        return makeOwnParser(trace);
    case TraceFormat::Rep:
        return makeRepParser(trace);
    case TraceFormat::Mdrv:
        return makeMdrvParser(trace);
    case TraceFormat::Mtrace:
        return makeMtraceParser(trace);
    case TraceFormat::Ltrace:
        return makeLtraceParser(trace);
    case TraceFormat::Valgrind:
        return makeValgrindParser(trace);
    case TraceFormat::Heaptrack:
        return makeHeaptrackParser(trace);
    case TraceFormat::PageEvents:
        return makePageEventParser(trace);
    case TraceFormat::Auto:
        break;
    }
    FRAGSCOPE_CHECK(false, "a format without a parser");
    return nullptr;
}

} // namespace fragscope
