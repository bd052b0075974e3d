#pragma once

#include "fragscope/trace/trace.h"

#include <vector>

namespace fragscope {

/// Collects the operations of a generated program, at most so many; what comes later is dropped.
class TraceMaker {
public:
    explicit TraceMaker(std::uint64_t limit) : limit_(limit) {
        trace_.operations.reserve(limit);
        live_.push_back(false); // ids start at 1
    }

    [[nodiscard]] bool full() const { return trace_.operations.size() >= limit_; }

    /// The id of the new block; when full 0, which nothing uses any more.
    std::uint32_t allocate(std::uint64_t size);

    /// `id` must be live, unless full.
    void free(std::uint32_t id);

    /// `id` must be live, unless full. The id of the new block; when full, `id` unchanged.
    std::uint32_t reallocate(std::uint32_t id, std::uint64_t size);

    /// Frees what is live, oldest first, whatever the limit.
    void freeAll();

    AllocationTrace take() { return std::move(trace_); }

private:
    void append(TraceOperation operation);

    std::uint64_t limit_;
    AllocationTrace trace_;
    std::vector<bool> live_; ///< by id
};

} // namespace fragscope
