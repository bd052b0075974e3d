#include "fragscope/trace/formats/keyed_blocks.h"

#include "fragscope/trace/formats/words.h"

#include <fmt/format.h>
#include <utility>

namespace fragscope {

KeyedBlocks::KeyedBlocks(AllocationTrace& trace, KeyRules rules)
    : trace_(trace), rules_(rules), slots_(1024) {}

std::string KeyedBlocks::allocate(const KeyedCall& call) {
    if (std::string reason = refuseNew(call); !reason.empty()) {
        return reason;
    }
    Slot& slot = find(call.key);
    if (slot.use == Use::Live) { // only in a partial recording
        trace_.operations.push_back({.kind = TraceKind::Free, .id = slot.id, .line = call.line});
        ++trace_.omissions.impliedFrees;
    }
    insert({.kind = TraceKind::Allocate}, call);
    return {};
}

std::string KeyedBlocks::free(std::uint64_t key, std::uint32_t line) {
    if (std::string reason = refuseEnd(key); !reason.empty()) {
        return reason;
    }
    Slot& slot = find(key);
    if (slot.use == Use::Live) {
        slot.use = Use::Ended;
        trace_.operations.push_back({.kind = TraceKind::Free, .id = slot.id, .line = line});
    } else {
        ++trace_.omissions.unknownFrees;
    }
    return {};
}

std::string KeyedBlocks::reallocate(std::uint64_t oldKey, const KeyedCall& call) {
    std::string reason = refuseEnd(oldKey);
    if (reason.empty()) {
        reason = oldKey == call.key ? refuseBlock(call) : refuseNew(call);
    }
    if (!reason.empty()) {
        return reason;
    }
    Slot& old = find(oldKey);
    if (old.use != Use::Live) {
        ++trace_.omissions.unknownFrees;
        return allocate(call);
    }
    old.use = Use::Ended;
    TraceOperation operation{.kind = TraceKind::Reallocate, .oldId = old.id};
    if (const Slot& taken = find(call.key); taken.use == Use::Live) {
        trace_.operations.push_back({.kind = TraceKind::Free, .id = taken.id, .line = call.line});
        ++trace_.omissions.impliedFrees;
    }
    insert(operation, call);
    return {};
}

void KeyedBlocks::insert(TraceOperation operation, const KeyedCall& call) {
    Slot& slot = find(call.key);
    const bool first = slot.use == Use::Never;
    ++trace_.largestId;
    slot = {call.key, static_cast<std::uint32_t>(trace_.largestId), Use::Live};
    operation.id = slot.id;
    operation.size = call.size;
    operation.line = call.line;
    operation.migrateType = call.migrateType;
    trace_.operations.push_back(operation);
    taken_ += first ? 1U : 0U;
    if (taken_ * 2 > slots_.size()) {
        grow();
    }
}

std::string KeyedBlocks::refuseBlock(const KeyedCall& call) const {
    return trace_.largestId == largestTraceId ? fmt::format("more than {} blocks", largestTraceId)
                                              : refuseSize(call.size);
}

std::string KeyedBlocks::refuseNew(const KeyedCall& call) {
    if (std::string reason = refuseBlock(call); !reason.empty()) {
        return reason;
    }
    const Use use = find(call.key).use;
    const bool live = use == Use::Live && rules_.completeness != Completeness::Partial;
    const bool spent = use == Use::Ended && !rules_.reusable;
    return live || spent ? fmt::format("{} is used twice", named(call.key)) : std::string();
}

std::string KeyedBlocks::refuseEnd(std::uint64_t key) {
    const Use use = find(key).use;
    if (use == Use::Never && rules_.completeness == Completeness::Script) {
        return fmt::format("{} is unknown: nothing was allocated with it", named(key));
    }
    if (use == Use::Ended && rules_.completeness != Completeness::Partial) {
        return fmt::format("{} is no longer live (double free)", named(key));
    }
    return {};
}

KeyedBlocks::Slot& KeyedBlocks::find(std::uint64_t key) {
    const std::size_t mask = slots_.size() - 1;
    // Fibonacci hashing: addresses are multiples of 16, their low bits alone would collide.
    std::size_t at = static_cast<std::size_t>((key * 0x9e3779b97f4a7c15ULL) >> 20) & mask;
    while (slots_[at].use != Use::Never && slots_[at].key != key) {
        at = (at + 1) & mask;
    }
    return slots_[at];
}

void KeyedBlocks::grow() {
    const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(slots_.size() * 2));
    for (const Slot& slot : old) {
        if (slot.use != Use::Never) {
            find(slot.key) = slot;
        }
    }
}

std::string KeyedBlocks::named(std::uint64_t key) const {
    return rules_.hexadecimal ? fmt::format("{} {:#x}", rules_.noun, key)
                              : fmt::format("{} {}", rules_.noun, key);
}

} // namespace fragscope
