#include "fragscope/trace/generate/trace_maker.h"

namespace fragscope {

std::uint32_t TraceMaker::allocate(std::uint64_t size) {
    if (full()) {
        return 0;
    }
    const auto id = static_cast<std::uint32_t>(++trace_.largestId);
    live_.push_back(true);
    append({.kind = TraceKind::Allocate, .id = id, .size = size});
    return id;
}

void TraceMaker::free(std::uint32_t id) {
    if (full()) {
        return;
    }
    live_[id] = false;
    append({.kind = TraceKind::Free, .id = id});
}

std::uint32_t TraceMaker::reallocate(std::uint32_t id, std::uint64_t size) {
    if (full()) {
        return id;
    }
    live_[id] = false;
    const auto moved = static_cast<std::uint32_t>(++trace_.largestId);
    live_.push_back(true);
    append({.kind = TraceKind::Reallocate, .id = moved, .oldId = id, .size = size});
    return moved;
}

void TraceMaker::freeAll() {
    for (std::uint32_t id = 1; id < live_.size(); ++id) {
        if (live_[id]) {
            live_[id] = false;
            append({.kind = TraceKind::Free, .id = id});
        }
    }
}

void TraceMaker::append(TraceOperation operation) {
    operation.line = static_cast<std::uint32_t>(trace_.operations.size() + 1);
    trace_.operations.push_back(operation);
}

} // namespace fragscope
