#include "fragscope/defrag/map_patch.h"

namespace fragscope {

namespace {

/// Collects patches relative to what the entries hold now.
class Patches {
public:
    explicit Patches(const MemoryMap& map) : map_(map) {}

    void start(std::size_t entry, std::uint64_t change) {
        add(entry, map_field::start, map_.entry(entry).start + change);
    }

    void base(std::size_t entry, std::uint64_t change) {
        if (map_.representation() == MapRepresentation::StartBase) {
            add(entry, map_field::place, map_.entry(entry).place + change);
        }
    }

    void length(std::size_t entry, std::uint64_t change) {
        if (map_.representation() == MapRepresentation::StartLength) {
            add(entry, map_field::length, map_.entry(entry).length + change);
        }
    }

    [[nodiscard]] std::vector<MapPatch> take() { return std::move(list_); }

private:
    void add(std::size_t entry, std::uint64_t field, std::uint64_t value) {
        list_.push_back({entry, field, value});
    }

    const MemoryMap& map_;
    std::vector<MapPatch> list_;
};

} // namespace

std::vector<MapPatch>
coverPatches(const MemoryMap& map, const MoveEntries& entries, MoveEnd end, std::uint64_t bytes) {
    Patches patches(map);
    if (end == MoveEnd::High) {
        patches.start(entries.a, bytes);
        patches.base(entries.a, bytes);
        patches.length(entries.a, 0 - bytes);
        patches.length(entries.e, bytes);
    } else {
        patches.start(entries.e, 0 - bytes);
        patches.length(entries.e, bytes);
        patches.length(entries.a, 0 - bytes);
    }
    return patches.take();
}

std::vector<MapPatch>
takeOverPatches(const MemoryMap& map, std::size_t o, MoveEnd end, std::uint64_t bytes) {
    Patches patches(map);
    patches.length(o, bytes);
    if (end == MoveEnd::Low) {
        patches.base(o, 0 - bytes);
        patches.start(o, 0 - bytes);
    }
    return patches.take();
}

std::vector<MapPatch>
reopenPatches(const MemoryMap& map, const MoveEntries& entries, MoveEnd end, std::uint64_t bytes) {
    Patches patches(map);
    if (end == MoveEnd::High) {
        patches.start(entries.e, bytes);
        patches.length(entries.e, 0 - bytes);
        patches.length(entries.o, bytes);
    } else {
        patches.start(entries.o, 0 - bytes);
        patches.base(entries.o, 0 - bytes);
        patches.length(entries.o, bytes);
        patches.length(entries.e, 0 - bytes);
    }
    return patches.take();
}

} // namespace fragscope
