#include "gui/screenshot.h"

#include "fragscope/event/event_kind.h"
#include "fragscope/ui/engine/log_search.h"
#include "fragscope/ui/window/main_window.h"

#include <QCoreApplication>
#include <QFile>
#include <QPixmap>

namespace fragscope {

namespace {

/// The event of this kind in the middle of all of them.
std::optional<std::uint64_t> middleOf(const EventLog& log, EventKind kind) {
    std::vector<std::uint64_t> found;
    for (std::uint64_t seq = log.firstSeq(); seq < log.endSeq(); ++seq) {
        if (log.at(seq).kind == kind) {
            found.push_back(seq);
        }
    }
    return found.empty() ? std::nullopt : std::optional(found[found.size() / 2]);
}

/// The moment in which a transfer block of the middle of the run is partly copied; without blocks
/// just before a segment has been moved, or after one was given out; nothing if there is none.
std::optional<std::uint64_t> tellingMoment(const EventLog& log) {
    const std::optional<std::uint64_t> block = middleOf(log, EventKind::BlockBegun);
    if (!block) {
        const auto moved = middleOf(log, EventKind::SegmentMoved);
        if (moved) {
            return stepAtOrBefore(log, *moved);
        }
        const auto given = middleOf(log, EventKind::SegmentAllocated);
        return given ? std::optional(stepAtOrAfter(log, *given + 1)) : std::nullopt;
    }
    const std::uint64_t begun = *block;
    const std::uint64_t pages = log.at(begun).value / pageBytes;
    std::uint64_t copied = 0;
    for (std::uint64_t seq = begun; seq < log.endSeq(); ++seq) {
        if (log.at(seq).kind == EventKind::PageCopied && ++copied > pages / 2) {
            return stepAtOrAfter(log, seq + 1);
        }
    }
    return stepAtOrAfter(log, begun + 1);
}

Error refused(const Options& options) {
    return systemRefused(options.screenshot.toStdString(), "the picture could not be written");
}

} // namespace

Expected<Done> takeScreenshot(MainWindow& window, const Options& options) {
    window.look().setStillPictures(true);
    window.resize(options.size);
    window.show();
    window.settle();
    EngineSnapshotRef shown = window.refresh();
    if (shown->error) {
        return *shown->error;
    }
    if (options.step) {
        window.engine().seekStep(*options.step);
    } else if (const auto seq = tellingMoment(shown->moment->log)) {
        window.engine().seek(*seq);
    }
    window.settle();
    shown = window.refresh();
    if (shown->error) {
        return *shown->error;
    }
    if (options.step && shown->moment->state.step < *options.step) {
        return badInput("--at " + std::to_string(*options.step) + ": the run has only " +
                        std::to_string(shown->moment->knownSteps) + " micro-steps");
    }
    if (QWidget* focused = window.focusWidget()) {
        focused->clearFocus(); // a picture shows the run, not where a key would go
    }
    if (!window.grab().save(options.screenshot, "PNG")) {
        return refused(options);
    }
    return Done{};
}

} // namespace fragscope
