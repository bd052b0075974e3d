#include "fragscope/ui/engine/run_driver.h"

#include "fragscope/ui/engine/kind_stop.h"
#include "fragscope/ui/engine/log_search.h"

#include <algorithm>
#include <utility>

namespace fragscope {

namespace {

/// Micro-steps between two questions whether to go on: some tenths of a millisecond.
constexpr std::uint64_t sliceSteps = 512;

constexpr std::uint64_t endless = ~0ULL;

} // namespace

AdvanceEnd LateSource::advance(StopCondition* stop, std::uint64_t maxSteps) {
    return source_ == nullptr ? AdvanceEnd::Finished : source_->advance(stop, maxSteps);
}

std::uint64_t LateSource::steps() const {
    return source_ == nullptr ? 0 : source_->steps();
}

Expected<Done> RunDriver::open(const RunFactory& factory) {
    Expected<Run> made = factory();
    if (!made) {
        return made.error();
    }
    auto session = std::make_unique<Session>();
    session->run = std::move(made).value();
    session->timeline = std::make_unique<Timeline>(session->run.shape, session->source,
                                                   TimelineOptions{.unit = session->run.unit});
    session->run.events->attach(*session->timeline, kindsOf(RecordLevel::Full));
    const Expected<EventSource*> started = session->run.start();
    if (!started) {
        return started.error();
    }
    session->source.set(*started.value());
    stopRecording(); // of the run before
    session_ = std::move(session);
    caption_ = std::make_shared<const RunCaption>(session_->run.caption);
    maker_.reset();
    timeline().forward(nullptr, 1); // a recording tells its initial state only now
    const EventLog& log = timeline().log();
    homeSeq_ = hasSteps() ? stepAtOrAfter(log, log.firstSeq()) : log.firstSeq();
    goHome();
    return Done{};
}

bool RunDriver::hasSteps() const {
    return session_->run.unit == StepUnit::TaskStep;
}

void RunDriver::goHome() {
    timeline().seek(std::max(homeSeq_, timeline().firstReachable()));
}

bool RunDriver::advance(StopCondition* stop, std::uint64_t steps, const Progress& progress) {
    const bool bounded = steps != endless;
    for (std::uint64_t done = 0; done < steps && !atEnd();) {
        const std::uint64_t slice = std::min(sliceSteps, steps - done);
        const AdvanceEnd end = timeline().forward(stop, slice);
        if (end == AdvanceEnd::ConditionMet) {
            return true;
        }
        done += slice;
        const double share = bounded ? static_cast<double>(done) / static_cast<double>(steps) : -1;
        if (end == AdvanceEnd::Finished || !progress(share)) {
            return false;
        }
    }
    return false;
}

void RunDriver::stepForward(std::uint64_t steps, const Progress& progress) {
    advance(nullptr, steps, progress);
}

void RunDriver::stepBack(std::uint64_t steps) {
    for (; steps > 0 && timeline().state().nextSeq > homeSeq_; --steps) {
        if (!timeline().stepBack()) {
            return;
        }
    }
}

bool RunDriver::forwardTo(const KindSet& kinds, const Progress& progress) {
    const std::uint64_t cursor = timeline().state().nextSeq;
    KindStop stop(kinds);
    if (advance(&stop, endless, progress)) {
        return true;
    }
    if (atEnd()) {
        timeline().seek(std::max(cursor, timeline().firstReachable()));
    }
    return false;
}

bool RunDriver::backTo(const KindSet& kinds) {
    const std::uint64_t cursor = timeline().state().nextSeq;
    KindStop stop(kinds);
    if (!timeline().backTo(stop) || timeline().state().nextSeq < homeSeq_) {
        timeline().seek(cursor);
        return false;
    }
    return true;
}

void RunDriver::seek(std::uint64_t seq, const Progress& progress) {
    seq = std::max({seq, homeSeq_, timeline().firstReachable()});
    while (timeline().log().endSeq() < seq && !atEnd()) {
        const std::uint64_t known = timeline().log().endSeq();
        const double share = static_cast<double>(known) / static_cast<double>(seq);
        if (timeline().forward(nullptr, sliceSteps) == AdvanceEnd::Finished || !progress(share)) {
            return;
        }
    }
    timeline().seek(std::min(seq, timeline().log().endSeq()));
}

void RunDriver::seekStep(std::uint64_t step, const Progress& progress) {
    const std::uint64_t known = timeline().knownSteps();
    if (step < known) {
        const EventLog& log = timeline().log();
        seek(hasSteps() ? seqOfStep(log, step) : homeSeq_ + step, progress);
        return;
    }
    timeline().seek(timeline().log().endSeq());
    if (step > known) {
        advance(nullptr, step - known, progress);
    }
}

void RunDriver::runToEnd(std::uint64_t maxEvents, const Progress& progress) {
    timeline().seek(timeline().log().endSeq());
    while (!atEnd() && timeline().log().endSeq() < maxEvents) {
        if (timeline().forward(nullptr, sliceSteps) == AdvanceEnd::Finished || !progress(-1)) {
            return;
        }
    }
}

void RunDriver::lookAhead(std::uint64_t maxEvents, const Progress& progress) {
    const std::uint64_t cursor = timeline().state().nextSeq;
    runToEnd(maxEvents, progress);
    timeline().seek(std::max(cursor, timeline().firstReachable()));
}

Expected<Done> RunDriver::startRecording(const RecorderFactory& factory) {
    stopRecording();
    Expected<std::unique_ptr<Recording>> made = factory();
    if (!made) {
        return made.error();
    }
    session_->recording = std::move(made).value();
    const EventLog& log = timeline().log();
    for (std::uint64_t seq = log.firstSeq(); seq < log.endSeq(); ++seq) {
        session_->recording->onEvent(log.at(seq));
    }
    session_->run.events->attach(*session_->recording, kindsOf(RecordLevel::Full));
    return Done{};
}

void RunDriver::stopRecording() {
    if (!session_ || !session_->recording) {
        return;
    }
    session_->run.events->detach(*session_->recording);
    if (const Expected<Done> saved = session_->recording->finish(); !saved) {
        recordingError_ = saved.error();
    }
    session_->recording.reset();
}

std::optional<Error> RunDriver::takeRecordingError() {
    if (session_ && session_->recording && session_->recording->failure()) {
        stopRecording();
    }
    return std::exchange(recordingError_, std::nullopt);
}

void RunDriver::describe(EngineSnapshot& snapshot) {
    snapshot.caption = caption_;
    snapshot.moment = maker_.make(timeline(), focus_);
    if (!snapshot.error && timeline().finished() && session_->run.failure) {
        snapshot.error = session_->run.failure();
    }
    snapshot.homeSeq = homeSeq_;
    snapshot.allSteps = std::max(snapshot.moment->knownSteps, caption_->knownSteps);
    snapshot.recording = session_->recording != nullptr;
}

} // namespace fragscope
