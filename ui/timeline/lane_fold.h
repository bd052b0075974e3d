#pragma once

#include "fragscope/view/event_log.h"
#include "fragscope/view/state.h"

#include <array>
#include <cstdint>
#include <map>
#include <vector>

namespace fragscope {

/// What a CPU is busy with.
enum class BusyWith : std::uint8_t { Application, Mover, Handler, Kernel, Count };

/// Marks on lanes of their own.
enum class LaneMark : std::uint8_t { Fault, Shootdown, MapStore, Violation, Count };

inline constexpr std::size_t busyCount = static_cast<std::size_t>(BusyWith::Count);
inline constexpr std::size_t laneMarkCount = static_cast<std::size_t>(LaneMark::Count);

/// The whole run on lanes over time, in a bounded number of equal pieces of time: each event is
/// looked at once; when the run outgrows the pieces, two neighbours become one.
class LaneFold {
public:
    static constexpr std::size_t mostPieces = 4096;
    static constexpr std::uint64_t smallestPiece = 16; ///< cycles

    /// Cycles that a CPU spent on something within a range, and marks that fell into it.
    struct Totals {
        std::vector<std::array<std::uint64_t, busyCount>> busyCycles; ///< by CPU
        std::array<std::uint64_t, laneMarkCount> marks{};
    };

    explicit LaneFold(std::uint32_t cpus = 1);

    /// Looks at the events that it has not seen yet, at most `maxEvents`. Busy time is counted from
    /// `homeSeq` on. True if all are seen.
    bool add(const EventLog& log, std::uint64_t homeSeq, std::uint64_t maxEvents = ~0ULL);

    [[nodiscard]] std::uint32_t cpus() const { return cpus_; }

    [[nodiscard]] std::uint64_t startCycles() const { return startCycles_; }

    [[nodiscard]] std::uint64_t endCycles() const { return std::max(endCycles_, startCycles_ + 1); }

    /// Sums of the pieces that touch [from, to).
    [[nodiscard]] Totals totals(std::uint64_t from, std::uint64_t to) const;

    [[nodiscard]] Totals totals() const { return totals(startCycles_, endCycles()); }

    [[nodiscard]] std::uint64_t pieceCycles() const { return pieceCycles_; }

private:
    struct OpenStep {
        bool open = false;
        std::uint64_t since = 0;
        BusyWith with = BusyWith::Kernel;
    };

    void see(const Event& event);
    void beginStep(const Event& event);
    void endStep(std::uint8_t cpu, std::uint64_t time);
    void mark(LaneMark mark, std::uint64_t time);
    void addBusy(std::uint8_t cpu, BusyWith with, std::uint64_t from, std::uint64_t to);
    std::size_t pieceAt(std::uint64_t time); ///< grows and folds as needed
    void fold();
    [[nodiscard]] BusyWith classOf(const Event& step) const;

    std::uint32_t cpus_;
    std::uint64_t pieceCycles_ = smallestPiece;
    std::uint64_t startCycles_ = 0;
    std::uint64_t endCycles_ = 0;
    std::uint64_t nextSeq_ = 0;
    bool started_ = false;
    std::vector<Totals> pieces_;
    std::vector<OpenStep> open_;
    std::map<std::uint32_t, TaskRole> roles_; ///< by task
};

} // namespace fragscope
