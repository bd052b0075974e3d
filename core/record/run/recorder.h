#pragma once

#include "fragscope/base/error.h"
#include "fragscope/event/event_bus.h"
#include "fragscope/record/run/run_info.h"
#include "fragscope/record/run/run_outcome.h"

#include <memory>
#include <optional>
#include <string>

namespace fragscope {

/// What became of a recording.
struct RunSummary {
    std::int64_t run = 0; ///< N of FILE.db#N
    std::uint64_t savedEvents = 0;
    std::optional<std::uint64_t> lastSavedSeq;
    std::uint64_t lostEvents = 0; ///< came after recording had failed
    std::uint64_t queueWaits = 0; ///< how often the run had to wait for the disk
    std::uint64_t chainHash = 0;  ///< over all saved blocks
};

/// Records the events of a run into an SQLite file, which may hold other runs already.
/// Invariants: (1) onEvent never blocks for longer than the writer needs to make room, and never
/// throws; (2) a kill at any moment loses at most the events of the last 250 ms or the last 65,536;
/// (3) after a failure (disk full, ...) what was saved stays saved, and the run itself goes on.
/// Events are handed over by the thread that runs the machine; a thread of its own writes them.
class Recorder : public EventSink {
public:
    struct Options {
        std::uint64_t maxFileBytes = 0; ///< 0 = none; reaching it counts as a full disk
    };

    /// Refuses, without touching it, a file that is not a run file of a known version.
    static Expected<std::unique_ptr<Recorder>>
    create(const std::string& path, const RunInfo& info, Options options);
    static Expected<std::unique_ptr<Recorder>> create(const std::string& path, const RunInfo& info);

    /// Without finish() before, what came so far is saved and the run will count as interrupted.
    ~Recorder() override;

    /// What to attach the recorder for. Never holds PageImage.
    static KindSet kinds(RecordLevel level) { return kindsOf(level); }

    /// Seqs ascend, with gaps where other sinks asked for more kinds.
    void onEvent(const Event& event) override;

    /// An action of the user that changed the machine before event `seq`; `args` is JSON.
    void addInput(std::uint64_t seq, std::string kind, std::string args);

    /// What choose(options, label) of the core returned; only for choices that the seed does not
    /// make.
    void addChoice(std::string label, std::uint64_t options, std::uint64_t chosen);

    /// Why recording has stopped, if it has. Any thread.
    [[nodiscard]] std::optional<Error> failure() const;

    /// N of FILE.db#N.
    [[nodiscard]] std::int64_t run() const;

    /// Saves what is still on its way and the end of the run. Once. After a failure this is its
    /// error, and summary() says how far the recording goes.
    Expected<RunSummary> finish(const RunOutcome& outcome);

    /// Complete after finish(); before, what is known to be saved by now.
    [[nodiscard]] RunSummary summary() const;

private:
    struct Impl;
    explicit Recorder(std::unique_ptr<Impl> impl);

    std::unique_ptr<Impl> impl_;
};

} // namespace fragscope
