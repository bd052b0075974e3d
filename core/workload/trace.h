#pragma once

#include "fragscope/base/error.h"

#include <string>
#include <vector>

namespace fragscope {

enum class TraceKind : std::uint8_t { Allocate, Free, Reallocate };

/// One operation of an allocation trace. Ids are dense, start at 1 and are never used again.
struct TraceOperation {
    TraceKind kind = TraceKind::Allocate;
    std::uint32_t id = 0;    ///< the block that begins (Allocate, Reallocate) or ends (Free)
    std::uint32_t oldId = 0; ///< Reallocate: the block that ends
    std::uint64_t size = 0;  ///< bytes; may be 0
    std::uint64_t line = 0;  ///< in the file, from 1
};

/// The malloc, free and realloc calls of a real program, in order.
struct Trace {
    std::vector<TraceOperation> operations;
    std::uint32_t largestId = 0;
};

/// Reads a trace file, gzipped or not: "# fragscope-trace 1", header lines, then `a ID SIZE`, `f
/// ID`, `r OLD NEW SIZE`. Errors name file and line: missing file, other format or version,
/// malformed line, an id used twice or freed while it is not live.
Expected<Trace> loadTrace(const std::string& path);

} // namespace fragscope
