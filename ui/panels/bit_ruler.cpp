#include "fragscope/ui/panels/bit_ruler.h"

#include "fragscope/ui/theme/look.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>

namespace fragscope {

BitRuler::BitRuler(Look& look, QWidget* parent) : QWidget(parent), look_(look) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Bits of the page-table entry"));
    connect(&look_, &Look::changed, this, [this] { updateGeometry(); });
}

void BitRuler::show(std::optional<std::uint64_t> entry, const std::optional<PageEntry>& spilled) {
    if (entry_ != entry || spilled_ != spilled) {
        entry_ = entry;
        spilled_ = spilled;
        boxes_ = entry ? rulerOf(*entry, spilled) : std::vector<RulerBox>();
        setAccessibleDescription(entry ? flagsInWords(*entry) : tr("no entry"));
        update();
    }
}

QSize BitRuler::sizeHint() const {
    const int line = QFontMetrics(look_.smallFont()).height();
    return {look_.scaled(240), 2 * line + look_.scaled(18)};
}

bool BitRuler::narrow() const {
    return width() < look_.scaled(370);
}

double BitRuler::unitsOf(std::size_t box) const {
    return boxes_.at(box).minor && narrow() ? 0 : boxes_.at(box).units;
}

double BitRuler::unitWidth() const {
    double units = 0;
    for (std::size_t i = 0; i < boxes_.size(); ++i) {
        units += unitsOf(i);
    }
    return std::min((width() - look_.scaled(24)) / units, static_cast<double>(look_.scaled(30)));
}

QRectF BitRuler::rectOf(std::size_t box) const {
    double units = 0;
    for (std::size_t i = 0; i < box; ++i) {
        units += unitsOf(i);
    }
    const double left = look_.scaled(12) + units * unitWidth();
    return {left, static_cast<double>(look_.scaled(8)), unitsOf(box) * unitWidth() - 2,
            static_cast<double>(height() - look_.scaled(12))};
}

bool BitRuler::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) {
        return QWidget::event(event);
    }
    const auto* help = static_cast<const QHelpEvent*>(event);
    for (std::size_t i = 0; i < boxes_.size(); ++i) {
        const RulerBox& box = boxes_[i];
        if (rectOf(i).contains(help->pos())) {
            const QString bits = box.bits == 1
                                     ? tr("bit %1").arg(box.low)
                                     : tr("bits %1 to %2").arg(box.low + box.bits - 1).arg(box.low);
            const QString words =
                box.meaning.isEmpty() ? QString() : QStringLiteral(": ") + box.meaning;
            QToolTip::showText(help->globalPos(), box.name + QStringLiteral(", ") + bits + words,
                               this);
            return true;
        }
    }
    QToolTip::hideText();
    return true;
}

void BitRuler::paintEvent(QPaintEvent*) {
    const Theme& theme = look_.theme();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    for (std::size_t i = 0; i < boxes_.size(); ++i) {
        if (unitsOf(i) == 0) {
            continue;
        }
        const RulerBox& box = boxes_[i];
        const QRectF rect = rectOf(i).adjusted(0.5, 0.5, 0.5, -0.5);
        const QColor fill = box.set ? theme.accent : box.bits > 1 ? theme.accentSoft : theme.field;
        painter.setPen(box.set ? theme.accent : theme.border);
        painter.setBrush(fill);
        painter.drawRoundedRect(rect, 3, 3);
        painter.setPen(box.set ? theme.onAccent : theme.text);
        const QRectF upper(rect.left(), rect.top(), rect.width(), rect.height() / 2);
        painter.setFont(look_.smallFont());
        painter.drawText(upper, Qt::AlignCenter, box.name);
        QFont bold = look_.smallFont();
        bold.setBold(true);
        painter.setFont(bold);
        painter.drawText(upper.translated(0, rect.height() / 2), Qt::AlignCenter, box.value);
    }
}

} // namespace fragscope
