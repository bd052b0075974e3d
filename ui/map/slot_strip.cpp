#include "fragscope/ui/map/slot_strip.h"

#include "fragscope/ui/theme/look.h"
#include "fragscope/ui/widgets/text.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>

namespace fragscope {

CellLook lookOf(SlotKind kind, const Theme& theme) {
    switch (kind) {
    case SlotKind::Own:
        return lookOf(PageState::SwappedOut, Presence::Absent, theme);
    case SlotKind::Other:
        return lookOf(FrameClass::OtherProcess, theme);
    case SlotKind::Kept: {
        CellLook look = lookOf(PageState::OnDemand, Presence::Absent, theme);
        look.letter = 'k';
        return look;
    }
    case SlotKind::Free:
        break;
    }
    return lookOf(FrameClass::Free, theme);
}

SlotStrip::SlotStrip(Look& look, QWidget* parent) : QWidget(parent), look_(look) {
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Slots of the swap device"));
    connect(&look_, &Look::changed, this, [this] {
        updateGeometry();
        update();
    });
}

void SlotStrip::show(std::vector<SlotCell> cells, std::uint64_t all, std::uint64_t free) {
    cells_ = std::move(cells);
    cells_.resize(std::min(cells_.size(), mostCells));
    all_ = all;
    free_ = free;
    current_ = std::min(current_, cells_.empty() ? 0 : cells_.size() - 1);
    setAccessibleDescription(caption());
    update();
}

int SlotStrip::side() const {
    return look_.scaled(12);
}

int SlotStrip::captionHeight() const {
    return QFontMetrics(look_.smallFont()).height() + look_.scaled(2);
}

QSize SlotStrip::minimumSizeHint() const {
    return {look_.scaled(160), captionHeight() + rows * side() + look_.scaled(6)};
}

QSize SlotStrip::sizeHint() const {
    return {look_.scaled(400), minimumSizeHint().height()};
}

std::size_t SlotStrip::perRow() const {
    return static_cast<std::size_t>(std::max(1, (width() - look_.scaled(26)) / side()));
}

QRect SlotStrip::rectOf(std::size_t slot) const {
    const auto row = static_cast<int>(slot / perRow());
    if (slot >= cells_.size() || row >= rows) {
        return {};
    }
    const auto column = static_cast<int>(slot % perRow());
    return {look_.scaled(13) + column * side(), captionHeight() + row * side(), side() - 1,
            side() - 1};
}

QString SlotStrip::caption() const {
    const std::size_t shown = std::min(cells_.size(), perRow() * static_cast<std::size_t>(rows));
    const QString all = tr("swap: %1 of %2 slots free").arg(grouped(free_), grouped(all_));
    return shown < all_ ? all + tr(", the first %1 are shown").arg(grouped(shown)) : all;
}

std::optional<std::size_t> SlotStrip::slotAt(QPoint place) const {
    for (std::size_t slot = 0; slot < cells_.size() && !rectOf(slot).isEmpty(); ++slot) {
        if (rectOf(slot).contains(place)) {
            return slot;
        }
    }
    return std::nullopt;
}

void SlotStrip::choose(std::size_t slot) {
    current_ = slot;
    if (cells_.at(slot).process != 0) {
        Q_EMIT chosen(cells_[slot].process, cells_[slot].vaddr);
    }
    update();
}

void SlotStrip::mousePressEvent(QMouseEvent* event) {
    if (const std::optional<std::size_t> slot = slotAt(event->pos())) {
        choose(*slot);
    }
}

void SlotStrip::keyPressEvent(QKeyEvent* event) {
    const bool enter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (enter && current_ < cells_.size()) {
        choose(current_);
    } else if (event->key() == Qt::Key_Left && current_ > 0) {
        --current_;
    } else if (event->key() == Qt::Key_Right && !rectOf(current_ + 1).isEmpty()) {
        ++current_;
    } else {
        QWidget::keyPressEvent(event);
    }
    update();
}

bool SlotStrip::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) {
        return QWidget::event(event);
    }
    const auto* help = static_cast<const QHelpEvent*>(event);
    if (const std::optional<std::size_t> slot = slotAt(help->pos())) {
        QToolTip::showText(help->globalPos(), cells_[*slot].tip, this);
    } else {
        QToolTip::hideText();
    }
    return true;
}

void SlotStrip::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setFont(look_.smallFont());
    painter.setPen(look_.theme().dimText);
    painter.drawText(QRect(look_.scaled(12), 0, width() - look_.scaled(24), captionHeight()),
                     Qt::AlignLeft | Qt::AlignVCenter, caption());
    painter.setFont(look_.codeFont());
    for (std::size_t slot = 0; slot < cells_.size(); ++slot) {
        const QRect rect = rectOf(slot);
        if (rect.isEmpty()) {
            break;
        }
        paintCell(painter, rect, lookOf(cells_[slot].kind, look_.theme()), Letters::WhereNeeded);
        if (hasFocus() && slot == current_) {
            painter.setPen(QPen(look_.theme().accent, 2));
            painter.setBrush(Qt::NoBrush);
            painter.drawRect(rect);
        }
    }
}

} // namespace fragscope
