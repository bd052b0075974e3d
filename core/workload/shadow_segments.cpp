// The shadow copy of segments: who owns them, what messages hold, what a device wrote.
#include "fragscope/workload/shadow.h"

namespace fragscope {

bool Shadow::inSegmentHeap(std::uint64_t frame) const {
    return frame >= kernel_.plan().root.frameCount;
}

/// While a segment moves, its owner has the old place and the new one.
void Shadow::onSegment(const Event& event) {
    const std::uint64_t first = event.paddr >> pageShift;
    if (kernel_.segments() == nullptr) {
        return;
    }
    if (event.kind == EventKind::SegmentFreed) {
        segments_.erase(first);
        messages_.erase(messages_.lower_bound(first), messages_.lower_bound(first + event.value));
    } else if (event.kind == EventKind::MessageSent) {
        segments_[first] = {event.value, static_cast<std::uint32_t>(event.a)};
    } else if (event.kind == EventKind::MoveBegun) {
        segments_[first] = {event.value >> pageShift, event.object};
    } else {
        segments_[first] = {event.value, event.object};
        if (event.kind == EventKind::SegmentAllocated && isWithoutPaging()) {
            clear(first, event.value);
        }
        if (event.kind == EventKind::SegmentMoved) {
            segments_.erase(event.a >> pageShift);
        }
    }
}

bool Shadow::isWithoutPaging() const {
    return kernel_.settings().segments.addresses == SegmentAddresses::Physical;
}

/// Without paging no table entry says that the kernel clears the frames of a new segment.
void Shadow::clear(std::uint64_t first, std::uint64_t frames) {
    for (std::uint64_t frame = first; frame < first + frames; ++frame) {
        const auto known = frameContents_.find(frame);
        if (known != frameContents_.end() && kernel_.settings().segments.clear) {
            contents_[known->second]->words = {};
            contents_[known->second]->writtenAt = {};
        }
    }
}

/// A page leaves its process: its contents wait for the receiver, wherever the frame is moved.
/// What the sender still writes there is none of the message's.
void Shadow::sendPage(std::uint32_t process, std::uint64_t page, std::uint64_t frame) {
    if (const View* view = find(process, page); view != nullptr && view->contents != nowhere) {
        messages_[frame] = view->contents;
        ownCopy(process, page);
    }
}

/// A page of a message: it must hold what it held when it was sent.
bool Shadow::receivePage(std::uint32_t process, std::uint64_t page, std::uint64_t frame) {
    const auto waiting = messages_.find(frame);
    if (waiting == messages_.end()) {
        return false;
    }
    View& view = viewOf(process, page);
    view.givenBack = false;
    show(view, waiting->second);
    messages_.erase(waiting);
    view.frame = frame;
    compare(process, page, view, Rule::MessageChanged);
    return true;
}

void Shadow::moveMessage(std::uint64_t from, std::uint64_t to) {
    if (const auto waiting = messages_.find(from); waiting != messages_.end()) {
        messages_[to] = waiting->second;
        messages_.erase(from);
    }
}

void Shadow::onBodyCopied(const Event& event) {
    const View* view = find(event.object, event.vaddr >> pageShift);
    if (event.rule == Rule::BodyCopied && view != nullptr) {
        contents_.push_back(std::make_unique<Contents>(*contents_[view->contents]));
        contents_.back()->views = 0;
        messages_[event.paddr >> pageShift] = contents_.size() - 1;
    }
}

/// What the device wrote is the last write to the buffer; it is lost where the page lies elsewhere.
/// One event stands for the words of a page.
void Shadow::onDevice(const Event& event) {
    const View* view = find(event.object, event.vaddr >> pageShift);
    if (view == nullptr) {
        return;
    }
    Contents& contents = *contents_[view->contents];
    const std::uint64_t frame = event.paddr >> pageShift;
    const std::uint64_t place = view->frame != nowhere ? view->frame : view->copyFrame;
    const std::size_t first = wordOf(event.vaddr);
    bool reported = false;
    for (std::size_t word = first; word < first + event.value / wordBytes; ++word) {
        contents.words[word] = bytesAt(frame, word);
        contents.writtenAt[word] = kernel_.board().scheduler.steps();
        const std::uint64_t truth = place != nowhere ? bytesAt(place, word) : contents.words[word];
        if (truth != contents.words[word] && !std::exchange(reported, true)) {
            reportLost(event, contents, word, truth, Rule::DeviceWroteElsewhere);
        }
        contents.words[word] = truth;
    }
}

} // namespace fragscope
