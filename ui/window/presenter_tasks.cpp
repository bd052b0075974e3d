#include "fragscope/event/event_kind.h"
#include "fragscope/hardware/paging/pte.h"
#include "fragscope/ui/map/physical_map.h"
#include "fragscope/ui/model/facts.h"
#include "fragscope/ui/model/tlb_marks.h"
#include "fragscope/ui/panels/inspector.h"
#include "fragscope/ui/panels/listing_panel.h"
#include "fragscope/ui/panels/listing_view.h"
#include "fragscope/ui/panels/prose_view.h"
#include "fragscope/ui/widgets/card.h"
#include "fragscope/ui/widgets/text.h"
#include "fragscope/ui/window/cards.h"
#include "fragscope/ui/window/presenter.h"

#include <algorithm>

/// The parts of the presenter that tell of tasks, reasons and the selected page.
namespace fragscope {

namespace {

bool isHandler(ListingId id) {
    return id == ListingId::HandlerAsWritten || id == ListingId::HandlerRewalk ||
           id == ListingId::StoppedThread || id == ListingId::CheckingHandler ||
           id == ListingId::DumbHandler;
}

/// Depth of the handler among a task's calls; nothing if it is not in one.
std::optional<std::uint8_t> handlerDepth(const TaskView& task) {
    for (std::uint8_t depth = 0; depth <= task.depth && depth < task.calls.size(); ++depth) {
        if (isHandler(task.calls.at(depth).listing)) {
            return depth;
        }
    }
    return std::nullopt;
}

const TaskView* later(const TaskView* a, const TaskView& b) {
    return a == nullptr || b.lastStepCycles > a->lastStepCycles ? &b : a;
}

QString statusText(TaskStatus status) {
    switch (status) {
    case TaskStatus::Ready:
        return Presenter::tr("running");
    case TaskStatus::Waiting:
        return Presenter::tr("waiting");
    case TaskStatus::Finished:
        break;
    }
    return Presenter::tr("finished");
}

/// The latest event before the cursor that has a reason.
const Event* latestReason(const Snapshot& moment) {
    constexpr std::uint64_t farthest = 2000;
    std::uint64_t seq = moment.state.nextSeq;
    const std::uint64_t first = std::max(moment.log.firstSeq(), seq - std::min(seq, farthest));
    while (seq > first) {
        const Event& event = moment.log.at(--seq);
        if (event.rule != Rule::None && infoOf(event.kind).sort == EventSort::Meaning) {
            return &event;
        }
    }
    return nullptr;
}

} // namespace

QString Presenter::noteOf(const TaskView& task) {
    return tr("CPU %1 \u00b7 %2").arg(task.cpu).arg(statusText(task.status));
}

const Listing* Presenter::listingOf(ListingId id) const {
    const auto found = listings_.find(id);
    return found == listings_.end() ? nullptr : found->second;
}

void Presenter::showListing(ListingPanel& panel, const TaskView* task, std::uint8_t depth) {
    if (task == nullptr) {
        // The listing stays, so that the window does not jump; only its mark goes.
        panel.view().show(panel.view().listing(), 0, LineMark::None);
        return;
    }
    const CallView& call = task->calls.at(depth);
    panel.show(&call, listingOf(call.listing), task->status);
}

void Presenter::showLastHandler() {
    const Snapshot& moment = scene_->moment();
    constexpr std::uint64_t farthest = 50'000;
    std::uint64_t seq = moment.state.nextSeq;
    const std::uint64_t first = std::max(moment.log.firstSeq(), seq - std::min(seq, farthest));
    while (seq > first) {
        const Event& event = moment.log.at(--seq);
        const auto id = static_cast<ListingId>(event.a);
        if (event.kind == EventKind::TaskStep && isHandler(id)) {
            cards_.handler->view().show(listingOf(id), 0, LineMark::None);
            return;
        }
    }
}

void Presenter::showKernelOrApplication(const TaskView* application) {
    const std::vector<TaskView>& tasks = scene_->moment().state.tasks;
    const TaskView* kernel = nullptr;
    for (const TaskView& task : tasks) {
        // The algorithms of the kernel also run inside the actions of a scenario.
        if (task.role == TaskRole::Kernel || task.role == TaskRole::Script) {
            kernel = later(kernel, task);
        }
    }
    const bool instead =
        kernel != nullptr && std::none_of(tasks.begin(), tasks.end(), [](const TaskView& task) {
            return task.role == TaskRole::Application;
        });
    const TaskView* shown = instead ? kernel : application;
    showListing(*cards_.application, shown, instead ? kernel->depth : std::uint8_t{0});
    cards_.applicationCard->setTitle(instead ? tr("Kernel") : tr("Application"));
    cards_.applicationCard->setNote(shown == nullptr ? QString() : noteOf(*shown));
}

void Presenter::showListings() {
    const ViewState& state = scene_->moment().state;
    const TaskView* mover = nullptr;
    const TaskView* handling = nullptr;
    const TaskView* application = nullptr;
    for (const TaskView& task : state.tasks) {
        if (task.role == TaskRole::Mover) {
            mover = later(mover, task);
        }
        if (handlerDepth(task) && task.status != TaskStatus::Finished) {
            handling = later(handling, task);
        }
        if (task.role == TaskRole::Application && task.process == scene_->moment().focus) {
            application = later(application, task);
        }
    }
    showListing(*cards_.mover, mover, mover == nullptr ? 0 : mover->depth);
    if (handling == nullptr) {
        showLastHandler();
    }
    showListing(*cards_.handler, handling,
                handling == nullptr ? 0 : handlerDepth(*handling).value_or(0));
    showKernelOrApplication(application);
    cards_.moverCard->setTitle(tr("Mover"));
    cards_.moverCard->setNote(mover == nullptr ? tr("none") : noteOf(*mover));
    if (scene_->segments() != nullptr) {
        showSegmentAlgorithm();
    } else if (!scene_->moment().heaps->empty() && mover == nullptr) {
        showAllocator();
    }
    cards_.handlerCard->setNote(handling == nullptr ? tr("no fault now") : noteOf(*handling));
}

void Presenter::showWhy() {
    const Event* event = latestReason(scene_->moment());
    if (event == nullptr) {
        cards_.why->show(tr("No event with a reason so far. Press Step (F10) or Play (F5)."));
        cards_.whyCard->setNote({});
        return;
    }
    QString reason = qt(reasonOf(*event, caption_->names));
    if (!reason.isEmpty()) {
        reason[0] = reason[0].toUpper();
        reason += reason.endsWith(QLatin1Char('.')) ? QString() : QStringLiteral(".");
    }
    cards_.why->show(reason, qt(describe(*event, caption_->names)));
    cards_.whyCard->setNote(tr("event %1").arg(event->seq));
}

void Presenter::selectFrame(std::uint64_t frame) {
    following_ = Following::Selection;
    frame_ = frame;
    page_.reset();
    if (scene_) {
        showSelection();
    }
}

void Presenter::selectPage(std::uint64_t vaddr) {
    following_ = Following::Selection;
    page_ = vaddr;
    frame_.reset();
    if (scene_) {
        showSelection();
    }
}

void Presenter::followLatestAccess() {
    following_ = Following::LatestAccess;
    frame_.reset();
    page_.reset();
    cards_.physical->setSelected(std::nullopt);
    cards_.virtualMap->setSelected(std::nullopt);
    if (scene_) {
        showSelection();
    }
}

void Presenter::selectNeighbour(ListDirection direction) {
    if (scene_ && shownFrame_ && selectNextRun(direction)) {
        return;
    }
    const std::optional<FrameBook> book =
        scene_ && shownFrame_ ? scene_->frameBook(FrameNumber(*shownFrame_)) : std::nullopt;
    if (book) {
        const auto& neighbour = direction == ListDirection::Next ? book->next : book->previous;
        if (neighbour) {
            selectFrame(neighbour->value);
        }
    }
}

void Presenter::showNeighbours() {
    ListNeighbours neighbours;
    if (const std::optional<std::uint64_t> selected = cards_.physical->selected()) {
        if (const std::optional<FrameBook> book = scene_->frameBook(FrameNumber(*selected))) {
            neighbours = {book->next, book->previous};
        }
    }
    cards_.physical->setNeighbours(neighbours);
}

void Presenter::showWalk(std::optional<std::uint64_t> vaddr) {
    if (!vaddr) {
        cards_.walk->show({}, tr("The chosen process has no page here."));
        cards_.walkCard->setNote({});
        return;
    }
    const TableWalk walk = scene_->walk(scene_->moment().focus, *vaddr);
    cards_.walk->show(walkRows(*scene_, *vaddr, walk), walkSummary(*scene_, *vaddr, walk));
    cards_.walkCard->setNote(groupedHex(*vaddr));
}

void Presenter::showPage(std::uint64_t address) {
    const std::uint64_t vaddr = address & ~pageOffsetMask;
    const TableWalk walk = scene_->walk(scene_->moment().focus, vaddr);
    std::optional<std::uint64_t> entry;
    if (!walk.levels.empty() &&
        (walk.levels.back().maps || walk.levels.back().level == table_level::pt)) {
        entry = walk.levels.back().entry;
    }
    const PageNumber page = pageOf(VirtAddr(vaddr));
    const StateTable* table = tableOf(scene_->moment().pages, page);
    std::optional<PageEntry> spilled;
    if (table != nullptr && table->isSpilled((page - table->first).value)) {
        spilled = pageEntryIn(scene_->moment().pages, page);
    }
    std::vector<Fact> facts = factsOfBlock(address);
    const bool block = !facts.empty();
    const std::vector<Fact> ofPage =
        shownFrame_ ? frameFacts(*scene_, caption_->names, FrameNumber(*shownFrame_))
                    : absentPageFacts(*scene_, vaddr);
    if (block) {
        facts.push_back({tr("Page of memory"), {}, FactTone::Heading});
    }
    facts.insert(facts.end(), ofPage.begin(), ofPage.end());
    cards_.inspector->show(entry, std::move(facts), spilled);
    cards_.inspectorCard->setTitle(tr("Page 0x%1").arg(vaddr / pageBytes, 0, 16));
}

void Presenter::showSelection() {
    const bool follows = following_ == Following::LatestAccess;
    std::optional<std::uint64_t> vaddr = page_;
    std::optional<std::uint64_t> frame = frame_;
    if (follows && scene_->fault()) {
        vaddr = scene_->fault()->vaddr;
    } else if (follows && !scene_->accesses().empty()) {
        vaddr = scene_->accesses().front().vaddr;
    } else if (follows) {
        frame = movingFrame();
    }
    if (frame) {
        vaddr = scene_->vaddrOf(FrameNumber(*frame));
    } else if (vaddr) {
        const std::optional<FrameNumber> mapped = scene_->frameAt(*vaddr);
        frame = mapped ? std::optional(mapped->value) : std::nullopt;
    }
    shownFrame_ = frame;
    if (!follows) {
        cards_.physical->setSelected(frame);
        cards_.virtualMap->setSelected(vaddr ? std::optional(*vaddr & ~pageOffsetMask)
                                             : std::nullopt);
    }
    showNeighbours();
    showWalk(vaddr);
    if (vaddr) {
        showPage(*vaddr);
    } else if (frame && *frame < scene_->frameClasses()->size()) {
        cards_.inspector->show(std::nullopt,
                               frameFacts(*scene_, caption_->names, FrameNumber(*frame)));
        cards_.inspectorCard->setTitle(tr("Frame %1").arg(*frame));
    } else {
        cards_.inspector->show(std::nullopt, {});
        cards_.inspectorCard->setTitle(tr("Page"));
    }
    nameSegment();
    showHeapSelection();
    const bool carried = follows && !scene_->fault() && scene_->accesses().empty() && frame;
    cards_.inspectorCard->setNote(!follows  ? tr("selected")
                                  : carried ? tr("in motion")
                                            : tr("latest access"));
}

} // namespace fragscope
