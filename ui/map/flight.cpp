#include "fragscope/ui/map/flight.h"

#include <algorithm>
#include <cmath>

namespace fragscope {

FlightCurve FlightCurve::between(QPointF start, QPointF end) {
    const QPointF way = end - start;
    FlightCurve curve{start, {}, {}, end};
    if (std::abs(way.y()) < 40) {
        // Almost level: an arc above both ends.
        const double lift = std::min(60.0, 24 + std::abs(way.x()) * 0.1);
        const double top = std::min(start.y(), end.y()) - lift;
        curve.startPull = {start.x() + way.x() * 0.2, top};
        curve.endPull = {end.x() - way.x() * 0.2, top};
    } else {
        // The less it goes sideways by itself, the more it bows.
        const double bow = std::max(0.0, 60 - std::abs(way.x()) * 0.5);
        curve.startPull = start + QPointF(way.x() * 0.05 + bow, way.y() * 0.55);
        curve.endPull = end - QPointF(way.x() * 0.05 - bow, way.y() * 0.45);
    }
    return curve;
}

QPointF FlightCurve::at(double share) const {
    const double rest = 1 - share;
    return rest * rest * rest * start + 3 * rest * rest * share * startPull +
           3 * rest * share * share * endPull + share * share * share * end;
}

QPainterPath FlightCurve::path() const {
    QPainterPath path(start);
    path.cubicTo(startPull, endPull, end);
    return path;
}

QPolygonF FlightCurve::head(double size) const {
    QPointF along = end - at(0.9);
    const double length = std::max(0.001, std::hypot(along.x(), along.y()));
    along /= length;
    const QPointF across(-along.y(), along.x());
    const QPointF base = end - along * size;
    return QPolygonF({end, base + across * size * 0.45, base - across * size * 0.45});
}

double PageFlight::shareAt(qint64 nowMs) const {
    if (durationMs <= 0) {
        return 1;
    }
    const double share = std::clamp(
        static_cast<double>(nowMs - startMs) / static_cast<double>(durationMs), 0.0, 1.0);
    return share * share * (3 - 2 * share);
}

double Pulse::strengthAt(qint64 nowMs) const {
    if (durationMs == 0) {
        return 1;
    }
    const double share = static_cast<double>(nowMs - startMs) / static_cast<double>(durationMs);
    return std::clamp(1 - share, 0.0, 1.0);
}

bool fading(const std::vector<Pulse>& pulses) {
    return std::any_of(pulses.begin(), pulses.end(),
                       [](const Pulse& pulse) { return pulse.durationMs != 0; });
}

QRectF rectAt(const PageFlight& flight, const QRectF& from, const QRectF& to, qint64 nowMs) {
    const double share = flight.shareAt(nowMs);
    const QPointF centre = FlightCurve::between(from.center(), to.center()).at(share);
    const QSizeF size = from.size() * (1 - share) + to.size() * share;
    return {centre - QPointF(size.width() / 2, size.height() / 2), size};
}

} // namespace fragscope
