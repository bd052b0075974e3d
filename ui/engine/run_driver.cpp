#include "fragscope/ui/engine/run_driver.h"

#include "fragscope/ui/engine/kind_stop.h"
#include "fragscope/ui/engine/log_search.h"

#include <algorithm>

namespace fragscope {

namespace {

/// Micro-steps between two questions whether to go on: some tenths of a millisecond.
constexpr std::uint64_t sliceSteps = 512;

} // namespace

Expected<Done> RunDriver::open(const RunFactory& factory) {
    Expected<Run> made = factory();
    if (!made) {
        return made.error();
    }
    stopRecording();
    timeline_.reset();
    run_ = std::move(made).value();
    info_ = std::make_shared<const RunInfo>(run_.info);
    maker_.reset();
    focus_ = 0;
    timeline_ = std::make_unique<Timeline>(run_.shape, *run_.source);
    run_.events->attach(*timeline_, kindsOf(RecordLevel::Full));
    timeline_->forward(nullptr, 1); // sets up memory, too: the run begins at its first micro-step
    homeSeq_ = stepAtOrAfter(timeline_->log(), timeline_->log().firstSeq());
    goHome();
    return Done{};
}

void RunDriver::goHome() {
    timeline_->seek(std::max(homeSeq_, timeline_->log().firstSeq()));
}

bool RunDriver::advance(StopCondition* stop, std::uint64_t steps, const Progress& progress) {
    std::uint64_t done = 0;
    while (done < steps && !atEnd()) {
        const std::uint64_t slice = std::min(sliceSteps, steps - done);
        const AdvanceEnd end = timeline_->forward(stop, slice);
        if (end == AdvanceEnd::ConditionMet) {
            return true;
        }
        done += slice;
        const bool bounded = steps != ~0ULL;
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
    for (; steps > 0 && timeline_->state().nextSeq > homeSeq_; --steps) {
        if (!timeline_->stepBack()) {
            return;
        }
    }
}

void RunDriver::forwardTo(const KindSet& kinds, const Progress& progress) {
    KindStop stop(kinds);
    advance(&stop, ~0ULL, progress);
}

void RunDriver::backTo(const KindSet& kinds) {
    KindStop stop(kinds);
    if (!timeline_->backTo(stop) || timeline_->state().nextSeq < homeSeq_) {
        goHome();
    }
}

void RunDriver::seek(std::uint64_t seq, const Progress& progress) {
    seq = std::max(seq, homeSeq_);
    while (timeline_->log().endSeq() < seq && !atEnd()) {
        const std::uint64_t known = timeline_->log().endSeq();
        const double share = static_cast<double>(known) / static_cast<double>(seq);
        if (timeline_->forward(nullptr, sliceSteps) == AdvanceEnd::Finished || !progress(share)) {
            return;
        }
    }
    timeline_->seek(std::min(seq, timeline_->log().endSeq()));
}

void RunDriver::seekStep(std::uint64_t step, const Progress& progress) {
    const std::uint64_t known = stepsIn(timeline_->log());
    if (step <= known) {
        timeline_->seek(std::max(seqOfStep(timeline_->log(), step), homeSeq_));
        return;
    }
    timeline_->seek(timeline_->log().endSeq());
    advance(nullptr, step - known, progress);
}

void RunDriver::runToEnd(std::uint64_t maxEvents, const Progress& progress) {
    timeline_->seek(timeline_->log().endSeq());
    while (!atEnd() && timeline_->log().endSeq() < maxEvents) {
        if (timeline_->forward(nullptr, sliceSteps) == AdvanceEnd::Finished || !progress(-1)) {
            return;
        }
    }
}

void RunDriver::lookAhead(std::uint64_t maxEvents, const Progress& progress) {
    const std::uint64_t cursor = timeline_->state().nextSeq;
    runToEnd(maxEvents, progress);
    timeline_->seek(std::max(cursor, timeline_->log().firstSeq()));
}

Expected<Done> RunDriver::startRecording(const RecorderFactory& factory) {
    stopRecording();
    Expected<std::unique_ptr<EventSink>> made = factory();
    if (!made) {
        return made.error();
    }
    recorder_ = std::move(made).value();
    const EventLog& log = timeline_->log();
    for (std::uint64_t seq = log.firstSeq(); seq < log.endSeq(); ++seq) {
        recorder_->onEvent(log.at(seq));
    }
    run_.events->attach(*recorder_, kindsOf(RecordLevel::Full));
    return Done{};
}

void RunDriver::stopRecording() {
    if (recorder_) {
        run_.events->detach(*recorder_);
        recorder_.reset();
    }
}

void RunDriver::describe(EngineSnapshot& snapshot) {
    snapshot.info = info_;
    snapshot.moment = maker_.make(*timeline_, focus_);
    snapshot.homeSeq = homeSeq_;
    snapshot.allSteps = std::max(snapshot.moment->knownSteps, info_->knownSteps);
    snapshot.recording = recorder_ != nullptr;
}

} // namespace fragscope
