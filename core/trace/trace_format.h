#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace fragscope {

/// Formats of allocation traces. Each may be plain, gzip or zstd, whatever the name of the file.
enum class TraceFormat : std::uint8_t {
    Auto, ///< found by content
    Own,
    Rep,
    Mdrv,
    Mtrace,
    Ltrace,
    Valgrind,
    Heaptrack,
    PageEvents,
};

/// A format as the user names it.
struct TraceFormatInfo {
    TraceFormat format = TraceFormat::Auto;
    std::string_view name;
    std::string_view sentence; ///< what it is, for lists and docs
};

/// All formats, Auto first.
std::span<const TraceFormatInfo> traceFormats();

/// Nothing if no format has this name.
std::optional<TraceFormat> parseTraceFormat(std::string_view name);

std::string_view nameOf(TraceFormat format);

} // namespace fragscope
