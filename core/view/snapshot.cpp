#include "fragscope/view/snapshot.h"

#include "fragscope/view/timeline.h"

#include <utility>

namespace fragscope {

void SnapshotMaker::reset() {
    *this = SnapshotMaker(seriesEvery_);
}

void SnapshotMaker::setPassage(Snapshot& snapshot) const {
    const std::uint64_t cursor = snapshot.state.nextSeq;
    if (made_ == 1) {
        snapshot.passage = Passage::Start;
    } else if (cursor == cursor_) {
        snapshot.passage = Passage::Stayed;
    } else if (cursor > cursor_ && cursor - cursor_ <= mostPassed &&
               cursor_ >= snapshot.log.firstSeq()) {
        snapshot.passage = Passage::Forwards;
        snapshot.passed = {cursor_, cursor};
    } else {
        snapshot.passage = Passage::Jump;
    }
}

void SnapshotMaker::setSeries(Snapshot& snapshot, const Timeline& timeline) {
    const Metrics& metrics = timeline.metrics();
    ++sinceSeries_;
    if (seriesSeq_ != metrics.current().seq &&
        (sinceSeries_ >= seriesEvery_ || timeline.finished() || !timeline.atHead())) {
        series_.reset();
    }
    if (series_ == nullptr) {
        series_ = std::make_shared<const std::vector<MetricSample>>(metrics.series());
        waits_ = std::make_shared<const WaitHistogram>(metrics.waits());
        seriesSeq_ = metrics.current().seq;
        sinceSeries_ = 0;
    }
    snapshot.series = series_;
    snapshot.waits = waits_;
}

SnapshotRef SnapshotMaker::make(const Timeline& timeline, std::uint32_t focus) {
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->number = ++made_;
    snapshot->state = timeline.state();
    snapshot->log = timeline.log();
    snapshot->focus = focus;
    snapshot->frames = classifier_.update(timeline.state(), focus);
    snapshot->owners = classifier_.ownerCounts();
    snapshot->pages = classifier_.pages();
    snapshot->allPages = classifier_.allPages();
    snapshot->heaps = timeline.heaps();
    snapshot->sample = timeline.sample();
    snapshot->latest = timeline.metrics().current();
    snapshot->firstReachable = timeline.firstReachable();
    snapshot->knownSteps = timeline.knownSteps();
    snapshot->atHead = timeline.atHead();
    snapshot->finished = timeline.finished();
    setSeries(*snapshot, timeline);
    setPassage(*snapshot);
    cursor_ = snapshot->state.nextSeq;
    return snapshot;
}

} // namespace fragscope
