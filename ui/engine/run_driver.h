#pragma once

#include "fragscope/ui/engine/engine_snapshot.h"
#include "fragscope/view/snapshot.h"
#include "fragscope/view/timeline.h"

#include <functional>
#include <memory>

namespace fragscope {

/// Called between the slices of long work with the share done (negative if not known); false = stop
/// here.
using Progress = std::function<bool(double share)>;

/// The timeline needs a source before the run has made it: this one comes in between.
class LateSource : public EventSource {
public:
    void set(EventSource& source) { source_ = &source; }

    AdvanceEnd advance(StopCondition* stop, std::uint64_t maxSteps) override;
    [[nodiscard]] std::uint64_t steps() const override;

private:
    EventSource* source_ = nullptr;
};

/// One open run and its timeline, on the engine's thread. Long work is cut into slices so that it
/// can report and be stopped; where it stops, the run stays whole.
class RunDriver {
public:
    /// Makes the run and goes to its first micro-step.
    Expected<Done> open(const RunFactory& factory);

    [[nodiscard]] bool isOpen() const { return session_ != nullptr; }

    /// True if nothing is left to go forward to.
    [[nodiscard]] bool atEnd() const { return timeline().finished() && timeline().atHead(); }

    void goHome();
    void stepForward(std::uint64_t steps, const Progress& progress);
    void stepBack(std::uint64_t steps);

    /// To the end of the micro-step of the next event of these kinds. False if there is none: the
    /// cursor is where it was then, or, if it was stopped, where it got to.
    bool forwardTo(const KindSet& kinds, const Progress& progress);

    /// To the nearest earlier one. False, and the cursor is where it was, if there is none.
    bool backTo(const KindSet& kinds);

    void seek(std::uint64_t seq, const Progress& progress);
    void seekStep(std::uint64_t step, const Progress& progress);

    /// Goes on to the end of the run, at most to `maxEvents` known events.
    void runToEnd(std::uint64_t maxEvents, const Progress& progress);

    /// Makes the events to come known without moving the cursor.
    void lookAhead(std::uint64_t maxEvents, const Progress& progress);

    /// Records from the beginning of the known events; later events follow as they come.
    Expected<Done> startRecording(const RecorderFactory& factory);
    void stopRecording();

    /// Why a recording has ended by itself or could not be finished; told once. One that has failed
    /// is ended by this.
    std::optional<Error> takeRecordingError();

    /// The process that memory is seen from.
    void setFocus(std::uint32_t process) { focus_ = process; }

    /// Fills in what belongs to the run.
    void describe(EngineSnapshot& snapshot);

private:
    /// False for a recording below level Full: there each event is a step.
    [[nodiscard]] bool hasSteps() const;

    /// Forward until `stop`, `steps`, the end or refusal of progress; true if stopped by `stop`.
    bool advance(StopCondition* stop, std::uint64_t steps, const Progress& progress);

    [[nodiscard]] Timeline& timeline() const { return *session_->timeline; }

    /// Destroyed in reverse order: the run outlives what is attached to its bus.
    struct Session {
        Run run;
        LateSource source;
        std::unique_ptr<Timeline> timeline;
        std::unique_ptr<Recording> recording;
    };

    std::unique_ptr<Session> session_;
    std::optional<Error> recordingError_;
    std::shared_ptr<const RunCaption> caption_;
    SnapshotMaker maker_{4};
    std::uint32_t focus_ = 0;
    std::uint64_t homeSeq_ = 0;
};

} // namespace fragscope
