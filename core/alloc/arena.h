#pragma once

#include "fragscope/base/units.h"
#include "fragscope/task/steps.h"

namespace fragscope {

/// One aligned load or store of a heap.
struct ArenaWord {
    VirtAddr at;
    std::uint64_t value = 0; ///< to store, or what was loaded
    bool write = false;
    unsigned bytes = wordBytes; ///< 1, 2, 4 or 8
};

class Arena;

/// `co_await arena.load(at)`: in the current step if the memory is there; if not, what the arena
/// does about that runs as further steps first.
struct ArenaAccess {
    Arena& arena;
    ArenaWord word;
    Task* task = nullptr;

    [[nodiscard]] ArenaAccess bind(Task& t) const { return {arena, word, &t}; }

    [[nodiscard]] bool await_ready();
    void await_suspend(Steps::Handle caller);
    std::uint64_t await_resume();
};

/// The owner of the arena has ended in the middle of an access: there is no memory to go on with.
/// Thrown by accesses, so that no heap has to ask after each of them; who runs the heap catches it.
struct ArenaGone {};

/// What a heap sees of its memory: words of one range of addresses that grows and shrinks at its
/// end. Pages may be missing at any access: a heap over virtual memory faults and waits there.
/// One access at a time; who uses a heap holds its lock.
class Arena {
public:
    explicit Arena(VirtAddr start) : start_(start), end_(start) {}

    virtual ~Arena() = default;
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;

    [[nodiscard]] VirtAddr start() const { return start_; }

    [[nodiscard]] VirtAddr end() const { return end_; }

    ArenaAccess load(VirtAddr at, unsigned bytes = wordBytes) {
        return {*this, {at, 0, false, bytes}};
    }

    ArenaAccess store(VirtAddr at, std::uint64_t value, unsigned bytes = wordBytes) {
        return {*this, {at, value, true, bytes}};
    }

    /// Who owns the memory has changed it; page-aligned.
    void setEnd(VirtAddr end) { end_ = end; }

protected:
    friend struct ArenaAccess;

    /// One try, in the step under way; true if it is done.
    virtual bool tryWord(Task& task, ArenaWord& word) = 0;

    /// It was not: makes `caller` wait for the access in further steps.
    virtual void waitFor(Task& task, Steps::Handle caller) = 0;

    /// The access is over; throws ArenaGone if it never can be.
    virtual void finish(ArenaWord& word) = 0;

private:
    VirtAddr start_;
    VirtAddr end_;
};

inline bool ArenaAccess::await_ready() {
    return arena.tryWord(*task, word);
}

inline void ArenaAccess::await_suspend(Steps::Handle caller) {
    arena.waitFor(*task, caller);
}

inline std::uint64_t ArenaAccess::await_resume() {
    arena.finish(word);
    return word.value;
}

} // namespace fragscope
