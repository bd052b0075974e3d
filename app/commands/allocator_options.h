#pragma once

#include "fragscope/alloc/allocator_settings.h"

namespace CLI {
class App;
}

namespace fragscope {

/// --allocator and --set of a command, as they stand on the command line.
struct AllocatorOptions {
    std::vector<std::string> allocators; ///< NAME, or NAME:KEY=VALUE:KEY=VALUE...
    std::vector<std::string> set;        ///< KEY=VALUE, or ALLOCATOR.KEY=VALUE
};

/// An allocator under the name that tables give it: as it was asked for.
struct NamedAllocator {
    std::string name;
    AllocatorSettings settings;
};

/// Adds both options; `options` outlives the parser.
void addAllocatorOptions(CLI::App& command, AllocatorOptions& options);

/// In the order of the command line. What stands behind a NAME is of that one alone and counts
/// before --set does; of either, a preset comes first. Errors name the option and what is wrong:
/// unknown allocators, keys and values, settings that none of the allocators has, values that do
/// not fit each other.
Expected<std::vector<NamedAllocator>> prepareAllocators(const AllocatorOptions& options);

} // namespace fragscope
