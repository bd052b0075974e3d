#include "fragscope/kernel/frames/frame_steps.h"

#include "fragscope/kernel/kernel.h"

#include <array>

namespace fragscope {

namespace {

// ---- allocate
// ---------------------------------------------------------------------------------------------------------
enum class Allocate : std::uint16_t { Take = 1, Refuse, Owner, NoRoom, Clear };

constexpr std::array<std::string_view, 5> allocateLines{
    "take the first element off the free list, put it at the head of the used list",
    "the free list is empty: the request is refused",
    "note who uses it: process and page; reference count = 1",
    "no room to note the owner: the element goes back to the free list",
    "clear the frame",
};

constexpr std::array<std::string_view, 3> allocateNames{"process", "page", "frame"};

struct AllocateLocals {
    std::uint64_t process;
    std::uint64_t page;
    std::uint64_t frame;
};

// ---- release
// ----------------------------------------------------------------------------------------------------------
enum class Release : std::uint16_t { Owner = 1, Shared, Free };

constexpr std::array<std::string_view, 3> releaseLines{
    "take the process out of the owners of the frame; reference count - 1",
    "others still use the frame: it stays",
    "nobody does: used list -> head of the free list",
};

constexpr std::array<std::string_view, 4> releaseNames{"process", "page", "frame", "references"};

struct ReleaseLocals {
    std::uint64_t process;
    std::uint64_t page;
    std::uint64_t frame;
    std::uint64_t references;
};

// ---- initialise
// -------------------------------------------------------------------------------------------------------
enum class Init : std::uint16_t { Element = 1, Reserved, Rest };

constexpr std::array<std::string_view, 3> initLines{
    "element[x].next = element[x + 1], unless x is the last one of its zone",
    "x belongs to the kernel or is a hole: it stays out of the list",
    "owners' nodes, kernel heap and variables",
};

constexpr std::array<std::string_view, 2> initNames{"x", "elements"};

struct InitLocals {
    std::uint64_t x;
    std::uint64_t elements;
};

} // namespace

Steps allocateFrame(Kernel& kernel, FrameRequest& request) {
    auto& l = co_await Follow<AllocateLocals>{allocateFrameListing()};
    const Board& board = kernel.board();
    FrameTable& frames = kernel.frames();
    const std::uint32_t process = request.process != nullptr ? request.process->number : 0;
    request.done = false;
    l.process = process;
    l.page = request.page.value;
    co_yield Allocate::Take;
    board.scheduler.spend(board.cost.kernelStep);
    const auto frame = frames.allocate(FrameUse::Data, process, Rule::HeadOfFreeList);
    if (!frame) {
        co_yield Allocate::Refuse;
        co_return;
    }
    request.frame = *frame;
    l.frame = frame->value;
    if (request.process != nullptr) {
        co_yield Allocate::Owner;
        if (!frames.addOwner(*frame, {process, request.page}, Rule::BookAllocate)) {
            co_yield Allocate::NoRoom;
            (void)frames.release(*frame, process, Rule::OwnerUnknown);
            co_return;
        }
    }
    co_yield Allocate::Clear;
    board.memory.fill(startOf(*frame), ByteCount(pageBytes), std::byte{0});
    board.scheduler.spend(board.cost.fillPage);
    request.done = true;
}

Steps releaseFrame(Kernel& kernel, FrameRequest& request) {
    auto& l = co_await Follow<ReleaseLocals>{releaseFrameListing()};
    const Board& board = kernel.board();
    FrameTable& frames = kernel.frames();
    const std::uint32_t process = request.process->number;
    request.done = false;
    l.process = process;
    l.page = request.page.value;
    l.frame = request.frame.value;
    co_yield Release::Owner;
    board.scheduler.spend(board.cost.kernelStep);
    const auto left = frames.removeOwner(request.frame, {process, request.page}, Rule::BookRelease);
    if (!left) {
        co_return; // its record was overwritten: the check reports I10
    }
    l.references = *left;
    request.done = true;
    if (*left != 0 || kernel.isHeldByName(request.frame)) {
        co_yield Release::Shared;
        co_return;
    }
    co_yield Release::Free;
    (void)frames.release(request.frame, process, Rule::LastOwnerGone);
}

Steps initialiseFrames(Kernel& kernel) {
    auto& l = co_await Follow<InitLocals>{initialiseFramesListing()};
    FrameTable& frames = kernel.frames();
    for (l.x = 0; l.x < frames.plan().root.frameCount; ++l.x) {
        co_yield Init::Element;
        if (frames.initialiseElement(FrameNumber(l.x))) {
            ++l.elements;
        } else {
            co_yield Init::Reserved;
        }
    }
    co_yield Init::Rest;
    frames.finishInitialising();
}

const Listing& allocateFrameListing() {
    static constexpr Listing listing{ListingId::AllocateFrame, "allocate-frame",
                                     "Allocation of a frame", allocateLines, allocateNames};
    return listing;
}

const Listing& releaseFrameListing() {
    static constexpr Listing listing{ListingId::ReleaseFrame, "release-frame", "Release of a frame",
                                     releaseLines, releaseNames};
    return listing;
}

const Listing& initialiseFramesListing() {
    static constexpr Listing listing{ListingId::InitialiseFrames, "initialise-frames",
                                     "The free list is built", initLines, initNames};
    return listing;
}

} // namespace fragscope
