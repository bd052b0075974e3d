#include "fragscope/trace/trace_format.h"

#include <array>

namespace fragscope {

namespace {

constexpr std::array<TraceFormatInfo, 9> formats{{
    {TraceFormat::Auto, "auto", "The format is found by the content of the file."},
    {TraceFormat::Own, "own", "Fragscope's own: `a ID SIZE`, `f ID`, `r OLDID NEWID SIZE`."},
    {TraceFormat::Rep, "rep", "CMU malloc lab (.rep): four numbers, then `a`, `r` and `f` lines."},
    {TraceFormat::Mdrv, "mdrv", "mdrv: `a KEY SIZE`, `r KEY SIZE`, `f KEY` with hexadecimal keys."},
    {TraceFormat::Mtrace, "mtrace", "The log of glibc's mtrace()."},
    {TraceFormat::Ltrace, "ltrace", "The output of ltrace for the calls of the malloc family."},
    {TraceFormat::Valgrind, "valgrind", "The output of valgrind --trace-malloc=yes."},
    {TraceFormat::Heaptrack, "heaptrack", "What heaptrack --raw records."},
    {TraceFormat::PageEvents, "page-events",
     "Text of the kernel's events kmem:mm_page_alloc and mm_page_free, as perf script prints it."},
}};

} // namespace

std::span<const TraceFormatInfo> traceFormats() {
    return formats;
}

std::optional<TraceFormat> parseTraceFormat(std::string_view name) {
    for (const TraceFormatInfo& info : formats) {
        if (info.name == name) {
            return info.format;
        }
    }
    return std::nullopt;
}

std::string_view nameOf(TraceFormat format) {
    return formats[static_cast<std::size_t>(format)].name;
}

} // namespace fragscope
