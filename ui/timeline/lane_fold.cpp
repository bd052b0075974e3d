#include "fragscope/ui/timeline/lane_fold.h"

#include "fragscope/event/event_kind.h"
#include "fragscope/ui/engine/kind_stop.h"

#include <algorithm>

namespace fragscope {

namespace {

bool isHandler(std::uint64_t listing) {
    return listing == static_cast<std::uint64_t>(ListingId::HandlerAsWritten) ||
           listing == static_cast<std::uint64_t>(ListingId::HandlerRewalk);
}

void addTotals(LaneFold::Totals& sum, const LaneFold::Totals& part) {
    for (std::size_t cpu = 0; cpu < part.busyCycles.size(); ++cpu) {
        for (std::size_t with = 0; with < busyCount; ++with) {
            sum.busyCycles[cpu].at(with) += part.busyCycles[cpu].at(with);
        }
    }
    for (std::size_t i = 0; i < laneMarkCount; ++i) {
        sum.marks.at(i) += part.marks.at(i);
    }
}

LaneFold::Totals emptyTotals(std::uint32_t cpus) {
    LaneFold::Totals totals;
    totals.busyCycles.resize(cpus);
    return totals;
}

} // namespace

LaneFold::LaneFold(std::uint32_t cpus) : cpus_(std::max(1U, cpus)), open_(cpus_) {}

bool LaneFold::add(const EventLog& log, std::uint64_t homeSeq, std::uint64_t maxEvents) {
    nextSeq_ = std::max(nextSeq_, log.firstSeq());
    const std::uint64_t end =
        log.endSeq() - nextSeq_ > maxEvents ? nextSeq_ + maxEvents : log.endSeq();
    for (; nextSeq_ < end; ++nextSeq_) {
        const Event& event = log.at(nextSeq_);
        if (event.kind == EventKind::TaskStarted) {
            roles_[event.task] = static_cast<TaskRole>(event.a);
        }
        if (nextSeq_ >= homeSeq) {
            see(event);
        }
    }
    return nextSeq_ == log.endSeq();
}

void LaneFold::see(const Event& event) {
    if (!started_) {
        started_ = true;
        startCycles_ = event.timeCycles;
    }
    endCycles_ = std::max(endCycles_, event.timeCycles);
    switch (event.kind) {
    case EventKind::TaskStep:
        beginStep(event);
        break;
    case EventKind::TaskStatusChange:
        if (event.value != static_cast<std::uint64_t>(TaskStatus::Ready)) {
            endStep(event.cpu, event.timeCycles);
        }
        break;
    case EventKind::PageFault:
        mark(LaneMark::Fault, event.timeCycles);
        break;
    case EventKind::ShootdownSent:
        mark(LaneMark::Shootdown, event.timeCycles);
        break;
    case EventKind::MapStore:
        mark(LaneMark::MapStore, event.timeCycles);
        break;
    default:
        if (violationKinds().test(static_cast<std::size_t>(event.kind))) {
            mark(LaneMark::Violation, event.timeCycles);
        }
        break;
    }
}

BusyWith LaneFold::classOf(const Event& step) const {
    if (isHandler(step.a)) {
        return BusyWith::Handler;
    }
    const auto role = roles_.find(step.task);
    if (role == roles_.end()) {
        return BusyWith::Kernel;
    }
    switch (role->second) {
    case TaskRole::Application:
        return BusyWith::Application;
    case TaskRole::Mover:
        return BusyWith::Mover;
    case TaskRole::Kernel:
    case TaskRole::Script:
        break;
    }
    return BusyWith::Kernel;
}

void LaneFold::beginStep(const Event& event) {
    if (event.cpu < cpus_) {
        endStep(event.cpu, event.timeCycles);
        open_[event.cpu] = {true, event.timeCycles, classOf(event)};
    }
}

void LaneFold::endStep(std::uint8_t cpu, std::uint64_t time) {
    if (cpu < cpus_ && open_[cpu].open) {
        addBusy(cpu, open_[cpu].with, open_[cpu].since, time);
        open_[cpu].open = false;
    }
}

std::size_t LaneFold::pieceAt(std::uint64_t time) {
    const std::uint64_t since = time > startCycles_ ? time - startCycles_ : 0;
    while (since / pieceCycles_ >= mostPieces) {
        fold();
    }
    const std::uint64_t piece = since / pieceCycles_;
    while (pieces_.size() <= piece) {
        pieces_.push_back(emptyTotals(cpus_));
    }
    return piece;
}

void LaneFold::fold() {
    for (std::size_t i = 0; i < pieces_.size(); i += 2) {
        Totals both = pieces_[i];
        if (i + 1 < pieces_.size()) {
            addTotals(both, pieces_[i + 1]);
        }
        pieces_[i / 2] = std::move(both);
    }
    pieces_.resize((pieces_.size() + 1) / 2);
    pieceCycles_ *= 2;
}

void LaneFold::mark(LaneMark mark, std::uint64_t time) {
    ++pieces_[pieceAt(time)].marks.at(static_cast<std::size_t>(mark));
}

void LaneFold::addBusy(std::uint8_t cpu, BusyWith with, std::uint64_t from, std::uint64_t to) {
    if (to <= from) {
        return;
    }
    pieceAt(to - 1); // folds first, so that the pieces below keep their size
    const std::size_t last = pieceAt(to - 1);
    for (std::size_t piece = pieceAt(from); piece <= last; ++piece) {
        const std::uint64_t pieceStart = startCycles_ + piece * pieceCycles_;
        const std::uint64_t begin = std::max(from, pieceStart);
        const std::uint64_t end = std::min(to, pieceStart + pieceCycles_);
        pieces_[piece].busyCycles[cpu].at(static_cast<std::size_t>(with)) += end - begin;
    }
}

LaneFold::Totals LaneFold::totals(std::uint64_t from, std::uint64_t to) const {
    Totals sum = emptyTotals(cpus_);
    if (to <= from || to <= startCycles_) {
        return sum;
    }
    const std::uint64_t first = (std::max(from, startCycles_) - startCycles_) / pieceCycles_;
    const std::uint64_t last = (to - 1 - startCycles_) / pieceCycles_;
    for (std::uint64_t piece = first; piece <= last && piece < pieces_.size(); ++piece) {
        addTotals(sum, pieces_[piece]);
    }
    return sum;
}

} // namespace fragscope
