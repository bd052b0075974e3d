#include "fragscope/ui/engine/engine.h"

#include "fragscope/ui/engine/run_driver.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

namespace fragscope {

namespace {

using Clock = std::chrono::steady_clock;

/// Time between two snapshots of something that goes on: one displayed frame.
constexpr std::chrono::milliseconds frame{16};

/// At full speed, steps between two looks at the clock.
constexpr std::uint64_t fullSpeedSlice = 256;

} // namespace

Engine::Engine()
    : latest_(std::make_shared<const EngineSnapshot>()), driver_(std::make_unique<RunDriver>()),
      thread_([this] { loop(); }) {}

Engine::~Engine() {
    {
        const std::lock_guard lock(mutex_);
        quit_ = true;
        queue_.clear();
    }
    cancelled_ = true;
    wake_.notify_all();
    thread_.join();
}

void Engine::post(std::string task, Command command, Play play) {
    {
        const std::lock_guard lock(mutex_);
        playing_ = playing_ && play == Play::GoesOn;
        queue_.push_back({std::move(task), std::move(command)});
    }
    wake_.notify_all();
}

void Engine::postToRun(std::string task, Command command, Play play) {
    const Command ifOpen = [this, made = std::move(command)] {
        if (driver_->isOpen()) {
            made();
        }
    };
    post(std::move(task), ifOpen, play);
}

void Engine::open(RunFactory factory, std::uint64_t lookAhead) {
    post("opening", [this, made = std::move(factory), lookAhead] {
        if (makeRun(made, lookAhead)) {
            factory_ = made;
            lookAhead_ = lookAhead;
        }
    });
}

void Engine::restart() {
    post("starting anew", [this] {
        if (factory_) {
            makeRun(factory_, lookAhead_);
        }
    });
}

bool Engine::makeRun(const RunFactory& factory, std::uint64_t lookAhead) {
    const Expected<Done> outcome = driver_->open(factory);
    fail(outcome);
    if (!outcome) {
        return false;
    }
    ++runNumber_;
    publish(EnginePhase::Working);
    knowMore(lookAhead);
    return true;
}

void Engine::knowMore(std::uint64_t events) {
    holdsMoment_ = true;
    driver_->lookAhead(events, [this](double share) { return proceed(share); });
    holdsMoment_ = false;
}

void Engine::goHome() {
    postToRun("going to the start", [this] { driver_->goHome(); });
}

void Engine::stepForward(std::uint64_t steps) {
    postToRun("stepping", [this, steps] {
        driver_->stepForward(steps, [this](double share) { return proceed(share); });
    });
}

void Engine::stepBack(std::uint64_t steps) {
    postToRun("stepping back", [this, steps] { driver_->stepBack(steps); });
}

void Engine::forwardTo(const KindSet& kinds) {
    postToRun("searching forwards", [this, kinds] {
        const bool found =
            driver_->forwardTo(kinds, [this](double share) { return proceed(share); });
        if (!found && !cancelled_) {
            notice_ = "There is none from here to the end of the run.";
        }
    });
}

void Engine::backTo(const KindSet& kinds) {
    postToRun("searching backwards", [this, kinds] {
        if (!driver_->backTo(kinds)) {
            notice_ = "There is none from the start of the run to here.";
        }
    });
}

void Engine::seek(std::uint64_t seq) {
    postToRun("going there",
              [this, seq] { driver_->seek(seq, [this](double share) { return proceed(share); }); });
}

void Engine::seekStep(std::uint64_t step) {
    postToRun("going there", [this, step] {
        driver_->seekStep(step, [this](double share) { return proceed(share); });
    });
}

void Engine::runToEnd(std::uint64_t maxEvents) {
    postToRun("running to the end", [this, maxEvents] {
        driver_->runToEnd(maxEvents, [this](double share) { return proceed(share); });
    });
}

void Engine::lookAhead(std::uint64_t maxEvents) {
    postToRun("looking ahead", [this, maxEvents] { knowMore(maxEvents); });
}

void Engine::setFocus(std::uint32_t process) {
    postToRun(
        "choosing a process", [this, process] { driver_->setFocus(process); }, Play::GoesOn);
}

void Engine::startRecording(RecorderFactory factory) {
    const Command start = [this, made = std::move(factory)] {
        fail(driver_->startRecording(made));
    };
    postToRun("recording", start, Play::GoesOn);
}

void Engine::stopRecording() {
    postToRun(
        "closing the recording", [this] { driver_->stopRecording(); }, Play::GoesOn);
}

void Engine::play(double stepsPerSecond) {
    {
        const std::lock_guard lock(mutex_);
        playing_ = true;
        speed_ = stepsPerSecond;
    }
    wake_.notify_all();
}

void Engine::pause() {
    {
        const std::lock_guard lock(mutex_);
        playing_ = false;
    }
    wake_.notify_all();
}

void Engine::cancel() {
    {
        const std::lock_guard lock(mutex_);
        playing_ = false;
        queue_.clear();
        cancelled_ = true;
    }
    wake_.notify_all();
}

EngineSnapshotRef Engine::latest() const {
    const std::lock_guard lock(mutex_);
    return latest_;
}

bool Engine::idle() const {
    const std::lock_guard lock(mutex_);
    return resting_ && queue_.empty() && !playing_;
}

void Engine::waitUntilIdle() {
    std::unique_lock lock(mutex_);
    becameIdle_.wait(lock, [this] { return resting_ && queue_.empty() && !playing_; });
}

void Engine::fail(const Expected<Done>& outcome) {
    if (!outcome) {
        error_ = outcome.error();
    }
}

void Engine::loop() {
    std::unique_lock lock(mutex_);
    while (!quit_) {
        if (!queue_.empty()) {
            Queued next = std::move(queue_.front());
            queue_.pop_front();
            cancelled_ = false;
            lock.unlock();
            task_ = std::move(next.task);
            guarded(next.command);
            publish(EnginePhase::Paused);
            lock.lock();
        } else if (playing_) {
            playSlice(lock);
        } else {
            rest(lock);
        }
    }
}

void Engine::rest(std::unique_lock<std::mutex>& lock) {
    playedFrom_.reset();
    if (latest_->phase == EnginePhase::Playing) {
        lock.unlock();
        publish(EnginePhase::Paused);
        lock.lock();
        return; // something may have been asked for meanwhile
    }
    resting_ = true;
    becameIdle_.notify_all();
    wake_.wait(lock, [this] { return quit_ || playing_ || !queue_.empty(); });
    resting_ = false;
}

void Engine::guarded(const Command& command) {
    error_.reset();
    notice_.clear();
    holdsMoment_ = false;
    try {
        command();
    } catch (const LogicError& broken) {
        error_ = badInput(std::string("Fragscope itself is wrong here: ") + broken.what());
    }
    tellRecordingError();
}

void Engine::tellRecordingError() {
    std::optional<Error> recordingError = driver_->takeRecordingError();
    if (recordingError && !error_) {
        error_ = std::move(recordingError);
    }
}

std::uint64_t Engine::stepsDue() {
    const Clock::time_point now = Clock::now();
    if (!playedFrom_) {
        stepsOwed_ = 1; // pressing play shows something at once
    } else {
        // After a hold-up (a suspended computer) no more than a quarter of a second is made up for.
        const std::chrono::duration<double> passed = now - *playedFrom_;
        stepsOwed_ += std::min(passed.count(), 0.25) * speed_;
    }
    playedFrom_ = now;
    const double whole = std::floor(stepsOwed_);
    stepsOwed_ -= whole;
    return static_cast<std::uint64_t>(whole);
}

void Engine::playSlice(std::unique_lock<std::mutex>& lock) {
    const bool flatOut = speed_ <= 0;
    const std::uint64_t steps = flatOut ? fullSpeedSlice : stepsDue();
    if (steps == 0) {
        const std::chrono::duration<double> untilNext((1 - stepsOwed_) / speed_);
        wake_.wait_for(lock, std::clamp<std::chrono::duration<double>>(untilNext, frame, 6 * frame),
                       [this] { return quit_ || !playing_ || !queue_.empty(); });
        return;
    }
    cancelled_ = false;
    lock.unlock();
    task_ = "playing";
    guarded([this, steps, flatOut] {
        if (!driver_->isOpen()) {
            return;
        }
        const Clock::time_point until = Clock::now() + frame;
        do {
            driver_->stepForward(steps, [this](double) { return !cancelled_; });
        } while (flatOut && !cancelled_ && !driver_->atEnd() && Clock::now() < until);
    });
    const bool ended = !driver_->isOpen() || driver_->atEnd() || error_;
    publish(EnginePhase::Playing);
    lock.lock();
    playing_ = playing_ && !ended;
}

bool Engine::proceed(double share) {
    if (cancelled_) {
        return false;
    }
    if (Clock::now() - lastPublished_ >= frame) {
        tellRecordingError();
        publish(EnginePhase::Working, share);
    }
    return true;
}

void Engine::publish(EnginePhase phase, double progress) {
    auto snapshot = std::make_shared<EngineSnapshot>();
    snapshot->number = ++published_;
    snapshot->runNumber = runNumber_;
    snapshot->phase = driver_->isOpen() ? phase : EnginePhase::Empty;
    snapshot->progress = progress;
    snapshot->task = task_;
    snapshot->error = error_;
    snapshot->notice = notice_;
    const EngineSnapshotRef before = latest();
    if (holdsMoment_ && before->moment && phase == EnginePhase::Working) {
        snapshot->caption = before->caption;
        snapshot->moment = before->moment;
        snapshot->homeSeq = before->homeSeq;
        snapshot->allSteps = before->allSteps;
        snapshot->recording = before->recording;
    } else if (driver_->isOpen()) {
        driver_->describe(*snapshot);
    }
    lastPublished_ = Clock::now();
    const std::lock_guard lock(mutex_);
    latest_ = std::move(snapshot);
}

} // namespace fragscope
