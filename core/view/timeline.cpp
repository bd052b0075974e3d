#include "fragscope/view/timeline.h"

#include "fragscope/base/check.h"
#include "fragscope/event/event_kind.h"

#include <algorithm>

namespace fragscope {

/// One forward(): decides before each event whether the cursor may pass it.
struct Timeline::Walk {
    StopCondition* stop;
    std::uint64_t maxSteps;
    std::uint64_t steps = 0; ///< begun
    bool reached = false;
    bool ended = false; ///< the cursor rests before the next event

    /// `begins`: the event is the first of a micro-step.
    bool mayPass(bool begins) {
        if (begins && steps > 0 && (reached || steps >= maxSteps)) {
            ended = true;
            return false;
        }
        steps += begins || steps == 0 ? 1 : 0;
        return true;
    }
};

namespace {

/// Makes the source stop as soon as the cursor rests.
class StopWhenEnded : public StopCondition {
public:
    explicit StopWhenEnded(const bool& ended) : ended_(ended) {}

    bool reached(const Event&) override { return ended_; }

private:
    const bool& ended_;
};

} // namespace

Timeline::Timeline(const MachineShape& shape, EventSource& source, const TimelineOptions& options)
    : Timeline(shape, options) {
    setSource(source);
}

Timeline::Timeline(const MachineShape& shape, const TimelineOptions& options)
    : options_(options), heaps_(std::make_shared<const std::vector<HeapShape>>(shape.heaps)),
      replica_(shape, options.undoBytes), metrics_(shape, options.sampleEveryCycles),
      keyframes_(replica_.state(), options.keyframeEvents, options.mostKeyframes),
      folds_(metrics_.fold(), options.keyframeEvents, options.mostKeyframes),
      cursorFold_(metrics_.fold()) {}

bool Timeline::beginsStep(const Event& event) const {
    return options_.unit == StepUnit::Event || event.kind == EventKind::TaskStep;
}

// ---- forwards ----

void Timeline::onEvent(const Event& event) {
    const bool atEnd = state().nextSeq == log_.endSeq();
    learn(event);
    if (!atEnd) {
        return; // the cursor rests before an earlier event
    }
    if (walk_ == nullptr) {
        passOver(event);
    } else {
        offer(*walk_, event);
    }
}

void Timeline::learn(const Event& event) {
    log_.append(event);
    metrics_.onEvent(event);
    folds_.offer(metrics_.fold());
    knownSteps_ += beginsStep(event) ? 1U : 0U;
    if (options_.logEvents != 0 && log_.size() >= options_.logEvents + options_.keyframeEvents) {
        trim();
    }
}

void Timeline::trim() {
    const std::uint64_t wanted = std::min(log_.endSeq() - options_.logEvents, state().nextSeq);
    keyframes_.forgetBefore(wanted);
    folds_.forgetBefore(keyframes_.first());
    log_.forgetBefore(std::min(keyframes_.first(), folds_.first()));
}

/// The cursor goes past the event, which is the next one.
void Timeline::passOver(const Event& event) {
    replica_.apply(event);
    if (state().nextSeq > farthest_) {
        farthest_ = state().nextSeq;
        keyframes_.offer(state());
    }
}

bool Timeline::offer(Walk& walk, const Event& event) {
    if (!walk.mayPass(beginsStep(event))) {
        return false;
    }
    passOver(event);
    walk.reached = (walk.stop != nullptr && walk.stop->reached(event)) || walk.reached;
    return true;
}

/// Asks the source for the next events, as few as may do.
void Timeline::pull(Walk& walk) {
    FRAGSCOPE_CHECK(source_ != nullptr, "going forward without a source");
    StopWhenEnded ended(walk.ended);
    const std::uint64_t left = walk.maxSteps > walk.steps ? walk.maxSteps - walk.steps : 1;
    const std::uint64_t steps = walk.reached ? 1 : left;

    struct Registered {
        Walk*& place;

        ~Registered() { place = nullptr; }
    } registered{walk_};

    walk_ = &walk;
    const AdvanceEnd end = source_->advance(walk.stop != nullptr ? &ended : nullptr, steps);
    finished_ = end == AdvanceEnd::Finished;
}

AdvanceEnd Timeline::forward(StopCondition* stop, std::uint64_t maxSteps) {
    Walk walk{.stop = stop, .maxSteps = std::max<std::uint64_t>(maxSteps, 1)};
    while (!walk.ended) {
        if (state().nextSeq < log_.endSeq()) {
            offer(walk, log_.at(state().nextSeq));
        } else if (finished_) {
            return walk.reached ? AdvanceEnd::ConditionMet : AdvanceEnd::Finished;
        } else {
            pull(walk);
        }
    }
    return walk.reached ? AdvanceEnd::ConditionMet : AdvanceEnd::BudgetSpent;
}

// ---- backwards ----

/// Goes to the nearest keyframe before `seq` and from there to `seq`, which fills the undo ring.
void Timeline::restoreBefore(std::uint64_t seq) {
    replica_.restore(keyframes_.before(seq));
    foldTo(seq);
}

void Timeline::foldTo(std::uint64_t seq) {
    while (state().nextSeq < seq) {
        replica_.apply(log_.at(state().nextSeq));
    }
}

/// Goes back by one event; not at firstReachable().
void Timeline::backOne() {
    if (replica_.undo()) {
        return;
    }
    const std::uint64_t cursor = state().nextSeq;
    replica_.restore(keyframes_.before(cursor - 1));
    foldTo(cursor);
    if (!replica_.undo()) {
        restoreBefore(cursor - 1); // an event too large for the ring
    }
}

void Timeline::undoTo(std::uint64_t seq) {
    while (state().nextSeq > seq) {
        backOne();
    }
}

bool Timeline::seek(std::uint64_t seq) {
    const std::uint64_t cursor = state().nextSeq;
    if (seq < firstReachable() || seq > log_.endSeq()) {
        return false;
    }
    const std::uint64_t fromKeyframe = seq - keyframes_.before(seq).nextSeq;
    if (seq >= cursor && seq - cursor <= fromKeyframe) {
        foldTo(seq);
    } else if (seq < cursor && cursor - seq <= replica_.undoable() &&
               cursor - seq <= 2 * fromKeyframe + options_.keyframeEvents / 4) {
        undoTo(seq); // undoing is about twice as fast and keeps what can be undone
    } else {
        restoreBefore(seq);
    }
    farthest_ = std::max(farthest_, seq);
    return true;
}

bool Timeline::stepBack() {
    const std::uint64_t cursor = state().nextSeq;
    std::uint64_t seq = cursor;
    while (seq > firstReachable()) {
        --seq;
        if (beginsStep(log_.at(seq))) {
            break;
        }
    }
    undoTo(seq);
    return seq < cursor;
}

bool Timeline::backTo(StopCondition& stop) {
    if (!stepBack()) {
        return false;
    }
    std::uint64_t rest = state().nextSeq; // end of the step that is looked at
    while (state().nextSeq > firstReachable()) {
        const Event& event = log_.at(state().nextSeq - 1);
        if (stop.reached(event)) {
            return seek(rest);
        }
        if (beginsStep(event)) {
            rest = event.seq;
        }
        backOne();
    }
    return false;
}

// ---- metrics ----

const MetricSample& Timeline::sample() const {
    const std::uint64_t cursor = state().nextSeq;
    if (cursor == log_.endSeq()) {
        return metrics_.current();
    }
    const MetricFold& saved = folds_.before(cursor);
    if (cursorFold_.nextSeq > cursor || cursorFold_.nextSeq < saved.nextSeq) {
        cursorFold_ = saved;
    }
    while (cursorFold_.nextSeq < cursor) {
        cursorFold_.apply(log_.at(cursorFold_.nextSeq));
    }
    return cursorFold_.sample();
}

} // namespace fragscope
