#include "fragscope/kernel/frames/shared_objects.h"

#include "fragscope/kernel/frames/frame_steps.h"
#include "fragscope/kernel/frames/page_actions.h"
#include "fragscope/kernel/paging/demand_paging.h"

#include <array>

namespace fragscope {

namespace {

enum class Object : std::uint16_t { Allocate = 1, Named, Destroy, Free };

constexpr std::array<std::string_view, 4> objectLines{
    "create: allocate the next frame",
    "create: the object has a name now",
    "destroy: the name is gone",
    "free the next frame",
};

enum class Attach : std::uint16_t { Owner = 1, Done, Undo };

constexpr std::array<std::string_view, 3> attachLines{
    "next frame: note the owner, reference count + 1, and write the table entry",
    "the process has attached the object",
    "no room to note the owner: what was attached so far is taken back",
};

enum class Detach : std::uint16_t { Entry = 1, Shootdown, Wait, Frame, Done };

constexpr std::array<std::string_view, 5> detachLines{
    "take the next table entry out",       "make all CPUs drop their translations",
    "wait for every acknowledgement",      "release the next frame",
    "the process has detached the object",
};

constexpr std::array<std::string_view, 3> objectNames{"object", "index", "frames"};

struct ObjectLocals {
    std::uint64_t object;
    std::uint64_t index;
    std::uint64_t frames;
};

void announce(const Kernel& kernel,
              EventKind kind,
              const SharedObject& object,
              const Process* process,
              PageNumber first = PageNumber(0)) {
    kernel.board().events.emit({.kind = kind,
                                .rule = Rule::ScenarioSaysSo,
                                .object = process != nullptr ? process->number : 0,
                                .vaddr = startOf(first).value,
                                .value = object.number,
                                .a = object.frames.size(),
                                .b = object.attachments.size()});
}

/// One page of the object: its owner and its table entry, in one step; with `on-touch` the entry
/// says which page of the object it is.
bool mapFrame(Kernel& kernel,
              Process& process,
              const SharedObject& object,
              const ObjectLocals& l,
              PageNumber page) {
    const Board& board = kernel.board();
    DemandPaging& paging = kernel.paging();
    board.scheduler.spend(board.cost.kernelStore);
    if (paging.settings().attach == AttachMode::OnTouch) {
        return paging.change(process, page, {PageState::Shared, false, l.index},
                             Rule::ScenarioSaysSo);
    }
    const FrameNumber frame = object.frames[l.index];
    if (!kernel.frames().addOwner(frame, {process.number, page})) {
        return false;
    }
    if (!paging.change(process, page, {PageState::Shared, true, frame.value},
                       Rule::ScenarioSaysSo)) {
        kernel.dropMapping(frame, {process.number, page}, Rule::LastOwnerGone);
        return false;
    }
    return true;
}

void clearEntry(Kernel& kernel, Process& process, PageNumber page, Rule why) {
    kernel.paging().change(process, page, {PageState::NotUsed, false, 0}, why);
}

bool inheritAttachment(Kernel& kernel,
                       SharedObject& object,
                       const SharedAttachment& attachment,
                       const Process& parent,
                       Process& child) {
    object.attachments.push_back({child.number, attachment.first, attachment.pages, true});
    for (std::uint64_t i = 0; i < attachment.pages; ++i) {
        const PageNumber page = attachment.first + PageCount(i);
        const PageEntry entry = DemandPaging::entryOf(parent, page);
        if (entry.present && !kernel.frames().addOwner(object.frames[i], {child.number, page})) {
            return false;
        }
        kernel.paging().change(child, page, entry, Rule::ForkShares);
    }
    return true;
}

bool owns(Kernel& kernel, FrameNumber frame, const FrameOwner& owner) {
    const auto owners = kernel.frames().owners(frame);
    return std::find(owners.begin(), owners.end(), owner) != owners.end();
}

/// Unmaps `count` frames of the object from `first` on and lets go of them.
Steps unmapFrames(
    Kernel& kernel, Process& process, SharedObject& object, PageNumber first, ObjectLocals& l) {
    const Board& board = kernel.board();
    ++process.mappingsOpen;
    const std::uint64_t count = l.frames;
    for (l.index = 0; l.index < count; ++l.index) {
        co_yield Detach::Entry;
        board.scheduler.spend(board.cost.kernelStore);
        clearEntry(kernel, process, first + PageCount(l.index), Rule::ScenarioSaysSo);
    }
    co_yield Detach::Shootdown;
    const std::uint64_t round =
        kernel.shootdowns().send(process, startOf(first), PageCount(count), Rule::ShootBeforeCopy);
    co_await until(conditionOf<&Shootdowns::complete>(kernel.shootdowns(), round));
    co_yield Detach::Wait;
    kernel.shootdowns().finished(round, Rule::AllAcked);
    FrameRequest request;
    request.process = &process;
    for (l.index = 0; l.index < count && !kernel.memory().faulted(); ++l.index) {
        request.page = first + PageCount(l.index);
        request.frame = object.frames[l.index];
        if (!owns(kernel, request.frame, {process.number, request.page})) {
            continue; // never touched
        }
        co_yield Detach::Frame;
        co_await releaseFrame(kernel, request);
    }
    --process.mappingsOpen;
    kernel.reapIfDead(process);
}

} // namespace

Steps createShared(Kernel& kernel, std::string_view name, ByteCount size) {
    auto& l = co_await Follow<ObjectLocals>{sharedObjectListing()};
    SharedObject& object = kernel.addSharedObject(std::string(name));
    l.object = object.number;
    const std::uint64_t pages = pagesFor(size).value;
    FrameRequest request;
    for (l.index = 0; l.index < pages; ++l.index) {
        co_yield Object::Allocate;
        co_await allocateFrame(kernel, request);
        if (!request.done) {
            break;
        }
        object.frames.push_back(request.frame);
        l.frames = object.frames.size();
    }
    co_yield Object::Named;
    announce(kernel, EventKind::SharedCreated, object, nullptr);
}

Steps attachShared(Kernel& kernel, Process& process, SharedObject& object) {
    auto& l = co_await Follow<ObjectLocals>{attachSharedListing()};
    l.object = object.number;
    l.frames = object.frames.size();
    if (l.frames == 0) {
        co_return; // it is only being made
    }
    const PageNumber first = pageOf(pagedAreaStart) + PageCount(process.pagedPages);
    process.pagedPages += l.frames;
    ++process.mappingsOpen; // it may end, but its tables stay until this is over
    object.attachments.push_back(
        {process.number, first, l.frames}); // a touch may come before the end
    for (l.index = 0; l.index < l.frames; ++l.index) {
        co_yield Attach::Owner;
        if (!mapFrame(kernel, process, object, l, first + PageCount(l.index))) {
            break;
        }
    }
    if (l.index < l.frames) {
        co_yield Attach::Undo;
        for (std::uint64_t i = 0; i < l.index; ++i) {
            const PageNumber page = first + PageCount(i);
            clearEntry(kernel, process, page, Rule::OwnerUnknown);
            if (owns(kernel, object.frames[i], {process.number, page})) {
                kernel.dropMapping(object.frames[i], {process.number, page}, Rule::OwnerUnknown);
            }
        }
        object.forget(process.number, first);
        --process.mappingsOpen;
        kernel.reapIfDead(process);
        co_return;
    }
    co_yield Attach::Done;
    if (SharedAttachment* own = object.attachmentAt(process.number, first)) {
        own->stable = true; // unless the process has ended meanwhile
    }
    announce(kernel, EventKind::SharedAttached, object, &process, first);
    --process.mappingsOpen;
    kernel.reapIfDead(process);
}

Steps detachShared(Kernel& kernel, Process& process, SharedObject& object) {
    auto& l = co_await Follow<ObjectLocals>{detachSharedListing()};
    l.object = object.number;
    l.frames = object.frames.size();
    SharedAttachment* own = object.attachmentOf(process.number);
    if (own == nullptr) {
        co_return;
    }
    own->stable = false;
    const PageNumber first = own->first;
    l.frames = own->pages;
    co_await part(unmapFrames(kernel, process, object, first, l));
    co_yield Detach::Done;
    object.forget(process.number, first);
    announce(kernel, EventKind::SharedDetached, object, &process, first);
}

Steps destroyShared(Kernel& kernel, SharedObject& object) {
    auto& l = co_await Follow<ObjectLocals>{sharedObjectListing()};
    l.object = object.number;
    l.frames = object.frames.size();
    co_yield Object::Destroy;
    object.named = false;
    announce(kernel, EventKind::SharedDestroyed, object, nullptr);
    for (l.index = 0; l.index < l.frames && object.attachments.empty(); ++l.index) {
        co_yield Object::Free;
        (void)kernel.frames().release(object.frames[l.index], 0, Rule::LastOwnerGone);
    }
}

Steps freeSharedFrames(Kernel& kernel, SharedObject& object) {
    auto& l = co_await Follow<ObjectLocals>{sharedObjectListing()};
    l.object = object.number;
    l.frames = object.frames.size();
    for (l.index = 0; l.index < l.frames; ++l.index) {
        co_yield Object::Free;
        (void)kernel.frames().release(object.frames[l.index], 0, Rule::ScenarioSaysSo);
    }
}

bool inheritShared(Kernel& kernel, const Process& parent, Process& child) {
    child.pagedPages = parent.pagedPages;
    for (SharedObject* object : kernel.attachedBy(parent.number)) {
        const std::vector<SharedAttachment> attachments = object->attachments;
        for (const SharedAttachment& attachment : attachments) {
            if (attachment.process == parent.number && attachment.stable &&
                !inheritAttachment(kernel, *object, attachment, parent, child)) {
                return false;
            }
        }
    }
    return true;
}

const Listing& sharedObjectListing() {
    static constexpr Listing listing{ListingId::SharedObject, "shared-object",
                                     "A named shared object", objectLines, objectNames};
    return listing;
}

const Listing& attachSharedListing() {
    static constexpr Listing listing{ListingId::AttachShared, "attach-shared",
                                     "A process attaches a shared object", attachLines,
                                     objectNames};
    return listing;
}

const Listing& detachSharedListing() {
    static constexpr Listing listing{ListingId::DetachShared, "detach-shared",
                                     "A process detaches a shared object", detachLines,
                                     objectNames};
    return listing;
}

} // namespace fragscope
