#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fragscope {

enum class TraceKind : std::uint8_t {
    Allocate,
    Free,
    Reallocate,
    Bad, ///< a malformed line that a lenient reader kept in its place; changes nothing
};

/// Largest size of a request that a trace may hold, in bytes: the user half of x86-64.
inline constexpr std::uint64_t largestTraceSize = 1ULL << 47;

/// Largest id of a block that a trace may hold.
inline constexpr std::uint64_t largestTraceId = 100'000'000;

/// One operation of an allocation trace. An id is never used a second time.
struct TraceOperation {
    TraceKind kind = TraceKind::Allocate;
    /// Traces of page allocators: 1 unmovable, 2 movable, 3 reclaimable; 0 in all others.
    std::uint8_t migrateType = 0;
    std::uint32_t id = 0;    ///< the block that begins (Allocate, Reallocate) or ends (Free)
    std::uint32_t oldId = 0; ///< Reallocate: the block that ends; never equal to `id`
    std::uint32_t line = 0;  ///< in the file, from 1
    std::uint64_t size = 0;  ///< bytes, 0 to largestTraceSize

    friend bool operator==(const TraceOperation&, const TraceOperation&) = default;
};

/// A line "# KEY: VALUE" of the own format; KEY is empty for any other comment.
struct TraceHeaderLine {
    std::string key;
    std::string value;

    friend bool operator==(const TraceHeaderLine&, const TraceHeaderLine&) = default;
};

/// A malformed line, and why it is malformed.
struct BadLine {
    std::uint64_t line = 0;
    std::string reason;
};

/// What a recording holds that is no operation of the trace; see docs/TRACES.md.
struct TraceOmissions {
    std::uint64_t unknownFrees = 0;    ///< of blocks older than the recording
    std::uint64_t impliedFrees = 0;    ///< frees put in, because the address was given out again
    std::uint64_t failedRequests = 0;  ///< requests that got no memory
    std::uint64_t otherProcesses = 0;  ///< lines of processes other than the first
    std::uint64_t unseenAddresses = 0; ///< allocations whose address the tool does not tell
};

/// The malloc, free and realloc calls of a real or a generated program, in order.
/// Every Free and the old block of every Reallocate is live at that point.
/// A lenient reader gives as many operations of kind Bad as lines in `bad`, in the same order.
struct AllocationTrace {
    std::string name; ///< of the file without folder and endings, or of the generator
    std::vector<TraceHeaderLine> header;
    std::vector<TraceOperation> operations;
    std::uint64_t largestId = 0;
    std::vector<BadLine> bad;
    TraceOmissions omissions;
};

} // namespace fragscope
