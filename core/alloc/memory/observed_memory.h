#pragma once

#include "fragscope/alloc/memory/memory_backing.h"

#include <array>
#include <span>

namespace fragscope {

/// Sees what an allocator does, in order. Everything is optional.
class MemoryObserver {
public:
    virtual ~MemoryObserver() = default;

    /// A line of the listing begins; `locals` in the order of the listing's names.
    virtual void step(std::uint16_t /*line*/, std::span<const std::uint64_t> /*locals*/) {}

    virtual void loaded(std::uint64_t /*at*/, unsigned /*bytes*/, std::uint64_t /*value*/) {}

    virtual void stored(std::uint64_t /*at*/, unsigned /*bytes*/, std::uint64_t /*value*/) {}

    virtual void copied(std::uint64_t /*to*/, std::uint64_t /*from*/, std::uint64_t /*bytes*/) {}

    virtual void grew(std::uint64_t /*bytes*/, bool /*granted*/) {}

    virtual void shrank(std::uint64_t /*bytes*/) {}

    virtual void moved(std::uint64_t /*from*/, std::uint64_t /*to*/, std::uint64_t /*bytes*/) {}
};

/// What an operation cost; sums since the last reset.
struct MemoryCounts {
    std::uint64_t loads = 0;
    std::uint64_t stores = 0;
    std::uint64_t copiedBytes = 0; ///< each is a load and a store of its own, by words of 8 bytes
    std::uint64_t searched = 0;    ///< free areas looked at
    std::uint64_t moves = 0;       ///< blocks in use that lie elsewhere now
    std::uint64_t movedBytes = 0;
    std::uint64_t longestMove = 0; ///< bytes
    std::uint64_t abortedByFree = 0;
    std::uint64_t abortedByCompaction = 0;

    /// References to memory: what the processor would do, counted in words of 8 bytes.
    [[nodiscard]] std::uint64_t references() const {
        return loads + stores + 2 * ((copiedBytes + 7) / 8);
    }

    MemoryCounts& operator+=(const MemoryCounts& other) {
        loads += other.loads;
        stores += other.stores;
        copiedBytes += other.copiedBytes;
        searched += other.searched;
        moves += other.moves;
        movedBytes += other.movedBytes;
        longestMove = std::max(longestMove, other.longestMove);
        abortedByFree += other.abortedByFree;
        abortedByCompaction += other.abortedByCompaction;
        return *this;
    }
};

/// The memory of an allocator that counts and tells what is done with it (flat_memory.h says what
/// each function is for).
class ObservedMemory {
public:
    explicit ObservedMemory(MemoryBacking& backing) : backing_(&backing) {}

    template <class T = std::uint64_t> [[nodiscard]] T load(std::uint64_t at) {
        static_assert(std::is_unsigned_v<T>);
        ++counts_.loads;
        const auto value = static_cast<T>(backing_->load(at, sizeof(T)));
        if (observer_ != nullptr) {
            observer_->loaded(at, sizeof(T), value);
        }
        return value;
    }

    template <class T = std::uint64_t> void store(std::uint64_t at, std::type_identity_t<T> value) {
        static_assert(std::is_unsigned_v<T>);
        ++counts_.stores;
        backing_->store(at, sizeof(T), value);
        if (observer_ != nullptr) {
            observer_->stored(at, sizeof(T), value);
        }
    }

    void copy(std::uint64_t to, std::uint64_t from, std::uint64_t bytes) {
        counts_.copiedBytes += bytes;
        backing_->copy(to, from, bytes);
        if (observer_ != nullptr) {
            observer_->copied(to, from, bytes);
        }
    }

    [[nodiscard]] bool grow(std::uint64_t bytes) {
        const bool granted = backing_->grow(bytes);
        if (observer_ != nullptr) {
            observer_->grew(bytes, granted);
        }
        return granted;
    }

    void shrink(std::uint64_t bytes) {
        backing_->shrink(bytes);
        if (observer_ != nullptr) {
            observer_->shrank(bytes);
        }
    }

    [[nodiscard]] const MemoryPlan& plan() const { return backing_->plan(); }

    [[nodiscard]] std::uint64_t heapStart() const { return plan().heapStart; }

    [[nodiscard]] std::uint64_t heapEnd() const { return backing_->heapEnd(); }

    [[nodiscard]] std::uint64_t books() const { return plan().booksStart(); }

    template <class Line, class... Values> void step(Line line, Values... values) {
        if (observer_ != nullptr) {
            const std::array<std::uint64_t, sizeof...(Values)> locals{
                static_cast<std::uint64_t>(values)...};
            observer_->step(static_cast<std::uint16_t>(line), locals);
        }
    }

    template <class... Values> void reason(Rule rule, Values... operands) {
        reason_ = {rule, {}};
        std::size_t n = 0;
        ((reason_.operands[n++] = static_cast<std::uint64_t>(operands)), ...);
    }

    void looked() { ++counts_.searched; }

    void moved(std::uint64_t from, std::uint64_t to, std::uint64_t bytes) {
        if (observer_ != nullptr) {
            observer_->moved(from, to, bytes);
        }
        ++counts_.moves;
        counts_.movedBytes += bytes;
        counts_.longestMove = std::max(counts_.longestMove, bytes);
    }

    /// A copy in parts was given up: its block was freed, or its target moved.
    void aborted(bool byFree) {
        counts_.abortedByFree += byFree ? 1U : 0U;
        counts_.abortedByCompaction += byFree ? 0U : 1U;
    }

    // ---- for who watches ----
    /// Why the last operation ended as it did, with the numbers that its text names.
    struct Reason {
        Rule rule = Rule::None;
        std::array<std::uint64_t, 3> operands{}; ///< {value}, {a}, {b}
    };

    [[nodiscard]] const Reason& lastReason() const { return reason_; }

    [[nodiscard]] const MemoryCounts& counts() const { return counts_; }

    void resetCounts() { counts_ = {}; }

    void observe(MemoryObserver* observer) { observer_ = observer; }

    /// From here on the bytes are elsewhere; the same plan.
    void setBacking(MemoryBacking& backing) { backing_ = &backing; }

    [[nodiscard]] MemoryBacking& backing() const { return *backing_; }

private:
    MemoryBacking* backing_;
    MemoryObserver* observer_ = nullptr;
    MemoryCounts counts_;
    Reason reason_;
};

} // namespace fragscope
