#include "fragscope/experiment/start_state.h"

#include <map>

namespace fragscope {

namespace {

using namespace page_allocator;

std::optional<unsigned> typeOf(std::string_view name) {
    if (name == "Unmovable" || name == "HighAtomic") {
        return unmovable;
    }
    if (name == "Reclaimable") {
        return reclaimable;
    }
    return name == "Isolate" ? std::optional<unsigned>{} : movable;
}

std::uint64_t pagesOf(const FreePageCounts& counts) {
    std::uint64_t pages = 0;
    for (const auto& ofType : counts) {
        for (unsigned order = 0; order < orders; ++order) {
            pages += ofType.at(order) << order;
        }
    }
    return pages;
}

} // namespace

Expected<FreePageCounts> freePagesOf(const SystemState& state,
                                     const std::optional<ZoneName>& name) {
    std::map<std::pair<std::uint64_t, std::string>, FreePageCounts> zones;
    for (const ZoneFreeBlocks& zone : state.zones) {
        FreePageCounts& counts = zones[{zone.node, zone.zone}];
        const auto type = typeOf(zone.migrateType);
        for (unsigned order = 0; type && order < orders && order < zone.blocks.size(); ++order) {
            counts.at(*type).at(order) += zone.blocks[order];
        }
    }
    if (name) {
        const auto found = zones.find({name->node, name->zone});
        if (found == zones.end()) {
            return badInput("it has no node " + std::to_string(name->node) + ", zone " +
                            name->zone);
        }
        return found->second;
    }
    FreePageCounts largest{};
    for (const auto& [key, counts] : zones) {
        if (pagesOf(counts) > pagesOf(largest)) {
            largest = counts;
        }
    }
    return largest;
}

} // namespace fragscope
