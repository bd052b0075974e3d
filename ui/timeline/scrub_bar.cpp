#include "fragscope/ui/timeline/scrub_bar.h"

#include "fragscope/ui/theme/look.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

namespace fragscope {

ScrubBar::ScrubBar(Look& look, QWidget* parent) : QWidget(parent), look_(look) {
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Position in the run"));
    setCursor(Qt::PointingHandCursor);
    connect(&look_, &Look::changed, this, [this] { updateGeometry(); });
}

void ScrubBar::setInset(int left, int right) {
    left_ = left;
    right_ = right;
    update();
}

void ScrubBar::show(std::uint64_t from, std::uint64_t to, std::uint64_t cursor) {
    from_ = from;
    to_ = to;
    cursor_ = cursor;
    setAccessibleDescription(
        tr("%1 of %2 cycles").arg(cursor - std::min(from, cursor)).arg(to - from));
    update();
}

TimeScale ScrubBar::scale() const {
    return {from_, to_, static_cast<double>(left_),
            static_cast<double>(std::max(1, width() - left_ - right_))};
}

QSize ScrubBar::sizeHint() const {
    return {look_.scaled(300), look_.scaled(18)};
}

void ScrubBar::mousePressEvent(QMouseEvent* event) {
    Q_EMIT seekWanted(scale().timeAt(event->position().x()));
}

void ScrubBar::mouseMoveEvent(QMouseEvent* event) {
    if ((event->buttons() & Qt::LeftButton) != 0) {
        Q_EMIT seekWanted(scale().timeAt(event->position().x()));
    }
}

void ScrubBar::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
    case Qt::Key_Left:
        Q_EMIT stepWanted(-1);
        break;
    case Qt::Key_Right:
        Q_EMIT stepWanted(1);
        break;
    case Qt::Key_Home:
        Q_EMIT seekWanted(from_);
        break;
    case Qt::Key_End:
        Q_EMIT seekWanted(to_);
        break;
    default:
        QWidget::keyPressEvent(event);
    }
}

void ScrubBar::paintEvent(QPaintEvent*) {
    const Theme& theme = look_.theme();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    const TimeScale time = scale();
    const double middle = height() / 2.0;
    const double half = look_.scaled(2);
    painter.setBrush(theme.border);
    painter.drawRoundedRect(QRectF(time.left, middle - half, time.width, 2 * half), half, half);
    const double x = time.xOf(cursor_);
    painter.setBrush(theme.accent);
    painter.drawRoundedRect(QRectF(time.left, middle - half, x - time.left, 2 * half), half, half);
    const double radius = look_.scaled(6);
    painter.setPen(QPen(hasFocus() ? theme.text : theme.card, 2));
    painter.drawEllipse(QPointF(x, middle), radius, radius);
}

} // namespace fragscope
