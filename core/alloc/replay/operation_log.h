#pragma once

#include "fragscope/alloc/arena_reader.h"
#include "fragscope/alloc/memory/observed_memory.h"

#include <exception>
#include <map>
#include <vector>

namespace fragscope {

/// One thing that an operation of an allocator does to its memory.
struct LoggedAction {
    enum class Kind : std::uint8_t { Step, Load, Store, Copy, Grow, Shrink, Moved };

    Kind kind = Kind::Step;
    std::uint8_t bytes = 0;   ///< of a load or store
    std::uint16_t line = 0;   ///< Step
    bool granted = false;     ///< Grow
    std::uint64_t at = 0;     ///< the first byte (Copy, Moved: of the target)
    std::uint64_t value = 0;  ///< Load, Store; Copy, Moved: where from; Grow, Shrink: bytes
    std::uint64_t length = 0; ///< Copy, Moved: bytes
    std::array<std::uint64_t, 8> locals{}; ///< Step
};

/// An operation of an allocator tried on memory that is looked at and not touched: what it would
/// do, in order. Loads see the stores before them. The first loads may be told (`pinned`): what
/// they gave when they were done for real.
class OperationLog : public MemoryBacking, public MemoryObserver {
public:
    OperationLog(const ArenaReader& reader, const MemoryPlan& plan, std::uint64_t heapEnd)
        : reader_(reader), plan_(plan), heapEnd_(heapEnd) {}

    /// The actions that are done already, with what they gave.
    void pin(std::vector<LoggedAction> done) { pinned_ = std::move(done); }

    [[nodiscard]] const std::vector<LoggedAction>& actions() const { return actions_; }

    [[nodiscard]] std::uint64_t heapEndAfter() const { return heapEnd_; }

    // ---- MemoryBacking ----
    [[nodiscard]] std::uint64_t load(std::uint64_t at, unsigned bytes) override;
    void store(std::uint64_t at, unsigned bytes, std::uint64_t value) override;
    void copy(std::uint64_t to, std::uint64_t from, std::uint64_t bytes) override;
    [[nodiscard]] bool grow(std::uint64_t bytes) override;
    void shrink(std::uint64_t bytes) override;

    [[nodiscard]] const MemoryPlan& plan() const override { return plan_; }

    [[nodiscard]] std::uint64_t heapEnd() const override { return heapEnd_; }

    // ---- MemoryObserver ----
    void step(std::uint16_t line, std::span<const std::uint64_t> locals) override;
    void moved(std::uint64_t from, std::uint64_t to, std::uint64_t bytes) override;

private:
    [[nodiscard]] std::uint8_t byteAt(std::uint64_t at) const;
    [[nodiscard]] const LoggedAction* pinned() const;
    void checkInside(std::uint64_t at, std::uint64_t bytes) const;

    const ArenaReader& reader_;
    MemoryPlan plan_;
    std::uint64_t heapEnd_;
    std::vector<LoggedAction> pinned_;
    std::vector<LoggedAction> actions_;
    std::map<std::uint64_t, std::uint8_t> written_; ///< bytes stored by this operation
};

} // namespace fragscope
