#pragma once

#include "fragscope/alloc/allocators/allocators.h"
#include "fragscope/alloc/memory/backing_reader.h"

#include <initializer_list>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace fragscope::test {

/// The settings of the allocator `name` with KEY=VALUE pairs set in order.
inline AllocatorSettings
allocatorWith(std::string_view name,
              std::initializer_list<std::pair<std::string_view, std::string_view>> values = {}) {
    const auto kind = parseAllocatorKind(name);
    if (!kind) {
        throw std::runtime_error(kind.error().text());
    }
    AllocatorSettings settings = defaultSettings(*kind);
    for (const auto& [key, value] : values) {
        if (const auto set = setAllocatorSetting(settings, key, value); !set) {
            throw std::runtime_error(set.error().text());
        }
    }
    if (const auto good = checkAllocatorSettings(settings); !good) {
        throw std::runtime_error(good.error().text());
    }
    return settings;
}

/// Which lines of the listing were reached, and whether the steps keep to its rules.
class StepLog : public MemoryObserver {
public:
    explicit StepLog(const Listing& listing) : listing_(&listing) {}

    void step(std::uint16_t line, std::span<const std::uint64_t> locals) override {
        ++steps;
        lines.insert(line);
        if (line == 0 || line > listing_->lines.size()) {
            wrong = "a step of no line";
        }
        if (locals.size() > listing_->locals.size()) {
            wrong = "more locals than the listing names";
        }
    }

    void loaded(std::uint64_t /*at*/, unsigned /*bytes*/, std::uint64_t /*value*/) override {
        accessed();
    }

    void stored(std::uint64_t /*at*/, unsigned /*bytes*/, std::uint64_t /*value*/) override {
        accessed();
    }

    void copied(std::uint64_t /*to*/, std::uint64_t /*from*/, std::uint64_t /*bytes*/) override {
        accessed();
    }

    /// From here on each access belongs to a step.
    void beginOperation() { steps = 0; }

    std::uint64_t steps = 1; ///< of the operation; 1 outside of any
    std::set<std::uint16_t> lines;
    std::string wrong;

private:
    void accessed() {
        if (steps == 0) {
            wrong = "an access before the first step";
        }
    }

    const Listing* listing_;
};

/// One allocator in both its forms, over memories of its own. Every operation is done with both.
class AllocatorBench {
public:
    static constexpr std::uint64_t refused = Allocator::refused;

    explicit AllocatorBench(const AllocatorSettings& settings)
        : settings_(settings), flat(memoryPlan(settings)), backing(memoryPlan(settings)),
          observed(backing), fast(makeAllocator(settings, flat)),
          seen(makeAllocator(settings, observed)), log(seen->listing()) {
        fast->initialise();
        seen->initialise();
        observed.observe(&log);
    }

    /// The handle, `refused` if there is no room; `wrong` if the forms disagree.
    std::uint64_t take(std::uint64_t bytes) {
        begin();
        const std::uint64_t handle = seen->allocate(bytes);
        log.steps = 1;
        if (fast->allocate(bytes) != handle) {
            wrong = "the two forms give different handles";
        }
        return handle;
    }

    void give(std::uint64_t handle) {
        begin();
        seen->release(handle);
        log.steps = 1;
        fast->release(handle);
    }

    std::uint64_t addressOf(std::uint64_t handle) {
        const std::uint64_t address = seen->addressOf(handle);
        if (fast->addressOf(handle) != address) {
            wrong = "the two forms have the block at different places";
        }
        return address;
    }

    /// New objects over the same bytes: an operation must not need anything else.
    void renew() {
        fast = makeAllocator(settings_, flat);
        seen = makeAllocator(settings_, observed);
    }

    [[nodiscard]] HeapExtent extent() { return BackingReader(backing).extent(); }

    [[nodiscard]] HeapPicture picture() { return seen->picture(BackingReader(backing), extent()); }

    [[nodiscard]] std::uint64_t footprint() {
        return seen->footprint(BackingReader(backing), extent());
    }

    [[nodiscard]] std::vector<FreeArea> freeAreas() {
        std::vector<FreeArea> areas;
        seen->forEachFreeArea([&](FreeArea area) {
            areas.push_back(area);
            return true;
        });
        return areas;
    }

    /// One byte, in both memories.
    void poke(std::uint64_t at, std::uint8_t value) {
        flat.store<std::uint8_t>(at, value);
        backing.store(at, 1, value);
    }

    /// A stray write of one word, in both memories.
    void overwrite(std::uint64_t at, std::uint64_t value) {
        flat.store(at, value);
        backing.store(at, 8, value);
    }

    [[nodiscard]] std::uint8_t peek(std::uint64_t at) {
        const auto byte = static_cast<std::uint8_t>(backing.load(at, 1));
        if (flat.load<std::uint8_t>(at) != byte) {
            wrong = "the two memories differ";
        }
        return byte;
    }

    [[nodiscard]] std::uint64_t word(std::uint64_t at) { return backing.load(at, 8); }

    /// Why the last operation ended as it did.
    [[nodiscard]] Rule rule() const { return observed.lastReason().rule; }

    [[nodiscard]] std::uint64_t operand(std::size_t index) const {
        return observed.lastReason().operands.at(index);
    }

    /// What the last operation cost.
    [[nodiscard]] const MemoryCounts& counts() const { return observed.counts(); }

    /// The lines of the listing that no step has named yet, as "2 5 ".
    [[nodiscard]] std::string linesNotReached() const {
        std::string missing;
        for (std::size_t line = 1; line <= seen->listing().lines.size(); ++line) {
            if (!log.lines.contains(static_cast<std::uint16_t>(line))) {
                missing += std::to_string(line) + " ";
            }
        }
        return missing;
    }

private:
    void begin() {
        observed.resetCounts();
        log.beginOperation();
    }

    AllocatorSettings settings_;

public:
    FlatMemory flat;
    FlatBacking backing;
    ObservedMemory observed;
    std::unique_ptr<Allocator> fast;
    std::unique_ptr<Allocator> seen;
    StepLog log;
    std::string wrong; ///< what the forms disagree about
};

} // namespace fragscope::test
