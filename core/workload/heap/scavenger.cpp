#include "fragscope/workload/heap/scavenger.h"

#include "fragscope/kernel/paging/demand_paging.h"

#include <algorithm>
#include <array>

namespace fragscope {

namespace {

// ---- background
// ---------------------------------------------------------------------------------------
enum class Line : std::uint16_t { Wait = 1, Lock, Turn, End };

constexpr std::array<std::string_view, 4> lines{
    "wait until the program has freed something",
    "take the lock of the heap",
    "call the functor for free areas, up to the quantum",
    "the program is over",
};

constexpr std::array<std::string_view, 3> localNames{"frees_seen", "from", "pages"};

struct Locals {
    std::uint64_t seen;
    std::uint64_t from;
    std::uint64_t pages; ///< given back so far
};

// ---- memory thread
// ------------------------------------------------------------------------------------
enum class Told : std::uint16_t { Wait = 1, Lock, Busy, Drop, Turn, Answer, End };

constexpr std::array<std::string_view, 7> toldLines{
    "wait until the kernel says that memory is short",
    "take the lock of the heap",
    "somebody has it who may wait for this answer: nothing to give",
    "drop a part of the cache",
    "call the functor for free areas",
    "answer",
    "the program is over",
};

constexpr std::array<std::string_view, 3> toldNames{"notice", "from", "pages"};

struct ToldLocals {
    std::uint64_t notice;
    std::uint64_t from;
    std::uint64_t pages;
};

/// The functor: whole pages of a free area become allocate on demand.
class GiveBack : public FreeAreaVisitor {
public:
    GiveBack(ProcessHeap& heap, ScavengeTurn& turn) : heap_(heap), turn_(turn) {}

    Steps visit(FreeArea area, bool& goOn) override {
        const PageRun whole = wholePages(area);
        if (!isWanted(area, whole)) {
            co_return;
        }
        const PageRun run = nextOf(whole);
        if (run.pages.value == 0 && whole.pages.value != 0) {
            co_return; // an earlier turn has done with it
        }
        const std::uint64_t frames = framesOf(run);
        if (run.pages.value != 0) {
            co_await part(heap_.convert(run, Rule::PagesConverted));
        }
        turn_.pages += run.pages.value;
        turn_.frames += frames;
        if (turn_.pages >= turn_.most) {
            turn_.from = startOf(run.first + run.pages);
            turn_.complete = false;
            goOn = false;
        }
        announce(area, run, frames);
    }

private:
    [[nodiscard]] bool isWanted(const FreeArea& area, const PageRun& whole) const {
        return heap_.settings().threshold == ScavengeThreshold::WholePage
                   ? whole.pages.value >= 1
                   : area.length.value > pageBytes;
    }

    /// What of the run is still to be done in this turn.
    [[nodiscard]] PageRun nextOf(const PageRun& whole) const {
        const std::uint64_t end = (whole.first + whole.pages).value;
        const std::uint64_t first = std::max(whole.first.value, pageOf(turn_.from).value);
        const std::uint64_t left = end > first ? end - first : 0;
        return {PageNumber(first), PageCount(std::min(left, turn_.most - turn_.pages))};
    }

    [[nodiscard]] std::uint64_t framesOf(const PageRun& run) const {
        std::uint64_t frames = 0;
        for (std::uint64_t i = 0; i < run.pages.value; ++i) {
            const PageEntry entry =
                DemandPaging::entryOf(heap_.process(), run.first + PageCount(i));
            frames += entry.present ? 1 : 0;
        }
        return frames;
    }

    void announce(const FreeArea& area, const PageRun& run, std::uint64_t frames) const {
        heap_.kernel().board().events.emit({.kind = EventKind::FreeAreaVisited,
                                            .object = heap_.process().number,
                                            .vaddr = area.start.value,
                                            .value = area.length.value,
                                            .a = run.pages.value,
                                            .b = frames});
    }

    ProcessHeap& heap_;
    ScavengeTurn& turn_;
};

/// One pass over all free areas, in turns between which the program can have its heap.
Steps passInTurns(ProcessHeap& heap, Task& self, Locals& l) {
    ScavengeTurn turn;
    do {
        turn = {.from = turn.from, .most = heap.settings().quantum};
        co_await part(lockHeap(heap, self, Line::Lock));
        if (heap.ended()) {
            co_return;
        }
        co_yield Line::Turn;
        co_await part(scavengeTurn(heap, turn, Rule::InBackground));
        heap.unlock();
        l.from = turn.from.value;
        l.pages += turn.pages;
    } while (!turn.complete);
}

Steps dropCache(ProcessHeap& heap) {
    for (auto& [name, block] : heap.blocks()) {
        if (block.cached && block.live) {
            co_yield Told::Drop;
            block.live = false;
            co_await part(heap.release(block.address, block.size));
        }
    }
}

/// True in `locked` unless the holder of the lock may wait for this very thread.
Steps lockUnlessUrgent(ProcessHeap& heap, Task& self, bool& locked) {
    co_yield Told::Lock;
    while (!heap.unlocked(0) && !heap.listener().urgent) {
        co_await until(conditionOf<&ProcessHeap::unlockedOrUrgent>(heap));
        co_yield Told::Lock;
    }
    locked = heap.unlocked(0) && !heap.ended();
    if (locked) {
        heap.lock(self.id);
    }
}

Steps answer(ProcessHeap& heap, Task& self, ToldLocals& l) {
    const bool burst = heap.settings().scavenge == ScavengeTrigger::AtExhaustion;
    ScavengeTurn turn;
    do {
        turn = {.from = turn.from, .most = burst ? ~0ULL : heap.settings().quantum};
        bool locked = false;
        co_await part(lockUnlessUrgent(heap, self, locked));
        if (!locked) {
            co_yield Told::Busy;
            co_return;
        }
        co_await part(dropCache(heap));
        co_yield Told::Turn;
        co_await part(scavengeTurn(heap, turn, burst ? Rule::AtExhaustion : Rule::OnNotice));
        heap.unlock();
        l.from = turn.from.value;
        l.pages += turn.pages;
    } while (!turn.complete);
}

Steps listenForNotices(ProcessHeap& heap, Task& self, ToldLocals& l) {
    LowMemory::Listener& listener = heap.listener();
    while (true) {
        co_yield Told::Wait;
        co_await until(conditionOf<&ProcessHeap::asked>(heap));
        co_yield Told::Wait;
        if (heap.over()) {
            co_return;
        }
        l.notice = listener.asked;
        co_await part(answer(heap, self, l));
        co_yield Told::Answer;
        listener.urgent = listener.asked != l.notice;
        listener.answered = l.notice;
    }
}

Steps lookAfterFrees(ProcessHeap& heap, Task& self, Locals& l) {
    while (true) {
        co_yield Line::Wait;
        co_await until(conditionOf<&ProcessHeap::hasNews>(heap, l.seen));
        co_yield Line::Wait;
        if (heap.ended() || heap.frees() == l.seen) {
            co_return;
        }
        l.seen = heap.frees();
        co_await part(passInTurns(heap, self, l));
    }
}

/// Ends a thread that works beside the program.
void endThread(ProcessHeap& heap, const Task& self) {
    if (heap.lockedBy(self)) {
        heap.unlock();
    }
    heap.kernel().threadEnded(heap.process());
}

} // namespace

Steps scavengeTurn(ProcessHeap& heap, ScavengeTurn& turn, Rule why) {
    const Board& board = heap.kernel().board();
    const std::uint64_t begun = board.scheduler.now();
    GiveBack functor(heap, turn);
    co_await heap.heap().forEachFreeArea(turn.from, functor);
    board.events.emit({.kind = EventKind::ScavengePause,
                       .rule = why,
                       .object = heap.process().number,
                       .value = turn.pages,
                       .a = board.scheduler.now() - begun,
                       .b = turn.frames});
}

Steps runScavenger(ProcessHeap& heap) {
    Task& self = co_await thisTask();
    auto& l = co_await Follow<Locals>{scavengerListing()};
    try {
        co_await part(lookAfterFrees(heap, self, l));
    } catch (const ArenaGone&) {
        // the process has ended
    } catch (const HeapDamaged& damage) {
        heap.broken(damage);
    }
    co_yield Line::End;
    endThread(heap, self);
}

Steps runMemoryThread(ProcessHeap& heap) {
    Task& self = co_await thisTask();
    auto& l = co_await Follow<ToldLocals>{memoryThreadListing()};
    heap.listener().task = self.id;
    try {
        co_await part(listenForNotices(heap, self, l));
    } catch (const ArenaGone&) {
        // the process has ended
    } catch (const HeapDamaged& damage) {
        heap.broken(damage);
    }
    co_yield Told::End;
    heap.listener().gone = true;
    endThread(heap, self);
}

const Listing& scavengerListing() {
    static constexpr Listing listing{ListingId::Scavenger, "scavenger",
                                     "Scavenger: in the background", lines, localNames};
    return listing;
}

const Listing& memoryThreadListing() {
    static constexpr Listing listing{ListingId::MemoryThread, "memory-thread",
                                     "Process: told that memory is short", toldLines, toldNames};
    return listing;
}

} // namespace fragscope
