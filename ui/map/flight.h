#pragma once

#include <QPainterPath>
#include <QPointF>
#include <QRectF>

#include <cstdint>
#include <vector>

namespace fragscope {

/// The curve that moved memory takes over the map: from the old place to the new one. Pure
/// arithmetic.
struct FlightCurve {
    QPointF start;
    QPointF startPull; ///< control points of a cubic curve
    QPointF endPull;
    QPointF end;

    static FlightCurve between(QPointF start, QPointF end);

    [[nodiscard]] QPointF at(double share) const; ///< 0 = start, 1 = end
    [[nodiscard]] QPainterPath path() const;

    /// A triangle at the end, pointing along the curve.
    [[nodiscard]] QPolygonF head(double size) const;
};

/// A page on its way, in the time of a FrameClock.
struct PageFlight {
    std::uint64_t source = 0;      ///< frame
    std::uint64_t destination = 0; ///< frame
    qint64 startMs = 0;
    qint64 durationMs = 350;

    /// Share of the way done at `nowMs`, eased in and out, 0 to 1.
    [[nodiscard]] double shareAt(qint64 nowMs) const;

    [[nodiscard]] bool overAt(qint64 nowMs) const { return nowMs >= startMs + durationMs; }
};

/// Something that an event changed just now: its outline fades.
struct Pulse {
    std::uint64_t place = 0; ///< frame, or address of a page
    qint64 startMs = 0;
    qint64 durationMs = 700; ///< 0 = it stays until the next moment is shown

    /// 1 = just changed, 0 = over.
    [[nodiscard]] double strengthAt(qint64 nowMs) const;
};

/// Whether any of them changes with time.
bool fading(const std::vector<Pulse>& pulses);

/// Where the page is at `nowMs` when it flies from one cell to another.
QRectF rectAt(const PageFlight& flight, const QRectF& from, const QRectF& to, qint64 nowMs);

} // namespace fragscope
