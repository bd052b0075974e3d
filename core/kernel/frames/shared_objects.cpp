#include "fragscope/kernel/frames/shared_objects.h"

#include "fragscope/kernel/frames/frame_steps.h"
#include "fragscope/kernel/frames/page_actions.h"

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

/// One frame of the object: its owner and its table entry, in one step.
bool mapFrame(Kernel& kernel, Process& process, FrameNumber frame, PageNumber page) {
    const Board& board = kernel.board();
    board.scheduler.spend(board.cost.kernelStore);
    if (!kernel.frames().addOwner(frame, {process.number, page})) {
        return false;
    }
    if (!kernel.mapPage(process, page, {.frame = frame}, Rule::ScenarioSaysSo)) {
        kernel.dropMapping(frame, {process.number, page}, Rule::LastOwnerGone);
        return false;
    }
    return true;
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
        process.tables.exchange(first + PageCount(l.index), Rule::ScenarioSaysSo);
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
        co_yield Detach::Frame;
        request.page = first + PageCount(l.index);
        request.frame = object.frames[l.index];
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
    const PageNumber first = pageOf(pagedAreaStart) + PageCount(process.pagedPages);
    process.pagedPages += l.frames;
    for (l.index = 0; l.index < l.frames; ++l.index) {
        co_yield Attach::Owner;
        const FrameNumber frame = object.frames[l.index];
        if (!mapFrame(kernel, process, frame, first + PageCount(l.index))) {
            break;
        }
    }
    if (l.index < l.frames) {
        co_yield Attach::Undo;
        for (std::uint64_t i = 0; i < l.index; ++i) {
            const PageNumber page = first + PageCount(i);
            process.tables.exchange(page, Rule::OwnerUnknown);
            kernel.dropMapping(object.frames[i], {process.number, page}, Rule::OwnerUnknown);
        }
        co_return;
    }
    co_yield Attach::Done;
    object.attachments.push_back({process.number, first});
    announce(kernel, EventKind::SharedAttached, object, &process, first);
}

Steps detachShared(Kernel& kernel, Process& process, SharedObject& object) {
    auto& l = co_await Follow<ObjectLocals>{detachSharedListing()};
    l.object = object.number;
    l.frames = object.frames.size();
    const auto found = std::find_if(
        object.attachments.rbegin(), object.attachments.rend(),
        [&](const SharedAttachment& attachment) { return attachment.process == process.number; });
    if (found == object.attachments.rend()) {
        co_return;
    }
    const PageNumber first = found->first;
    object.attachments.erase(std::prev(found.base()));
    co_await part(unmapFrames(kernel, process, object, first, l));
    co_yield Detach::Done;
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
