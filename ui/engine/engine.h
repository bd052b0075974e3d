#pragma once

#include "fragscope/event/event_bus.h"
#include "fragscope/ui/engine/engine_snapshot.h"
#include "fragscope/ui/engine/run.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace fragscope {

class RunDriver;

/// Drives a run on a thread of its own: takes commands, publishes snapshots, never makes the caller
/// wait. Invariants: (1) commands are done one after another in the order given; (2) snapshots are
/// published with ascending number, at most about one per displayed frame while playing or working,
/// and one at the end of each command; (3) all methods may be called from any thread. A command
/// that moves the cursor ends playing; long work goes on until it is done or cancel() is called.
class Engine {
public:
    static constexpr double fullSpeed = 0; ///< for play(): as fast as possible

    Engine();
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    /// Closes the open run, unless opening fails: then that one stays. So many events are looked
    /// ahead.
    void open(RunFactory factory, std::uint64_t lookAhead = 0);
    void restart(); ///< makes the run anew, as it was opened
    void goHome();  ///< back to the first micro-step, keeping what is known
    void stepForward(std::uint64_t steps = 1);
    void stepBack(std::uint64_t steps = 1);
    void forwardTo(const KindSet& kinds); ///< stays, with a notice, if there is none
    void backTo(const KindSet& kinds);    ///< likewise
    void seek(std::uint64_t seq);
    void seekStep(std::uint64_t step);
    void runToEnd(std::uint64_t maxEvents = ~0ULL);
    void lookAhead(std::uint64_t maxEvents);
    void setFocus(std::uint32_t process); ///< see Snapshot::focus
    void startRecording(RecorderFactory factory);
    void stopRecording();

    /// Makes micro-steps at a speed (per second) until pause() or another command; the speed can be
    /// changed by calling it again.
    void play(double stepsPerSecond);
    void pause();

    /// Ends the long work under way after its current slice; queued commands are dropped.
    void cancel();

    /// The latest snapshot; never null.
    [[nodiscard]] EngineSnapshotRef latest() const;

    /// True if nothing is queued, played or worked on.
    [[nodiscard]] bool idle() const;

    /// Blocks until idle (tests and pictures, not the window).
    void waitUntilIdle();

private:
    using Command = std::function<void()>;

    enum class Play : std::uint8_t { Ends, GoesOn };

    void post(std::string task, Command command, Play play = Play::Ends);

    /// Does nothing if no run is open.
    void postToRun(std::string task, Command command, Play play = Play::Ends);
    void loop();
    void rest(std::unique_lock<std::mutex>& lock);
    void playSlice(std::unique_lock<std::mutex>& lock);
    [[nodiscard]] std::uint64_t stepsDue();
    bool makeRun(const RunFactory& factory, std::uint64_t lookAhead);
    void knowMore(std::uint64_t events); ///< without moving the cursor
    bool proceed(double share);          ///< between two slices of long work
    void guarded(const Command& command);
    void publish(EnginePhase phase, double progress = -1);
    void fail(const Expected<Done>& outcome);
    void tellRecordingError();

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::condition_variable becameIdle_;

    // guarded by mutex_
    struct Queued {
        std::string task;
        Command command;
    };

    std::deque<Queued> queue_;
    EngineSnapshotRef latest_;
    bool quit_ = false;
    bool playing_ = false;
    bool resting_ = false;
    double speed_ = 0;

    std::atomic<bool> cancelled_{false};

    // used by the engine's thread only
    std::unique_ptr<RunDriver> driver_;
    RunFactory factory_;
    std::uint64_t lookAhead_ = 0;
    std::string task_;
    std::optional<Error> error_;
    std::string notice_;
    bool holdsMoment_ = false; ///< look ahead: the window goes on showing the moment before
    std::uint64_t published_ = 0;
    std::uint64_t runNumber_ = 0;
    std::chrono::steady_clock::time_point lastPublished_;
    std::optional<std::chrono::steady_clock::time_point> playedFrom_; ///< due steps count from here
    double stepsOwed_ = 0;

    std::thread thread_; // last: starts when everything above is there
};

} // namespace fragscope
