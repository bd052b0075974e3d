#include "fragscope/ui/model/scene.h"

#include "fragscope/event/event_kind.h"
#include "fragscope/view/page_map_reader.h"

#include <algorithm>

namespace fragscope {

Scene::Scene(SnapshotRef moment) : moment_(std::move(moment)) {
    const PageMapReader memory(moment_->state.memory);
    if (moment_->state.memory.frameCount() > PageCount(1)) {
        root_ = decodeRoot(memory);
    }
    if (root_) {
        representation_ = decodeRepresentation(memory);
        processes_ = decodeProcesses(memory, *root_);
    }
    for (const ProcessInfo& process : processes_) {
        allExtents_.push_back(extentsOf(decodeMap(memory, process), representation_));
        if (process.number == moment_->focus) {
            extents_ = allExtents_.back();
        }
    }
    findAccesses();
}

const ProcessInfo* Scene::process(std::uint32_t number) const {
    const auto found = std::find_if(processes_.begin(), processes_.end(),
                                    [&](const ProcessInfo& p) { return p.number == number; });
    return found == processes_.end() ? nullptr : &*found;
}

const ProcessInfo* Scene::focus() const { return process(moment_->focus); }

void Scene::findAccesses() {
    const EventLog& log = moment_->log;
    std::uint64_t seq = moment_->state.nextSeq;
    const std::uint64_t back = std::min(farthestAccess, seq - std::min(seq, log.firstSeq()));
    for (const std::uint64_t until = seq - back; seq > until && accesses_.size() < mostAccesses;) {
        const Event& event = log.at(--seq);
        const bool write = event.kind == EventKind::Store;
        if ((write || event.kind == EventKind::Load) && event.object == moment_->focus) {
            accesses_.push_back({event.vaddr, event.paddr, event.cpu, write ? AccessSort::Write : AccessSort::Read});
        }
    }
}

FrameInfo Scene::frameInfo(FrameNumber frame) const {
    if (!root_ || frame.value >= root_->frameCount) {
        return {};
    }
    return decodeFrame(word(frameEntryPlace(*root_, frame)));
}

const Extent* Scene::extentOf(std::uint64_t vaddr) const {
    for (const Extent& extent : extents_) {
        if (vaddr >= extent.start && vaddr - extent.start < extent.length) {
            return &extent;
        }
    }
    return nullptr;
}

std::optional<PagePlace> Scene::pageOf(FrameNumber frame) const {
    const std::uint64_t place = startOf(frame).value;
    std::optional<PagePlace> found;
    for (std::size_t i = 0; i < processes_.size(); ++i) {
        for (const Extent& extent : allExtents_[i]) {
            const bool here = extent.kind == EntryKind::Block && place >= extent.paddr &&
                              place - extent.paddr < extent.length;
            const bool better = !found || processes_[i].number == moment_->focus;
            if (here && better) {
                found = PagePlace{processes_[i].number, extent.start + (place - extent.paddr), extent};
            }
        }
    }
    return found;
}

std::optional<FrameNumber> Scene::frameAt(std::uint64_t vaddr) const {
    const Extent* extent = extentOf(vaddr);
    if (extent == nullptr || extent->kind != EntryKind::Block) {
        return std::nullopt;
    }
    const FrameNumber frame = frameOf(PhysAddr(extent->paddr + (vaddr - extent->start)));
    return frame.value < moment_->state.memory.frameCount().value ? std::optional(frame) : std::nullopt;
}

PageWalk Scene::walk(std::uint32_t number, std::uint64_t vaddr) const {
    const ProcessInfo* found = process(number);
    const PageMapReader memory(moment_->state.memory);
    return walkPages(memory, found == nullptr ? 0 : found->cr3, VirtAddr(vaddr));
}

std::uint64_t Scene::word(PhysAddr place) const {
    return PageMapReader(moment_->state.memory).read(place);
}

} // namespace fragscope
