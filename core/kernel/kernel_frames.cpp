// The part of the kernel that gives frames back.
#include "fragscope/hardware/paging/pte.h"
#include "fragscope/kernel/frames/page_actions.h"
#include "fragscope/kernel/kernel.h"
#include "fragscope/kernel/paging/demand_paging.h"
#include "fragscope/kernel/segments/segment_memory.h"

#include <algorithm>

namespace fragscope {

/// The process's tables are given back: no CPU may go on with them.
/// Simplified: other CPUs change their CR3 at once; a kernel would interrupt them.
void Kernel::leaveAddressSpace(const Process& process) {
    for (Cpu& cpu : board_.cpus) {
        if (cpu.registers().cr3 == process.tables.cr3()) {
            cpu.process = 0;
            cpu.source = nullptr;
            loadKernelTables(cpu);
        }
    }
}

std::uint64_t Kernel::releaseFrames(Process& process) {
    std::uint64_t released = process.demandPaged ? paging_->releaseAll(process) : 0;
    released += segments_ ? segments_->releaseAll(process) : 0;
    for (const Extent& extent : process.map.extents()) {
        if (extent.kind != EntryKind::Block || segments_) {
            continue;
        }
        const PageCount pages = pagesFor(ByteCount(extent.length));
        releaseRun(process, frameOf(PhysAddr(extent.paddr)), pages, pageOf(VirtAddr(extent.start)),
                   Rule::EndOfProcess);
        released += pages.value;
    }
    while (process.map.count() > 0) {
        process.map.remove(process.map.count() - 1, Rule::EndOfProcess);
    }
    return released;
}

/// The pages that the process got one by one, and the shared objects that it has attached.
std::uint64_t Kernel::releasePaged(Process& process) {
    for (const auto& object : sharedObjects_) {
        std::erase_if(object->attachments, [&](const SharedAttachment& attachment) {
            return attachment.process == process.number;
        });
    }
    std::uint64_t released = 0;
    for (std::uint64_t i = 0; i < process.pagedPages; ++i) {
        const PageNumber page = pageOf(pagedAreaStart) + PageCount(i);
        const Pte entry{process.tables.leaf(page)};
        if (entry.present() && !memory_.faulted()) {
            process.tables.exchange(page, Rule::EndOfProcess);
            dropMapping(entry.frame(), {process.number, page}, Rule::EndOfProcess);
            ++released;
        }
    }
    process.pagedPages = 0;
    return released;
}

void Kernel::dropMapping(FrameNumber frame, const FrameOwner& owner, Rule why) {
    const auto left = frames_.removeOwner(frame, owner, Rule::BookRelease);
    if (left && *left == 0 && !isHeldByName(frame)) {
        (void)frames_.release(frame, owner.process, why);
    }
}

/// Takes the process out of the owners of a frame; after a move that was given up it may be noted
/// with another page.
void Kernel::removeFromOwners(const Process& leaving, FrameNumber frame, PageNumber page) {
    if (frames_.removeOwner(frame, {leaving.number, page})) {
        return;
    }
    for (const FrameOwner& owner : frames_.owners(frame)) {
        if (owner.process == leaving.number) {
            (void)frames_.removeOwner(frame, owner);
            return;
        }
    }
}

void Kernel::releaseRun(
    const Process& leaving, FrameNumber first, PageCount count, PageNumber page, Rule why) {
    std::uint64_t done = 0;
    while (done < count.value && !memory_.faulted()) {
        // Frames that another process still maps stay; the others go in runs as long as possible.
        std::uint64_t run = 0;
        while (done + run < count.value &&
               frames_.info(first + PageCount(done + run)).references <= 1) {
            ++run;
        }
        if (run > 0) {
            frames_.give(first + PageCount(done), PageCount(run), why);
            done += run;
        } else {
            removeFromOwners(leaving, first + PageCount(done), page + PageCount(done));
            ++done;
        }
    }
}

void Kernel::renoteOwners(const Process& process) {
    for (const Extent& extent : process.map.extents()) {
        for (std::uint64_t i = 0; extent.kind == EntryKind::Block && i < extent.length / pageBytes;
             ++i) {
            const FrameNumber frame = frameOf(PhysAddr(extent.paddr)) + PageCount(i);
            const FrameOwner wanted{process.number, pageOf(VirtAddr(extent.start)) + PageCount(i)};
            const auto owners = frames_.owners(frame);
            if (std::find(owners.begin(), owners.end(), wanted) != owners.end()) {
                continue;
            }
            const auto old =
                std::find_if(owners.begin(), owners.end(), [&](const FrameOwner& owner) {
                    return owner.process == process.number;
                });
            if (old != owners.end()) {
                (void)frames_.removeOwner(frame, *old);
                (void)frames_.addOwner(frame, wanted); // its record is free again: never refused
            }
        }
    }
}

SharedObject& Kernel::addSharedObject(std::string name) {
    sharedObjects_.push_back(std::make_unique<SharedObject>());
    SharedObject& object = *sharedObjects_.back();
    object.name = std::move(name);
    object.number = static_cast<std::uint32_t>(sharedObjects_.size());
    return object;
}

SharedObject* Kernel::sharedObject(const std::string& name) {
    const auto found = std::find_if(sharedObjects_.rbegin(), sharedObjects_.rend(),
                                    [&](const auto& object) { return object->name == name; });
    return found == sharedObjects_.rend() ? nullptr : found->get();
}

std::vector<SharedObject*> Kernel::attachedBy(std::uint32_t process) const {
    std::vector<SharedObject*> found;
    for (const auto& object : sharedObjects_) {
        if (object->attachmentOf(process) != nullptr) {
            found.push_back(object.get());
        }
    }
    return found;
}

const SharedObject* Kernel::attachedAt(std::uint32_t process, PageNumber page) const {
    for (const auto& object : sharedObjects_) {
        for (const SharedAttachment& attachment : object->attachments) {
            if (attachment.process == process && page >= attachment.first &&
                page < attachment.first + PageCount(attachment.pages)) {
                return object.get();
            }
        }
    }
    return nullptr;
}

bool Kernel::isHeldByName(FrameNumber frame) const {
    return std::any_of(sharedObjects_.begin(), sharedObjects_.end(),
                       [&](const auto& object) { return object->named && object->has(frame); });
}

} // namespace fragscope
