#pragma once

#include "fragscope/base/units.h"
#include "fragscope/view/event_log.h"

#include <map>
#include <optional>
#include <vector>

namespace fragscope {

/// What the events tell of a heap besides its bytes, for any moment: its pool, the bytes that the
/// program asked for, and where blocks were moved. Each event is looked at once and kept as long as
/// the run is shown.
class HeapHistory {
public:
    /// A block as the program asked for it.
    struct Request {
        VirtAddr payload;
        ByteCount asked;
    };

    struct Move {
        std::uint64_t seq = 0;
        VirtAddr from;
        VirtAddr to;
        ByteCount length;
    };

    /// A heap after an event.
    struct Use {
        std::uint64_t seq = 0; ///< of the event
        std::uint64_t timeCycles = 0;
        PageCount pool;
        ByteCount live; ///< asked for by the program and not freed
        std::uint64_t blocks = 0;
        std::uint64_t refused = 0; ///< so far, like the two that follow
        std::uint64_t moves = 0;
        ByteCount movedBytes;
    };

    void add(const EventLog& log);

    /// The uses of a heap before the event `seq`: the latest one. All 0 if there is none.
    [[nodiscard]] Use useOf(std::uint32_t process, std::uint64_t seq) const;

    /// All uses of a heap, ascending.
    [[nodiscard]] const std::vector<Use>& usesOf(std::uint32_t process) const;

    /// The block of the program that lies in a range of addresses before the event `seq`; of
    /// several the latest.
    [[nodiscard]] std::optional<Request>
    requestIn(std::uint32_t process, VirtAddr start, ByteCount length, std::uint64_t seq) const;

    /// The moves of a heap by the events first <= seq < end, ascending.
    [[nodiscard]] std::vector<Move>
    movesOf(std::uint32_t process, std::uint64_t first, std::uint64_t end) const;

private:
    /// What lies at an address from an event on.
    struct Stay {
        std::uint64_t seq = 0;
        std::optional<ByteCount> asked; ///< nothing: no block any more
    };

    struct Heap {
        std::vector<Use> uses;
        std::vector<Move> moves;
        std::map<std::uint64_t, std::vector<Stay>> stays; ///< by address of payload
    };

    static void note(Heap& heap, const Event& event);
    static void noteMove(Heap& heap, const Event& event, Use& use);

    std::map<std::uint32_t, Heap> heaps_; ///< by process
    std::uint64_t nextSeq_ = 0;
};

} // namespace fragscope
