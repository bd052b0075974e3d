#pragma once

#include "fragscope/base/error.h"
#include "fragscope/trace/trace.h"

#include <span>
#include <string_view>

/// Generated traces: seeded, and the same on every machine.
namespace fragscope {

/// What a source of readTrace begins with to be generated instead of read.
inline constexpr std::string_view generatorPrefix = "generate:";

/// A program whose operations can be generated.
struct GeneratorInfo {
    std::string_view name;
    std::string_view sentence;              ///< what it does, for lists and docs
    std::span<const std::string_view> keys; ///< those that it takes, by name
};

/// Something that can be set.
struct GeneratorKey {
    std::string_view name;
    std::string_view value;    ///< its default, as it is written
    std::string_view sentence; ///< with unit and range
};

std::span<const GeneratorInfo> traceGenerators();
std::span<const GeneratorKey> generatorKeys();

/// Generates a trace from "NAME" or "NAME,KEY=VALUE,...", with or without generatorPrefix; this
/// text is also its header. Errors (BadInput): a name or key that is not known, a key that this
/// program does not take, a malformed value or one out of range, `min` over `max`.
Expected<AllocationTrace> generateTrace(std::string_view specification);

} // namespace fragscope
