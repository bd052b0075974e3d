#include "fragscope/alloc/allocators/allocators.h"
#include "fragscope/event/event_kind.h"
#include "fragscope/ui/heap/heap_stack.h"
#include "fragscope/ui/heap/structure_panel.h"
#include "fragscope/ui/model/heap_facts.h"
#include "fragscope/ui/model/heap_rows.h"
#include "fragscope/ui/panels/listing_panel.h"
#include "fragscope/ui/plots/metric_plot.h"
#include "fragscope/ui/theme/look.h"
#include "fragscope/ui/widgets/card.h"
#include "fragscope/ui/widgets/frame_clock.h"
#include "fragscope/ui/widgets/text.h"
#include "fragscope/ui/window/cards.h"
#include "fragscope/ui/window/presenter.h"

#include <algorithm>

/// The parts of the presenter that tell of the heaps of processes.
namespace fragscope {

namespace {

/// More events at once than this are a jump: nothing flies then.
constexpr std::uint64_t mostWatched = 400;

/// Where the last micro-step before `seq` begins.
std::uint64_t lastStep(const EventLog& log, std::uint64_t seq) {
    while (seq > log.firstSeq()) {
        if (log.at(--seq).kind == EventKind::TaskStep) {
            break;
        }
    }
    return seq;
}

/// The depth at which a task is inside of an operation of an allocator.
std::optional<std::uint8_t> allocatorDepth(const TaskView& task) {
    static const std::vector<const Listing*> listings = allocatorListings();
    for (unsigned depth = 0; depth <= task.depth; ++depth) {
        const ListingId id = task.calls.at(depth).listing;
        if (std::any_of(listings.begin(), listings.end(),
                        [id](const Listing* listing) { return listing->id == id; })) {
            return static_cast<std::uint8_t>(depth);
        }
    }
    return std::nullopt;
}

} // namespace

void Presenter::showHeaps() {
    const Snapshot& moment = scene_->moment();
    const std::uint64_t seq = moment.state.nextSeq;
    const HeapScene& heaps = scene_->heaps();
    std::uint64_t bytes = 0; // all bars have one scale, so that they can be compared
    for (const HeapViewRef& heap : heaps) {
        bytes = std::max(bytes, shownBytes(*heap));
    }
    cards_.heaps->setCount(heaps.size());
    for (std::size_t i = 0; i < heaps.size(); ++i) {
        const HeapViewRef& heap = heaps[i];
        const bool underWay = operatesOnHeap(moment.state, heap->process);
        const QString title =
            QStringLiteral("%1: %2 · %3")
                .arg(qt(caption_->names.process(heap->process)), allocatorText(heap->settings),
                     heapText(*heap, heaps_.history().useOf(heap->process, seq), underWay));
        cards_.heaps->bars()[i]->show(
            heap, title, bytes,
            [this, heap, seq](const HeapBlock& block) {
                return requestOf(*heap, heaps_.history(), block, seq);
            },
            [this, seq](const HeapView& of, const HeapBlock& block) {
                return blockTip(blockFacts(of, heaps_.history(), block, seq));
            });
    }
    cards_.heaps->noteParts();
    cards_.blockCard->setNote(heaps.empty() ? tr("no heap has memory now")
                                            : tr("low addresses on top"));
    showHeapMoves();
}

/// Moves since the moment shown before fly; those of the last micro-step are shown also where it
/// was jumped to.
void Presenter::showHeapMoves() {
    const Snapshot& moment = scene_->moment();
    const std::uint64_t now = moment.state.nextSeq;
    if (now == cursor_) {
        return; // what flies goes on
    }
    const bool watched = now > cursor_ && now - cursor_ <= mostWatched;
    const std::uint64_t from = watched ? cursor_ : lastStep(moment.log, now);
    const bool animated = watched && flightMs_ > 0 && !look_.stillPictures();
    for (HeapBar* bar : cards_.heaps->bars()) {
        std::vector<HeapFlight> flights;
        for (const HeapHistory::Move& move :
             heaps_.history().movesOf(bar->heap()->process, from, now)) {
            flights.push_back(
                {move.from, move.to, move.length,
                 PageFlight{.startMs = clock_.nowMs(), .durationMs = animated ? flightMs_ : 0}});
        }
        bar->fly(std::move(flights));
    }
}

/// Outlines the selected block, and shows the structures of the chosen process's heap.
void Presenter::showHeapSelection() {
    const std::uint32_t focus = scene_->moment().focus;
    const bool selected = following_ == Following::Selection && page_;
    const std::optional<VirtAddr> address =
        selected ? std::optional(VirtAddr(*page_)) : std::nullopt;
    for (HeapBar* bar : cards_.heaps->bars()) {
        bar->setSelected(bar->heap()->process == focus ? address : std::nullopt);
    }
    const HeapViewRef heap = heapOf(scene_->heaps(), focus);
    cards_.structures->show(heap, address);
    cards_.structureCard->setNote(
        heap == nullptr ? tr("this process has no heap now")
                        : qt(caption_->names.process(focus)) + QStringLiteral(" \u00b7 ") +
                              (heap->compactFit ? tr("%1 pages, %2 not full")
                                                      .arg(heap->compactFit->pagesInUse)
                                                      .arg(heap->compactFit->notFull)
                                                : tr("%1 lists").arg(heap->picture.lists.size())));
}

std::vector<Fact> Presenter::factsOfBlock(std::uint64_t vaddr) const {
    const HeapViewRef heap = heapOf(scene_->heaps(), scene_->moment().focus);
    const HeapBlock* block = heap == nullptr ? nullptr : heap->blockAt(VirtAddr(vaddr));
    return block == nullptr
               ? std::vector<Fact>()
               : blockFacts(*heap, heaps_.history(), *block, scene_->moment().state.nextSeq);
}

/// In the place of the mover: the operation of an allocator under way in the chosen process.
void Presenter::showAllocator() {
    const Snapshot& moment = scene_->moment();
    const TaskView* working = nullptr;
    for (const TaskView& task : moment.state.tasks) {
        const bool later = working == nullptr || task.lastStepCycles > working->lastStepCycles;
        const bool works = task.process == moment.focus && allocatorDepth(task) &&
                           task.status != TaskStatus::Finished;
        working = works && later ? &task : working;
    }
    showListing(*cards_.mover, working,
                working == nullptr ? std::uint8_t{0} : *allocatorDepth(*working));
    cards_.moverCard->setTitle(tr("Allocator"));
    cards_.moverCard->setNote(working == nullptr ? tr("no operation now") : noteOf(*working));
}

/// The curves of the chosen process; those of all heaps come from the samples.
void Presenter::showHeapUses() {
    const std::uint32_t focus = scene_->moment().focus;
    const std::vector<HeapHistory::Use>& uses = heaps_.history().usesOf(focus);
    const std::pair<std::uint32_t, std::size_t> now{focus, uses.size()};
    if (heapPoints_ == now) {
        return;
    }
    heapPoints_ = now;
    std::vector<PlotPoint> taken;
    std::vector<PlotPoint> live;
    for (const HeapHistory::Use& use : uses) {
        const auto time = static_cast<double>(use.timeCycles);
        taken.push_back({time, static_cast<double>(bytesOf(use.pool).value)});
        live.push_back({time, static_cast<double>(use.live.value)});
    }
    cards_.heapPlot->setPoints(2, std::move(taken));
    cards_.heapPlot->setPoints(3, std::move(live));
}

} // namespace fragscope
