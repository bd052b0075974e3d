#include "fragscope/ui/window/presenter.h"

#include "fragscope/event/event_kind.h"
#include "fragscope/hardware/paging/access.h"
#include "fragscope/ui/heap/heap_stack.h"
#include "fragscope/ui/map/legend.h"
#include "fragscope/ui/map/physical_map.h"
#include "fragscope/ui/model/facts.h"
#include "fragscope/ui/model/list_rows.h"
#include "fragscope/ui/model/stack_marks.h"
#include "fragscope/ui/model/swap_slots.h"
#include "fragscope/ui/model/tlb_marks.h"
#include "fragscope/ui/panels/chain_view.h"
#include "fragscope/ui/panels/event_table.h"
#include "fragscope/ui/panels/lesson_panel.h"
#include "fragscope/ui/panels/listing_panel.h"
#include "fragscope/ui/panels/prose_view.h"
#include "fragscope/ui/plots/metric_plot.h"
#include "fragscope/ui/theme/look.h"
#include "fragscope/ui/timeline/lane_strip.h"
#include "fragscope/ui/timeline/scrub_bar.h"
#include "fragscope/ui/widgets/card.h"
#include "fragscope/ui/widgets/frame_clock.h"
#include "fragscope/ui/widgets/text.h"
#include "fragscope/ui/window/cards.h"

#include <QComboBox>

#include <algorithm>

namespace fragscope {

namespace {

/// More events at once than this are a jump: nothing flies then.
constexpr std::uint64_t mostWatched = 400;

/// All frames of a segment that lies elsewhere now.
void addRun(std::vector<PageFlight>& flights, const Event& moved, qint64 now, int duration) {
    for (std::uint64_t i = 0; i < std::min(moved.value, mostWatched); ++i) {
        flights.push_back({moved.a / pageBytes + i, moved.paddr / pageBytes + i, now, duration});
    }
}

/// The latest accesses, the one that faulted first.
std::vector<AccessMark> accessMarks(const Scene& scene) {
    std::vector<AccessMark> marks = scene.accesses();
    if (const std::optional<AccessFault>& fault = scene.fault()) {
        const bool write = (fault->errorCode & fault_bits::write) != 0;
        const AccessSort sort = write ? AccessSort::Write : AccessSort::Read;
        marks.insert(marks.begin(), {fault->vaddr, 0, fault->cpu, sort, true});
    }
    return marks;
}

} // namespace

Presenter::Presenter(Look& look,
                     FrameClock& clock,
                     Cards& cards,
                     std::vector<const Listing*> listings,
                     QObject* parent)
    : QObject(parent), look_(look), clock_(clock), cards_(cards) {
    for (const Listing* listing : listings) {
        listings_[listing->id] = listing;
    }
    cards_.physical->setDescribe([this](std::uint64_t first, std::uint64_t count) {
        return scene_ ? frameTip(*scene_, caption_->names, first, count) : QString();
    });
    connect(cards_.processes, &QComboBox::activated, this,
            [this](int index) { Q_EMIT focusWanted(cards_.processes->itemData(index).toUInt()); });
}

void Presenter::present(const EngineSnapshot& snapshot) {
    if (!snapshot.moment) {
        showNothing();
        return;
    }
    caption_ = snapshot.caption;
    if (snapshot.runNumber != runNumber_) {
        startRun(snapshot);
    }
    shared_.add(snapshot.moment->log);
    scene_.emplace(snapshot.moment);
    scene_->setShared(shared_.before(snapshot.moment->state.nextSeq));
    scene_->setSegments(segments_.update(*snapshot.moment), segments_.history());
    scene_->setHeaps(heaps_.update(*snapshot.moment));
    showProcesses();
    showMemory();
    showLists();
    showSegments();
    showHeaps();
    showSlots();
    showListings();
    showWhy();
    showSelection();
    showTlb();
    showEvents(snapshot);
    showTime(snapshot);
    cursor_ = snapshot.moment->state.nextSeq;
}

void Presenter::showNothing() {
    scene_.reset();
    cards_.physical->show(nullptr, {});
    cards_.lesson->show(
        tr("Open a scenario (Ctrl+O) to see a program's memory being moved while it runs, or a "
           "recorded run (Ctrl+Shift+O)."),
        {}, {});
}

void Presenter::startRun(const EngineSnapshot& snapshot) {
    runNumber_ = snapshot.runNumber;
    cursor_ = snapshot.moment->state.nextSeq;
    fold_ = LaneFold(static_cast<std::uint32_t>(snapshot.moment->state.cpus.size()));
    frame_.reset();
    page_.reset();
    following_ = Following::LatestAccess;
    cards_.physical->setSelected(std::nullopt);
    cards_.virtualMap->setSelected(std::nullopt);
    cards_.legend->clear();
    cards_.pageLegend->clear();
    legendFor_.reset();
    const std::vector<TaskView>& tasks = snapshot.moment->state.tasks;
    hasMover_ = std::any_of(tasks.begin(), tasks.end(),
                            [](const TaskView& task) { return task.role == TaskRole::Mover; });
    uses_ = {};
    shared_ = {};
    segments_.reset();
    heaps_.reset();
    heapPoints_ = {};
    cards_.heaps->clear();
    const bool heaps = !snapshot.moment->heaps->empty();
    cards_.setShape({hasMover_ || heaps, false, false, heaps});
    cards_.mover->show(nullptr, nullptr, TaskStatus::Ready);
    cards_.handler->show(nullptr, nullptr, TaskStatus::Ready);
    cards_.application->show(nullptr, nullptr, TaskStatus::Ready);
    cards_.events->events().setNames(caption_->names);
    cards_.lesson->show(qt(caption_->lessonText), qt(caption_->lessonQuestion),
                        qt(caption_->banner));
    cards_.lessonCard->setTitle(caption_->title.empty() ? tr("Lesson") : qt(caption_->title));
}

void Presenter::showProcesses() {
    const Snapshot& moment = scene_->moment();
    QComboBox& chooser = *cards_.processes;
    QVector<quint32> numbers;
    for (const AddressSpace& space : scene_->processes()) {
        numbers << space.process.number;
    }
    const auto same = [&] {
        if (chooser.count() != numbers.size()) {
            return false;
        }
        for (int i = 0; i < chooser.count(); ++i) {
            if (chooser.itemData(i).toUInt() != numbers[i] ||
                chooser.itemText(i) != qt(caption_->names.process(numbers[i]))) {
                return false;
            }
        }
        return true;
    };
    if (!same()) {
        chooser.clear();
        for (const quint32 number : numbers) {
            chooser.addItem(qt(caption_->names.process(number)), number);
        }
    }
    chooser.setCurrentIndex(static_cast<int>(numbers.indexOf(moment.focus)));
    if (moment.focus != 0 || numbers.isEmpty()) {
        return;
    }
    // The first process that does something; else the first.
    quint32 wanted = numbers.first();
    for (const TaskView& task : moment.state.tasks) {
        if (task.role == TaskRole::Application && task.process != 0) {
            wanted = task.process;
            break;
        }
    }
    Q_EMIT focusWanted(wanted);
}

void Presenter::showMemory() {
    const Snapshot& moment = scene_->moment();
    const FrameClasses& classes = scene_->frameClasses();
    if (legendFor_ != classes) {
        legendFor_ = classes;
        std::uint64_t seen = 0;
        for (const std::uint8_t frameClass : *classes) {
            seen |= 1ULL << frameClass;
        }
        cards_.legend->add(seen);
    }
    cards_.physical->showOwners(moment.owners);
    const SegmentScene* segments = scene_->segments();
    cards_.physical->show(classes, moment.state.move,
                          segments == nullptr ? nullptr : segments->picture.joined);
    showFlights(moment);
    const std::uint64_t frames = classes->size();
    const CellGrid& grid = cards_.physical->grid();
    const QString size = quantityText(MetricId::FreeBytes, static_cast<double>(frames * pageBytes));
    cards_.physicalCard->setNote(
        grid.framesPerCell == 1
            ? tr("%1 \u00b7 1 cell = 1 frame of 4 KiB \u00b7 low addresses on top").arg(size)
            : tr("%1 \u00b7 1 cell = %2 frames \u00b7 low addresses on top")
                  .arg(size)
                  .arg(grid.framesPerCell));
    const AddressSpace* space = scene_->focus();
    cards_.virtualMap->show(space == nullptr ? std::vector<Extent>() : space->extents, moment.pages,
                            accessMarks(*scene_));
    cards_.virtualMap->showStacks(
        stackMarks(*scene_, [this](ListingId id) { return listingOf(id); }));
    showPageLegend();
    static const QStringList representations{tr("start only"), tr("start and base"),
                                             tr("start and length")};
    cards_.virtualCard->setNote(
        space == nullptr
            ? QString()
            : tr("map: %1, ").arg(counted(space->extents.size(), tr("entry"), tr("entries"))) +
                  representations.value(static_cast<int>(space->representation)));
}

void Presenter::showPageLegend() {
    std::uint64_t seen = 0;
    for (const PageCell& cell : cards_.virtualMap->cells()) {
        seen |= 1ULL << cell.state;
    }
    cards_.pageLegend->add(seen);
    cards_.pageLegend->setVisible(cards_.pageLegend->kinds() != 0);
}

std::vector<PageFlight>
Presenter::flightsIn(const EventLog& log, std::uint64_t from, std::uint64_t to) const {
    std::vector<PageFlight> flights;
    for (std::uint64_t seq = std::max(from, log.firstSeq()); seq < to; ++seq) {
        const Event& event = log.at(seq);
        if (event.kind == EventKind::PageCopied) {
            flights.push_back(
                {event.a / pageBytes, event.paddr / pageBytes, clock_.nowMs(), flightMs_});
        } else if (event.kind == EventKind::FrameCopied) {
            flights.push_back(
                {event.value / pageBytes, event.paddr / pageBytes, clock_.nowMs(), flightMs_});
        } else if (event.kind == EventKind::SegmentMoved) {
            addRun(flights, event, clock_.nowMs(), flightMs_);
        }
    }
    return flights;
}

void Presenter::showFlights(const Snapshot& moment) {
    const std::uint64_t now = moment.state.nextSeq;
    if (now == cursor_) {
        return; // what flies goes on
    }
    const bool watched = now > cursor_ && now - cursor_ <= mostWatched && flightMs_ > 0;
    const bool animated = watched && !look_.stillPictures();
    cards_.physical->fly(animated ? flightsIn(moment.log, cursor_, now)
                                  : std::vector<PageFlight>());
    showPulses(moment, watched ? cursor_ : now);
}

/// Outlines what the events from `from` up to this moment changed.
void Presenter::showPulses(const Snapshot& moment, std::uint64_t from) {
    const qint64 duration = look_.stillPictures() ? 0 : 2 * flightMs_;
    std::vector<Pulse> pages;
    std::vector<Pulse> frames;
    for (std::uint64_t seq = std::max(from, moment.log.firstSeq()); seq < moment.state.nextSeq;
         ++seq) {
        const Event& event = moment.log.at(seq);
        if (event.kind == EventKind::PageStateChanged && event.object == moment.focus) {
            pages.push_back({event.vaddr, clock_.nowMs(), duration});
        }
        const bool run =
            event.kind == EventKind::FramesAllocated || event.kind == EventKind::FramesFreed;
        for (std::uint64_t i = 0; run && i < std::min(event.a, mostWatched); ++i) {
            frames.push_back({event.paddr / pageBytes + i, clock_.nowMs(), duration});
        }
    }
    cards_.virtualMap->pulse(std::move(pages));
    cards_.physical->pulse(std::move(frames));
}

/// The curves of the chosen process; those of all processes come from the samples.
void Presenter::showUses() {
    for (const UseOfPages use : allUsesOfPages) {
        const std::size_t curve = allUsesOfPages.size() + static_cast<std::size_t>(use);
        cards_.usePlot->setPoints(curve, uses_.points(scene_->moment().focus, use));
    }
}

void Presenter::showLists() {
    if (cards_.lists->isVisibleTo(cards_.physicalCard)) {
        cards_.lists->show(listRows(*scene_));
    }
}

void Presenter::showSlots() {
    cards_.swapSlots->setVisible(scene_->slotCount() != 0);
    if (scene_->slotCount() != 0) {
        cards_.swapSlots->show(slotCells(*scene_, caption_->names), scene_->slotCount(),
                               scene_->freeSlots());
    }
}

void Presenter::showTlb() {
    std::vector<TlbMarks> marks = tlbMarks(*scene_);
    std::uint64_t used = 0;
    for (const TlbMarks& cpu : marks) {
        for (const TlbSlotMark& slot : cpu.cells) {
            used += slot.state == TlbSlotState::Empty ? 0 : 1;
        }
    }
    cards_.tlb->show(std::move(marks));
    const std::uint64_t stale = cards_.tlb->staleCount();
    std::uint64_t stores = 0;
    for (const CpuView& cpu : scene_->moment().state.cpus) {
        stores += cpu.pendingStores;
    }
    QStringList notes{tr("%1 translations").arg(used)};
    if (stale != 0) {
        notes << tr("%1 stale").arg(stale);
    }
    if (stores != 0) {
        notes << tr("%1 stores wait").arg(stores);
    }
    cards_.tlbCard->setNote(notes.join(QStringLiteral(" · ")));
}

void Presenter::showEvents(const EngineSnapshot& snapshot) {
    const Snapshot& moment = *snapshot.moment;
    cards_.events->show(moment.log, moment.state.nextSeq, snapshot.runNumber);
    cards_.eventCard->setNote(
        grouped(static_cast<std::uint64_t>(cards_.events->events().rowCount())));
}

void Presenter::showTime(const EngineSnapshot& snapshot) {
    const Snapshot& moment = *snapshot.moment;
    fold_.add(moment.log, snapshot.homeSeq);
    const std::uint64_t now = moment.state.timeCycles;
    cards_.lanes->show(fold_, now);
    cards_.scrub->setInset(cards_.lanes->labelWidth(),
                           cards_.lanes->width() - cards_.lanes->labelWidth() -
                               static_cast<int>(cards_.lanes->scale().width));
    cards_.scrub->show(fold_.startCycles(), fold_.endCycles(), now);
    uses_.add(moment.log);
    const bool segments = scene_->segments() != nullptr;
    const bool heaps = !moment.heaps->empty();
    cards_.setShape({hasMover_ || segments || heaps, uses_.any(), segments, heaps});
    showUses();
    showHeapUses();
    for (std::size_t i = 0; i < cards_.plots.size(); ++i) {
        cards_.plots[i]->showSeries(moment.series, fold_.startCycles(), fold_.endCycles());
        cards_.plots[i]->showCursor(now);
        cards_.plotCards[i]->setNote(cards_.plots[i]->reading(moment.sample));
    }
}

} // namespace fragscope
