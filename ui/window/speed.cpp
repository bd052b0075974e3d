#include "fragscope/ui/window/speed.h"

#include "fragscope/ui/engine/engine.h"

#include <QCoreApplication>

#include <algorithm>

namespace fragscope {

double Speed::stepsPerSecond(int place) {
    if (place >= highest) {
        return Engine::fullSpeed;
    }
    return steps.at(static_cast<std::size_t>(std::max(place, lowest)));
}

QString Speed::text(int place) {
    const double speed = stepsPerSecond(place);
    if (speed == Engine::fullSpeed) {
        return QCoreApplication::translate("Speed", "full speed");
    }
    if (speed < 1) {
        return QCoreApplication::translate("Speed", "1/%1 steps/s").arg(1 / speed);
    }
    return QCoreApplication::translate("Speed", "%1 steps/s").arg(speed);
}

} // namespace fragscope
