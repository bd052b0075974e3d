#include "fragscope/kernel/paging/low_memory.h"

#include "fragscope/kernel/paging/demand_paging.h"

#include <algorithm>

namespace fragscope {

LowMemory::Listener& LowMemory::listen(const Process& process, bool onNotice) {
    return listeners_.emplace_back(Listener{.process = &process, .onNotice = onNotice});
}

std::uint64_t LowMemory::freeFrames() const {
    FrameTable& frames = kernel_.frames();
    std::uint64_t free = 0;
    const std::uint64_t end = kernel_.board().memory.frameCount().value;
    for (FrameNumber frame = frames.zoneEnd(); frame.value < end; ++frame) {
        free += frames.isFree(frame, PageCount(1)) ? 1U : 0U;
    }
    return free;
}

void LowMemory::notify(Listener& listener, std::uint64_t free, Rule why) {
    ++listener.asked;
    kernel_.board().events.emit({.kind = EventKind::LowMemoryNotice,
                                 .rule = why,
                                 .object = listener.process->number,
                                 .value = free,
                                 .a = watermark_,
                                 .b = listener.process->use.resident});
}

void LowMemory::look() {
    if (watermark_ == 0) {
        return;
    }
    const std::uint64_t free = freeFrames();
    if (free >= watermark_) {
        armed_ = true;
        return;
    }
    if (!armed_) {
        return;
    }
    armed_ = false;
    for (Listener& listener : listeners_) {
        if (listener.onNotice && !listener.gone) {
            notify(listener, free, Rule::BelowWatermark);
        }
    }
}

bool LowMemory::canAsk(std::uint32_t task) const {
    const auto answers = [task](const Listener& listener) { return listener.task == task; };
    const auto listens = [](const Listener& listener) { return !listener.gone; };
    return std::none_of(listeners_.begin(), listeners_.end(), answers) &&
           (kernel_.paging().marked() != 0 ||
            std::any_of(listeners_.begin(), listeners_.end(), listens));
}

void LowMemory::askAll() {
    for (Listener& listener : listeners_) {
        if (!listener.gone) {
            listener.urgent = true;
            notify(listener, 0, Rule::NoFrameLeft);
        }
    }
}

bool LowMemory::allAnswered(std::uint64_t) const {
    return std::none_of(listeners_.begin(), listeners_.end(), [](const Listener& listener) {
        return !listener.gone && listener.urgent && listener.wanted();
    });
}

} // namespace fragscope
