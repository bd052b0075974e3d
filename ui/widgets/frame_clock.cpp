#include "fragscope/ui/widgets/frame_clock.h"

namespace fragscope {

RealFrameClock::RealFrameClock(QObject* parent) : FrameClock(parent) {
    elapsed_.start();
    timer_.setInterval(16);
    timer_.setTimerType(Qt::PreciseTimer);
    connect(&timer_, &QTimer::timeout, this, &FrameClock::tick);
}

void RealFrameClock::wake() {
    if (!timer_.isActive()) {
        timer_.start();
    }
}

} // namespace fragscope
