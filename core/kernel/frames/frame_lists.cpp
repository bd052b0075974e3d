#include "fragscope/kernel/frames/frame_lists.h"

namespace fragscope {

FrameNumber FrameLists::head(FrameList list) {
    return FrameNumber(memory_.variable(headVariable(list)));
}

void FrameLists::setHead(FrameList list, FrameNumber frame) {
    memory_.setVariable(headVariable(list), frame.value);
}

FrameLinks FrameLists::links(FrameNumber frame) {
    return decodeLinks(memory_.load(place(frame, frame_field::links)));
}

void FrameLists::setLinks(FrameNumber frame, const FrameLinks& links) {
    memory_.store(place(frame, frame_field::links), encodeLinks(links));
}

void FrameLists::push(FrameList list, FrameNumber frame) {
    const FrameNumber first = head(list);
    setLinks(frame, {.next = first});
    if (first.value != 0) {
        setLinks(first, {.next = links(first).next, .previous = frame});
    }
    setHead(list, frame);
}

void FrameLists::remove(FrameList list, FrameNumber frame) {
    const FrameLinks own = links(frame);
    if (own.previous.value == 0) {
        setHead(list, own.next);
    } else {
        setLinks(own.previous, {.next = own.next, .previous = links(own.previous).previous});
    }
    if (own.next.value != 0) {
        setLinks(own.next, {.next = links(own.next).next, .previous = own.previous});
    }
    setLinks(frame, {});
}

} // namespace fragscope
