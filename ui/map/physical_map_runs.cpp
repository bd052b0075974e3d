#include "fragscope/ui/map/physical_map.h"
#include "fragscope/ui/theme/look.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <numeric>

/// What the map of physical memory shows of runs of frames: moves of whole runs, and lines.
namespace fragscope {

/// An arrow from the first of these rectangles to the first of those, labelled in the middle.
void PhysicalMap::paintWay(QPainter& painter,
                           const std::vector<QRect>& from,
                           const std::vector<QRect>& to,
                           const QString& text) const {
    const QRect start = from.front();
    const QRect end = to.front();
    const bool upwards = end.center().y() < start.center().y();
    const FlightCurve curve =
        FlightCurve::between(QPointF(start.center().x(), upwards ? start.top() : start.bottom()),
                             QPointF(end.center().x(), upwards ? end.bottom() + 3 : end.top() - 3));
    paintArrow(painter, curve);
    paintMoveLabel(painter, curve.at(0.5).toPoint(), text);
}

/// Old place dashed, new place solid. While a transfer block is in motion the arrow is its.
void PhysicalMap::paintRunMove(QPainter& painter) const {
    if (!runMove_ || runMove_->frames == 0 ||
        std::max(runMove_->from, runMove_->to) + runMove_->frames > frameCount()) {
        return;
    }
    const std::vector<QRect> from = runRects(runMove_->from, runMove_->frames);
    const std::vector<QRect> to = runRects(runMove_->to, runMove_->frames);
    const QColor colour = lookOf(FrameClass::MovingSegment, look_.theme()).mark;
    painter.setBrush(Qt::NoBrush);
    for (const auto& [rects, style] :
         {std::pair(&from, Qt::DashLine), std::pair(&to, Qt::SolidLine)}) {
        painter.setPen(QPen(colour, 2, style));
        for (const QRect& rect : *rects) {
            painter.drawRect(rect.adjusted(-1, -1, 0, 0));
        }
    }
    if (move_.blockLengthBytes == 0) {
        paintWay(painter, from, to, runMove_->label);
    }
}

std::vector<QRect> PhysicalMap::lineLabels() const {
    const QFontMetrics metrics(look_.smallFont());
    const QRect inside = viewport()->rect().adjusted(labelWidth_, 1, -2, -2);
    std::vector<QRect> labels(lines_.size());
    std::vector<std::size_t> order(lines_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return lines_[a].frame < lines_[b].frame;
    });
    const QSize room(look_.scaled(12), look_.scaled(2));
    int lowest = inside.top();
    for (const std::size_t i : order) {
        const std::uint64_t frame = std::min(lines_[i].frame, frameCount() - 1);
        QRect label(QPoint(0, 0),
                    QSize(metrics.horizontalAdvance(lines_[i].label), metrics.height()) + room);
        label.moveRight(std::min(inside.right(), origin().x() + grid().size().width()));
        label.moveTop(std::max(lowest, rectOfFrame(frame).top() - label.height() / 2));
        lowest = label.bottom() + 2;
        labels[i] = label;
    }
    // The last may lie below the edge: what is lower than there is room for goes up.
    int highest = inside.bottom();
    for (auto i = order.rbegin(); i != order.rend(); ++i) {
        labels[*i].moveBottom(std::min(labels[*i].bottom(), highest));
        highest = labels[*i].top() - 2;
    }
    return labels;
}

/// A line keeps below the frames before it and above those behind: it has a step where it cuts a
/// row.
void PhysicalMap::paintLines(QPainter& painter) const {
    const Theme& theme = look_.theme();
    const std::vector<QRect> labels = lineLabels();
    const int left = origin().x() - 1;
    const int right = origin().x() + grid().size().width();
    for (std::size_t i = 0; i < lines_.size(); ++i) {
        const MapLine& line = lines_[i];
        const bool atEnd = line.frame >= frameCount();
        const QRect cell = rectOfFrame(atEnd ? frameCount() - 1 : line.frame);
        const int step = atEnd ? cell.right() + 1 : cell.left() - 1;
        QPainterPath path(QPointF(left, cell.bottom() + 1));
        path.lineTo(step, cell.bottom() + 1);
        path.lineTo(step, cell.top() - 1);
        path.lineTo(right, cell.top() - 1);
        const QColor colour = line.tone == MapLine::Tone::Pointer ? theme.alert : theme.accent;
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(theme.card, look_.scaled(4)));
        painter.drawPath(path);
        painter.setPen(QPen(colour, look_.scaled(2)));
        painter.drawPath(path);
        painter.setBrush(theme.card);
        painter.setPen(QPen(colour, 1));
        painter.drawRoundedRect(labels[i].adjusted(0, 0, -1, -1), 3, 3);
        painter.setFont(look_.smallFont());
        painter.setPen(theme.text);
        painter.drawText(labels[i], Qt::AlignCenter, line.label);
    }
}

} // namespace fragscope
