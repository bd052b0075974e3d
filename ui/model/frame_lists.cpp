#include "fragscope/ui/model/frame_lists.h"

namespace fragscope {

namespace {

FrameListView walkList(const MemoryReader& memory, const KernelRoot& root, FrameList list) {
    FrameListView view;
    view.list = list;
    FrameNumber previous(0);
    FrameNumber frame(decodeVariable(memory, headVariable(list)));
    while (frame.value != 0) {
        if (view.length == mostListWalked) {
            view.end = ListEnd::Longer;
            return view;
        }
        const bool exists = frame.value < root.frameCount;
        const FrameLinks links = exists ? decodeFrameLinks(memory, root, frame) : FrameLinks{};
        if (!exists || links.previous != previous) {
            view.end = ListEnd::Broken; // a list in a circle ends here, too
            return view;
        }
        if (view.first.size() < mostListShown) {
            view.first.push_back(frame);
        }
        ++view.length;
        previous = frame;
        frame = links.next;
    }
    return view;
}

} // namespace

std::array<FrameListView, 3> readFrameLists(const MemoryReader& memory, const KernelRoot& root) {
    return {walkList(memory, root, FrameList::FreeData),
            walkList(memory, root, FrameList::FreeKernel), walkList(memory, root, FrameList::Used)};
}

} // namespace fragscope
