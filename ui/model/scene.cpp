#include "fragscope/ui/model/scene.h"

#include "fragscope/event/event_kind.h"
#include "fragscope/kernel/paging/slot_map.h"
#include "fragscope/view/page_map_reader.h"

#include <algorithm>

namespace fragscope {

Scene::Scene(SnapshotRef moment) : moment_(std::move(moment)) {
    const PageMapReader memory(moment_->state.memory);
    root_ = decodeRoot(memory);
    processes_ = decodeAddressSpaces(memory);
    findAccesses();
}

const AddressSpace* Scene::process(std::uint32_t number) const {
    const auto found =
        std::find_if(processes_.begin(), processes_.end(),
                     [&](const AddressSpace& space) { return space.process.number == number; });
    return found == processes_.end() ? nullptr : &*found;
}

void Scene::findAccesses() {
    const EventLog& log = moment_->log;
    std::uint64_t seq = moment_->state.nextSeq;
    const std::uint64_t back = std::min(farthestAccess, seq - std::min(seq, log.firstSeq()));
    for (const std::uint64_t until = seq - back; seq > until && accesses_.size() < mostAccesses;) {
        const Event& event = log.at(--seq);
        const bool write = event.kind == EventKind::Store;
        if ((write || event.kind == EventKind::Load) && event.object == moment_->focus) {
            accesses_.push_back({event.vaddr, event.paddr, event.cpu,
                                 write ? AccessSort::Write : AccessSort::Read});
        } else if (accesses_.empty()) {
            noteFault(event);
        }
    }
}

/// Events come latest first: the fault before the walk that failed.
void Scene::noteFault(const Event& event) {
    if (!fault_ && event.kind == EventKind::PageFault && event.object == moment_->focus) {
        fault_ = AccessFault{event.vaddr, static_cast<std::uint32_t>(event.value), event.cpu,
                             event.task};
    }
    const bool itsWalk = fault_ && fault_->check == WalkCheck::None &&
                         event.kind == EventKind::WalkStep && event.b != 0 &&
                         event.task == fault_->task && event.vaddr == fault_->vaddr;
    if (itsWalk) {
        fault_->check = static_cast<WalkCheck>(event.b);
        fault_->level = event.object;
        fault_->entry = event.value;
    }
}

FrameInfo Scene::frameInfo(FrameNumber frame) const {
    if (!root_ || frame.value >= root_->frameCount) {
        return {};
    }
    return decodeFrame(word(frameEntryPlace(*root_, frame)));
}

std::optional<FrameBook> Scene::frameBook(FrameNumber frame) const {
    if (!root_ || frame.value >= root_->frameCount) {
        return std::nullopt;
    }
    return readFrameBook(PageMapReader(moment_->state.memory), *root_, frame);
}

std::vector<FrameListView> Scene::frameLists() const {
    if (!root_) {
        return {};
    }
    const auto lists = readFrameLists(PageMapReader(moment_->state.memory), *root_);
    return {lists.begin(), lists.end()};
}

std::uint64_t Scene::freeSlots() const {
    return root_ ? decodeFreeSlots(PageMapReader(moment_->state.memory)) : 0;
}

std::uint64_t Scene::slotReferences(std::uint64_t slot) const {
    return root_ ? decodeSlotReferences(PageMapReader(moment_->state.memory), *root_, slot) : 0;
}

const SharedObjectView* Scene::sharedObjectOf(FrameNumber frame) const {
    const std::optional<FrameBook> book = frameBook(frame);
    for (const SharedObjectView& object : shared_) {
        for (const SharedObjectView::Attachment& attached : object.attachments) {
            const auto inside = [&](const FrameOwner& owner) {
                return owner.process == attached.process && owner.page >= attached.first &&
                       (owner.page - attached.first).value < object.frames;
            };
            if (book && std::any_of(book->owners.begin(), book->owners.end(), inside)) {
                return &object;
            }
        }
    }
    return nullptr;
}

const Extent* Scene::extentOf(std::uint64_t vaddr) const {
    const AddressSpace* space = focus();
    return space == nullptr ? nullptr : space->extentAt(VirtAddr(vaddr));
}

std::optional<PagePlace> Scene::pageOf(FrameNumber frame) const {
    const std::uint64_t place = startOf(frame).value;
    std::optional<PagePlace> found;
    for (const AddressSpace& space : processes_) {
        for (const Extent& extent : space.extents) {
            const bool here = extent.kind == EntryKind::Block && place >= extent.paddr &&
                              place - extent.paddr < extent.length;
            if (here && (!found || space.process.number == moment_->focus)) {
                found =
                    PagePlace{space.process.number, extent.start + (place - extent.paddr), extent};
            }
        }
    }
    return found;
}

std::optional<std::uint64_t> Scene::vaddrOf(FrameNumber frame) const {
    if (const std::optional<PagePlace> place = pageOf(frame)) {
        return place->process == moment_->focus ? std::optional(place->vaddr) : std::nullopt;
    }
    const std::optional<FrameBook> book = frameBook(frame);
    if (!book) {
        return std::nullopt;
    }
    const auto owner =
        std::find_if(book->owners.begin(), book->owners.end(),
                     [&](const FrameOwner& each) { return each.process == moment_->focus; });
    return owner == book->owners.end() ? std::nullopt : std::optional(startOf(owner->page).value);
}

std::optional<FrameNumber> Scene::frameAt(std::uint64_t vaddr) const {
    const Extent* extent = extentOf(vaddr);
    if (extent != nullptr && extent->kind == EntryKind::Demand) {
        const TableWalk tables =
            walk(moment_->focus, vaddr); // the map does not say where its pages are
        return tables.mapped() ? std::optional(frameOf(tables.paddr)) : std::nullopt;
    }
    if (extent == nullptr || extent->kind != EntryKind::Block) {
        return std::nullopt;
    }
    const FrameNumber frame = frameOf(PhysAddr(extent->paddr + (vaddr - extent->start)));
    return frame.value < moment_->state.memory.frameCount().value ? std::optional(frame)
                                                                  : std::nullopt;
}

TableWalk Scene::walk(std::uint32_t number, std::uint64_t vaddr) const {
    const AddressSpace* space = process(number);
    if (space == nullptr || space->process.cr3 == 0) {
        return {};
    }
    return walkTables(PageMapReader(moment_->state.memory), space->process.cr3, VirtAddr(vaddr));
}

std::uint64_t Scene::word(PhysAddr place) const {
    return PageMapReader(moment_->state.memory).read(place);
}

} // namespace fragscope
