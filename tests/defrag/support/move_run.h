#pragma once

#include "fragscope/machine/machine.h"
#include "fragscope/machine/parts.h"

#include <map>
#include <vector>

namespace fragscope {

/// A run of one application whose block A moves next to block O as soon as a neighbour has left.
struct MoveRun {
    RunConfig config;
    std::map<EventKind, std::uint64_t> count;
    std::uint64_t longestWait = 0;
    std::uint64_t bytesCopied = 0;
    Rule end = Rule::None;
    std::uint64_t steps = 0;

    [[nodiscard]] std::uint64_t of(EventKind kind) const {
        const auto found = count.find(kind);
        return found == count.end() ? 0 : found->second;
    }

    /// Violations of any kind.
    [[nodiscard]] std::uint64_t violations() const {
        return of(EventKind::LostWrite) + of(EventKind::StaleRead) + of(EventKind::ForeignAccess) +
               of(EventKind::InvariantBroken) + of(EventKind::ProcessKilled);
    }
};

/// Block O of 64 KiB at frame 256, block A of `length` elsewhere, a neighbour right behind O that
/// leaves.
inline RunConfig moveConfig(ByteCount length, ByteCount transfer, std::size_t threads = 1) {
    RunConfig config;
    config.seed = 5;
    config.machine.cpus = static_cast<std::uint32_t>(threads + 1);
    config.mover.transferBlock = transfer;
    ProcessSettings application;
    application.blocks = {{.size = kib(64), .frame = 256}, {.size = length, .frame = 1024}};
    application.cpus.clear();
    for (std::uint32_t cpu = 1; cpu <= threads; ++cpu) {
        application.cpus.push_back(cpu);
    }
    application.accesses = 0;
    ProcessSettings neighbour;
    neighbour.name = "neighbour";
    neighbour.start = VirtAddr(0x20000000);
    neighbour.blocks = {{.size = length, .frame = 272}};
    neighbour.cpus.clear();
    neighbour.exitAtCycles = 3000;
    config.processes = {application, neighbour};
    return config;
}

/// Counts the meaning events of a run.
class MoveCounter : public EventSink {
public:
    explicit MoveCounter(MoveRun& run) : run_(run) {}

    void onEvent(const Event& event) override {
        ++run_.count[event.kind];
        if (event.kind == EventKind::WaitEnded && event.value > run_.longestWait) {
            run_.longestWait = event.value;
        }
        run_.bytesCopied += event.kind == EventKind::PageCopied ? event.value : 0;
    }

private:
    MoveRun& run_;
};

inline MoveRun runMove(const RunConfig& config) {
    MoveRun run;
    run.config = config;
    EventBus events;
    MoveCounter counter(run);
    events.attach(counter, kindsOf(RecordLevel::Structure));
    auto machine = Machine::create(config, events);
    if (machine) {
        while ((*machine)->advance(nullptr, ~0ULL) != AdvanceEnd::Finished) {
        }
        run.end = (*machine)->endRule();
        run.steps = (*machine)->steps();
    }
    return run;
}

} // namespace fragscope
