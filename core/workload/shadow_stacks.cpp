// The shadow copy of stacks: what is dead below RSP, and stores beyond a guard.
#include "fragscope/kernel/paging/stack_calls.h"
#include "fragscope/workload/shadow.h"

#include <utility>

namespace fragscope {

bool Shadow::isReclaim(Rule why) {
    return why == Rule::BelowStackPointer || why == Rule::RedZoneIgnored;
}

/// The store that came last was a mistake: what was written there before is lost.
void Shadow::onOverrun(const Event& event) {
    const View* view = find(event.object, event.vaddr >> pageShift);
    const auto [value, writtenAt] = std::exchange(overwritten_, {});
    if (view == nullptr || writtenAt == 0) {
        return; // nobody had written there
    }
    Contents& contents = *contents_[view->contents];
    const std::size_t word = wordOf(event.vaddr);
    contents.words[word] = value;
    contents.writtenAt[word] = writtenAt;
    reportLost(event, contents, word, event.value, Rule::GuardJumped);
}

/// Until the frame of a reclaimed page is free, the thread may still write to it and return.
void Shadow::onFreed(const Event& event) {
    if (isReclaim(event.rule) && reclaimed_.first == event.paddr >> pageShift) {
        forgetDead(event.object, reclaimed_.second);
    }
}

/// A reclaim of the kernel took the page of a stack: what lies below the red zone is dead and may
/// read zero from now on; the rest is still the program's.
void Shadow::forgetDead(std::uint32_t process, std::uint64_t page) {
    View* view = find(process, page);
    if (view == nullptr) {
        return;
    }
    ownCopy(process, page);
    for (const ThreadStack& stack : kernel_.processes()[process - 1]->stacks) {
        const std::uint64_t first = page << pageShift;
        for (std::size_t word = 0; word < wordsPerPage; ++word) {
            const std::uint64_t address = first + word * wordBytes;
            if (address >= stack.start.value && address + redZone.value < stack.rsp.value) {
                contents_[view->contents]->words[word] = 0;
            }
        }
    }
}

} // namespace fragscope
