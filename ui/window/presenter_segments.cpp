#include "fragscope/ui/map/legend.h"
#include "fragscope/ui/map/physical_map.h"
#include "fragscope/ui/model/segment_facts.h"
#include "fragscope/ui/model/segment_rows.h"
#include "fragscope/ui/panels/area_table.h"
#include "fragscope/ui/panels/heap_panel.h"
#include "fragscope/ui/panels/listing_panel.h"
#include "fragscope/ui/widgets/card.h"
#include "fragscope/ui/widgets/text.h"
#include "fragscope/ui/window/cards.h"
#include "fragscope/ui/window/presenter.h"
#include "fragscope/view/page_map_reader.h"

#include <algorithm>
#include <array>

/// The parts of the presenter that tell of segments.
namespace fragscope {

namespace {

constexpr std::array segmentListings{
    ListingId::QuickFit,         ListingId::TopOfHeap,     ListingId::ReleaseSegment,
    ListingId::AllocateSegment,  ListingId::FreeSegment,   ListingId::SlideCompaction,
    ListingId::CarrySegment,     ListingId::LockPolicy,    ListingId::BackgroundCompaction,
    ListingId::RelaxSegment,     ListingId::BuddyRelease,  ListingId::RealignSegments,
    ListingId::BuddyAllocate,    ListingId::SendSegment,   ListingId::SplitAllocation,
    ListingId::AllocatePhysical, ListingId::FreePhysical,  ListingId::ReceiveSegment,
    ListingId::LockSegment,      ListingId::UnlockSegment, ListingId::StartTransfer};

/// Whether the task serves a request for a segment, or moves segments.
bool worksOnSegments(const TaskView& task) {
    for (std::size_t depth = 0; depth <= task.depth; ++depth) {
        const ListingId id = task.calls.at(depth).listing;
        if (std::find(segmentListings.begin(), segmentListings.end(), id) !=
            segmentListings.end()) {
            return task.status != TaskStatus::Finished;
        }
    }
    return false;
}

} // namespace

void Presenter::showSegments() {
    const SegmentScene* segments = scene_->segments();
    if (segments == nullptr) {
        cards_.physical->setLines({});
        cards_.physical->setRunMove(std::nullopt);
        cards_.heap->rows().show({});
        cards_.areas->show({}, nullptr);
        return;
    }
    cards_.physical->setLines(segmentLines(*segments));
    cards_.physical->setRunMove(segmentMove(*segments));
    cards_.heap->rows().show(heapRows(*segments->books));
    cards_.heapCard->setTitle(segments->books->hasLists ? tr("Free lists") : tr("Gaps"));
    cards_.heapCard->setNote(heapNote(*segments->books));
    const Snapshot& moment = scene_->moment();
    const AddressSpace* space = scene_->focus();
    std::vector<AreaView> areas;
    if (space != nullptr) {
        areas = decodeAreas(PageMapReader(moment.state.memory), space->process);
    }
    QString note = grouped(areas.size());
    if (const auto change =
            segments_.history().lastAreaChange(moment.focus, moment.state.nextSeq)) {
        note += tr(" \u00b7 last %1 compared, %2 moved")
                    .arg(grouped(change->compared), grouped(change->moved));
    }
    cards_.areaCard->setNote(note);
    cards_.areas->show(std::move(areas), segments->books);
}

/// In the place of the mover: what the heap does now, inside of whichever task.
void Presenter::showSegmentAlgorithm() {
    const TaskView* working = nullptr;
    for (const TaskView& task : scene_->moment().state.tasks) {
        const bool later = working == nullptr || task.lastStepCycles > working->lastStepCycles;
        working = worksOnSegments(task) && later ? &task : working;
    }
    showListing(*cards_.mover, working, working == nullptr ? std::uint8_t{0} : working->depth);
    cards_.moverCard->setTitle(tr("Segment heap"));
    cards_.moverCard->setNote(working == nullptr ? tr("nothing to do") : noteOf(*working));
}

void Presenter::setColouring(SegmentColouring colouring) {
    segments_.setColouring(colouring);
    cards_.legend->clear();
    legendFor_.reset();
    if (scene_) {
        scene_->setSegments(segments_.update(scene_->moment()), segments_.history());
        showMemory();
    }
}

/// In the heap: from segment to segment by address, and along the list of a free run. False if the
/// frame shown is not the heap's.
bool Presenter::selectNextRun(ListDirection direction) {
    const SegmentScene* segments = scene_->segments();
    const FrameNumber frame(*shownFrame_);
    const SegmentZoneView* zone = segments == nullptr ? nullptr : segments->books->zoneAt(frame);
    const auto index = zone == nullptr ? std::nullopt : zone->indexAt(frame);
    if (!index) {
        return false;
    }
    const bool next = direction == ListDirection::Next;
    const Segment& run = zone->runs[*index];
    if (run.state == SegmentState::Free && segments->books->hasLists) {
        const SegmentId id = next ? run.list.next : run.list.previous;
        if (const Segment* neighbour = id == 0 ? nullptr : segments->books->run(id)) {
            selectFrame(neighbour->base.value);
        }
        return true;
    }
    for (std::size_t i = *index; next ? i + 1 < zone->runs.size() : i > 0;) {
        i = next ? i + 1 : i - 1;
        if (isSegment(zone->runs[i])) {
            selectFrame(zone->runs[i].base.value);
            break;
        }
    }
    return true;
}

/// The first frame of the segment that is being moved, as long as nobody accesses memory.
std::optional<std::uint64_t> Presenter::movingFrame() const {
    const SegmentScene* segments = scene_->segments();
    const bool moves =
        segments != nullptr && segments->motion && segments->motion->frames.value != 0;
    return moves ? std::optional(segments->motion->from.value) : std::nullopt;
}

void Presenter::nameSegment() {
    const SegmentScene* segments = scene_->segments();
    if (segments == nullptr) {
        return;
    }
    const Segment* run = shownFrame_ ? segments->books->runAt(FrameNumber(*shownFrame_)) : nullptr;
    if (run != nullptr) {
        cards_.inspectorCard->setTitle(segmentTitle(*run));
    }
    cards_.areas->setSelected(following_ == Following::Selection ? page_ : std::nullopt);
}

} // namespace fragscope
