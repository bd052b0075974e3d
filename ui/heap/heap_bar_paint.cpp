#include "fragscope/ui/heap/heap_bar.h"
#include "fragscope/ui/heap/heap_look.h"
#include "fragscope/ui/theme/look.h"
#include "fragscope/ui/widgets/frame_clock.h"

#include <QPainter>

#include <algorithm>

namespace fragscope {

namespace {

/// "+0", "+16 K": where a row begins, from the start of the heap.
QString offsetText(std::uint64_t offset) {
    if (offset % 1024 != 0) {
        return QStringLiteral("+%1").arg(offset);
    }
    const std::uint64_t kib = offset / 1024;
    const bool whole = kib % 1024 == 0 && kib != 0;
    return kib == 0 ? QStringLiteral("+0")
           : whole  ? QStringLiteral("+%1 M").arg(kib / 1024)
                    : QStringLiteral("+%1 K").arg(kib);
}

} // namespace

void HeapBar::paintPieces(QPainter& painter) const {
    const Theme& theme = look_.theme();
    QFont font = look_.codeFont();
    for (const HeapPiece& piece : pieces_) {
        const QRect rect = rectOf(piece.span);
        const CellLook look = piece.part == HeapPart::Mixed ? mixedLook(piece.usedTenth, theme)
                                                            : lookOf(piece.part, theme);
        painter.setFont(font);
        paintCell(painter, rect, look, Letters::WhereNeeded);
        const bool inside = piece.part == HeapPart::Header || piece.part == HeapPart::Slack;
        if (!inside && rect.width() >= 3) { // a line parts neighbours of one colour
            painter.fillRect(QRect(rect.right(), rect.top(), 1, rect.height()), theme.card);
        }
    }
}

void HeapBar::paintLabels(QPainter& painter) const {
    painter.setFont(look_.smallFont());
    const QFontMetrics metrics = painter.fontMetrics();
    const QRect head(look_.scaled(12), 0, width() - look_.scaled(24), titleHeight());
    painter.setPen(look_.theme().text);
    painter.drawText(head, Qt::AlignLeft | Qt::AlignVCenter,
                     metrics.elidedText(title_, Qt::ElideRight, head.width()));
    painter.setPen(look_.theme().dimText);
    const int every = rowStep() < metrics.height() ? 2 : 1;
    const std::uint64_t bytes = heap_ == nullptr ? 0 : heap_->extent.end - heap_->extent.start;
    for (int row = 0; row < layout_.rows(); row += every) {
        const std::uint64_t offset = layout_.bytesPerRow() * static_cast<std::uint64_t>(row);
        if (offset >= bytes) {
            break; // the row is there for a larger heap beside it
        }
        const QRect rect = rectOf({row, 0, 1});
        const QRect label(0, rect.top(), labelWidth() - look_.scaled(6), rect.height());
        painter.drawText(label, Qt::AlignRight | Qt::AlignVCenter | Qt::TextDontClip,
                         offsetText(offset));
    }
}

void HeapBar::paintSelection(QPainter& painter) const {
    const HeapBlock* block = selected_ && heap_ ? heap_->blockAt(*selected_) : nullptr;
    if (block == nullptr) {
        return;
    }
    painter.setBrush(Qt::NoBrush);
    for (const HeapSpan& span : layout_.spansOf(block->start, block->length)) {
        const QRect rect = rectOf(span).adjusted(-1, -1, 0, 0);
        painter.setPen(QPen(look_.theme().card, 4));
        painter.drawRect(rect);
        painter.setPen(QPen(look_.theme().text, 2));
        painter.drawRect(rect);
    }
}

/// Not above the rows, where the words are.
FlightCurve HeapBar::curveBetween(QPointF from, QPointF to) const {
    FlightCurve curve = FlightCurve::between(from, to);
    const double top = titleHeight();
    curve.startPull.setY(std::max(curve.startPull.y(), top));
    curve.endPull.setY(std::max(curve.endPull.y(), top));
    return curve;
}

/// Of the widest part of a block.
QRectF HeapBar::middleOf(VirtAddr start, ByteCount length) const {
    QRectF widest;
    for (const HeapSpan& span : layout_.spansOf(start, length)) {
        const QRectF rect = rectOf(span);
        widest = rect.width() > widest.width() || widest.isNull() ? rect : widest;
    }
    return widest;
}

void HeapBar::paintFlights(QPainter& painter) const {
    const QColor colour = look_.theme().alert;
    painter.setRenderHint(QPainter::Antialiasing);
    for (const HeapFlight& flight : flights_) {
        const QRectF from = middleOf(flight.from, flight.length);
        const QRectF to = middleOf(flight.to, flight.length);
        if (from.isNull() || to.isNull()) {
            continue;
        }
        const FlightCurve curve = curveBetween(from.center(), to.center());
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(colour, 1.5, Qt::DashLine));
        painter.drawRect(from);
        painter.setPen(QPen(colour, 1.5));
        painter.drawRect(to);
        painter.drawPath(curve.path());
        painter.setBrush(colour);
        painter.drawPolygon(curve.head(look_.scaled(8)));
        if (!flight.timing.overAt(clock_.nowMs())) {
            painter.fillRect(rectAt(flight.timing, from, to, clock_.nowMs()), colour);
        }
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
}

void HeapBar::paintEvent(QPaintEvent*) {
    if (picture_.isNull()) {
        const double ratio = devicePixelRatioF();
        picture_ = QPixmap((QSizeF(size()) * ratio).toSize());
        picture_.setDevicePixelRatio(ratio);
        picture_.fill(Qt::transparent);
        QPainter pieces(&picture_);
        paintPieces(pieces);
    }
    QPainter painter(this);
    painter.drawPixmap(0, 0, picture_);
    paintLabels(painter);
    painter.setClipRect(rect().adjusted(0, titleHeight() - look_.scaled(2), 0, 0));
    paintFlights(painter);
    paintSelection(painter);
    painter.setClipping(false);
    if (hasFocus()) {
        painter.setPen(QPen(look_.theme().accent, 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(rect().adjusted(0, 0, -1, -1));
    }
}

} // namespace fragscope
