#include "fragscope/ui/map/physical_map.h"
#include "fragscope/ui/theme/look.h"
#include "fragscope/ui/widgets/frame_clock.h"

#include <QPaintEvent>
#include <QPainter>

#include <algorithm>

namespace fragscope {

QString rowLabel(std::uint64_t address) {
    const std::uint64_t kibibytes = address / 1024;
    if (kibibytes % 1024 == 0 && kibibytes != 0 && kibibytes % (1024 * 1024) == 0) {
        return QStringLiteral("%1 G").arg(kibibytes / (1024 * 1024));
    }
    const std::uint64_t rest = kibibytes % 1024;
    const QString whole = QStringLiteral("%1 M").arg(kibibytes / 1024);
    return rest == 0 ? whole : QStringLiteral("%1+%2").arg(whole).arg(rest);
}

std::vector<QRect> PhysicalMap::runRects(std::uint64_t frame, std::uint64_t count) const {
    std::vector<QRect> rects;
    const std::uint64_t last = grid().cellOf(frame + std::max<std::uint64_t>(count, 1) - 1);
    for (std::uint64_t cell = grid().cellOf(frame); cell <= last && cell < grid().cells();) {
        const std::uint64_t rowEnd = (cell / grid().columns + 1) * grid().columns - 1;
        const std::uint64_t to = std::min(last, rowEnd);
        rects.push_back(grid().rectOf(cell).united(grid().rectOf(to)).translated(origin()));
        cell = to + 1;
    }
    return rects;
}

void PhysicalMap::paintLabels(QPainter& painter) const {
    painter.setFont(look_.smallFont());
    painter.setPen(look_.theme().dimText);
    const int height = painter.fontMetrics().height();
    const std::uint64_t every = rowsPerLabel(grid(), height + look_.scaled(7));
    const std::uint64_t rowBytes = grid().columns * grid().framesPerCell * pageBytes;
    const QPoint from = origin();
    for (std::uint64_t row = 0; row < grid().rows(); row += every) {
        const int middle =
            from.y() + static_cast<int>(row) * grid().cell.height() + grid().cell.height() / 2;
        const QRect rect(from.x() - labelWidth_, middle - height / 2, labelWidth_ - look_.scaled(6),
                         height);
        painter.drawText(rect, Qt::AlignRight | Qt::AlignVCenter, rowLabel(row * rowBytes));
    }
}

void PhysicalMap::paintArrow(QPainter& painter, const FlightCurve& curve) const {
    const Theme& theme = look_.theme();
    const QColor colour = lookOf(FrameClass::InEntryE, theme).mark;
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(theme.card, look_.scaled(5)));
    painter.drawPath(curve.path());
    painter.setPen(QPen(colour, look_.scaled(2)));
    painter.drawPath(curve.path());
    painter.setBrush(colour);
    painter.drawPolygon(curve.head(look_.scaled(12)));
    painter.setRenderHint(QPainter::Antialiasing, false);
}

void PhysicalMap::paintMove(QPainter& painter) const {
    if (move_.blockLengthBytes == 0) {
        return;
    }
    const Theme& theme = look_.theme();
    const std::uint64_t pages = move_.blockLengthBytes / pageBytes;
    const std::uint64_t copied = move_.blockCopiedBytes / pageBytes;
    const std::uint64_t source = move_.blockSourcePaddr / pageBytes;
    const std::uint64_t destination = move_.blockDestinationPaddr / pageBytes;
    const std::vector<QRect> from = runRects(source, pages);
    const std::vector<QRect> to = runRects(destination, pages);
    if (from.empty() || to.empty()) {
        return;
    }
    const CellLook arrived = lookOf(FrameClass::BlockA, theme);
    for (std::uint64_t page = 0; page < copied; ++page) {
        const int inner = std::min(grid().cell.width(), grid().cell.height()) >= 8 ? 3 : 1;
        painter.fillRect(
            rectOfFrame(destination + page).adjusted(inner, inner, -inner - 1, -inner - 1),
            arrived.fill);
    }
    painter.setPen(QPen(lookOf(FrameClass::InEntryE, theme).mark, 2));
    painter.setBrush(Qt::NoBrush);
    for (const std::vector<QRect>* rects : {&from, &to}) {
        for (const QRect& rect : *rects) {
            painter.drawRect(rect.adjusted(-1, -1, 0, 0));
        }
    }
    const QString block =
        tr("block %1: %2 of %3 pages").arg(move_.blockNumber).arg(copied).arg(pages);
    paintWay(painter, from, to, runMove_ ? tr("%1, %2").arg(runMove_->label, block) : block);
}

void PhysicalMap::paintMoveLabel(QPainter& painter, QPoint middle, const QString& text) const {
    const Theme& theme = look_.theme();
    painter.setFont(look_.textFont());
    const QSize size =
        painter.fontMetrics().size(0, text) + QSize(look_.scaled(20), look_.scaled(8));
    QRect label(QPoint(0, 0), size);
    label.moveCenter(middle);
    const QRect inside = viewport()->rect().adjusted(labelWidth_, 2, -4, -2);
    label.moveLeft(std::clamp(label.left(), inside.left(),
                              std::max(inside.left(), inside.right() - size.width())));
    label.moveTop(std::clamp(label.top(), inside.top(),
                             std::max(inside.top(), inside.bottom() - size.height())));
    for (const QRect& other : lineLabels()) {
        if (label.intersects(other)) { // above it, or below where there is no room
            label.moveBottom(other.top() - 3);
            label.moveTop(label.top() < inside.top() ? other.bottom() + 3 : label.top());
        }
    }
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(lookOf(FrameClass::InEntryE, theme).mark, 1.5));
    painter.setBrush(theme.card);
    painter.drawRoundedRect(label, 4, 4);
    painter.setPen(theme.text);
    painter.drawText(label, Qt::AlignCenter, text);
    painter.setRenderHint(QPainter::Antialiasing, false);
}

void PhysicalMap::paintFlights(QPainter& painter) const {
    const CellLook ghost = lookOf(FrameClass::InEntryE, look_.theme());
    const qint64 now = clock_.nowMs();
    for (const PageFlight& flight : flights_) {
        const QRectF from = rectOfFrame(flight.source);
        const QRectF to = rectOfFrame(flight.destination);
        painter.fillRect(rectAt(flight, from, to, now).toRect(), ghost.mark);
    }
}

void PhysicalMap::paintOwners(QPainter& painter) const {
    const int side = std::min(grid().cell.width(), grid().cell.height());
    if (owners_ == nullptr || owners_->size() != frameCount() || grid().framesPerCell != 1 ||
        side < 18 || grid().cell.width() < 26) {
        return;
    }
    QFont font = look_.codeFont();
    font.setPixelSize(std::clamp(side * 3 / 8, 8, 13));
    painter.setFont(font);
    for (std::uint64_t frame = 0; frame < frameCount(); ++frame) {
        if ((*owners_)[frame] > 1) {
            const auto kind = static_cast<FrameClass>((*classes_)[frame]);
            painter.setPen(readableOn(lookOf(kind, look_.theme()).fill));
            painter.drawText(rectOfFrame(frame).adjusted(2, 2, -4, -3),
                             Qt::AlignRight | Qt::AlignBottom, QString::number((*owners_)[frame]));
        }
    }
}

void PhysicalMap::paintPulses(QPainter& painter) const {
    painter.setBrush(Qt::NoBrush);
    for (const Pulse& pulse : pulses_) {
        if (pulse.place < frameCount()) {
            QColor colour = look_.theme().alert;
            colour.setAlpha(static_cast<int>(255 * pulse.strengthAt(clock_.nowMs())));
            painter.setPen(QPen(colour, look_.scaled(3)));
            painter.drawRect(rectOfFrame(pulse.place).adjusted(-1, -1, 0, 0));
        }
    }
}

void PhysicalMap::paintNeighbours(QPainter& painter) const {
    if (!selected_ || *selected_ >= frameCount()) {
        return;
    }
    const Theme& theme = look_.theme();
    const auto outline = [&](FrameNumber frame, Qt::PenStyle style) {
        const QRect rect = rectOfFrame(frame.value).adjusted(-1, -1, 0, 0);
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(theme.card, 2));
        painter.drawRect(rect);
        painter.setPen(QPen(theme.accent, 2, style));
        painter.drawRect(rect);
    };
    if (neighbours_.previous && neighbours_.previous->value < frameCount()) {
        outline(*neighbours_.previous, Qt::DotLine);
    }
    if (!neighbours_.next || neighbours_.next->value >= frameCount()) {
        return;
    }
    outline(*neighbours_.next, Qt::SolidLine);
    const QLineF line(rectOfFrame(*selected_).center(),
                      rectOfFrame(neighbours_.next->value).center());
    if (line.length() < 2 * grid().cell.width()) {
        return; // beside each other: the outlines say it
    }
    const QLineF unit = line.unitVector();
    const QPointF along = unit.p2() - unit.p1();
    const QPointF across(-along.y(), along.x());
    const double head = look_.scaled(7);
    const QPointF back = line.p2() - along * head;
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(theme.accent, 1));
    painter.drawLine(line);
    painter.setBrush(theme.accent);
    painter.drawPolygon(
        QPolygonF({line.p2(), back + across * (head / 2), back - across * (head / 2)}));
    painter.setRenderHint(QPainter::Antialiasing, false);
}

void PhysicalMap::paintSelection(QPainter& painter) const {
    if (!selected_ || *selected_ >= frameCount()) {
        return;
    }
    const QRect rect = rectOfFrame(*selected_).adjusted(-2, -2, 0, 0);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(look_.theme().card, 1));
    painter.drawRect(rect.adjusted(-2, -2, 2, 2));
    painter.setPen(QPen(look_.theme().text, 2));
    painter.drawRect(rect);
}

void PhysicalMap::paintEvent(QPaintEvent*) {
    QPainter painter(viewport());
    painter.fillRect(viewport()->rect(), look_.theme().card);
    if (frameCount() == 0) {
        painter.setPen(look_.theme().dimText);
        painter.drawText(viewport()->rect(), Qt::AlignCenter,
                         tr("Open a scenario or a run to see its memory."));
        return;
    }
    paintLabels(painter);
    painter.drawImage(origin(), cells_.image());
    paintOwners(painter);
    paintRunMove(painter);
    paintMove(painter);
    paintLines(painter);
    paintPulses(painter);
    paintFlights(painter);
    paintNeighbours(painter);
    paintSelection(painter);
    if (hasFocus()) {
        painter.setPen(QPen(look_.theme().accent, 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(viewport()->rect().adjusted(0, 0, -1, -1));
    }
}

} // namespace fragscope
