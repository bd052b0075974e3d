#include "fragscope/trace/formats/line_parser.h"

#include "fragscope/base/check.h"

namespace fragscope {

std::unique_ptr<LineParser> makeLineParser(TraceFormat format, AllocationTrace& trace) {
    switch (format) {
    case TraceFormat::Own:
        return makeOwnParser(trace);
    case TraceFormat::Rep:
        return makeRepParser(trace);
    default:
        break;
    }
    FRAGSCOPE_CHECK(false, "a format without a parser");
    return nullptr;
}

} // namespace fragscope
