#include "fragscope/ui/panels/bit_ruler.h"

#include "fragscope/ui/panels/pte_bits.h"
#include "fragscope/ui/theme/look.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>

namespace fragscope {

namespace {

bool isFrame(const PteBitField& field) {
    return field.count == 40;
}

bool isAvailable(const PteBitField& field) {
    return field.count > 1 && !isFrame(field);
}

QString valueText(const PteBitField& field, std::uint64_t entry) {
    const std::uint64_t value = field.valueIn(entry);
    return isFrame(field) ? QStringLiteral("0x%1").arg(value, 5, 16, QLatin1Char('0'))
                          : QString::number(value, 16);
}

} // namespace

BitRuler::BitRuler(Look& look, QWidget* parent) : QWidget(parent), look_(look) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Bits of the page-table entry"));
    connect(&look_, &Look::changed, this, [this] { updateGeometry(); });
}

void BitRuler::show(std::optional<std::uint64_t> entry) {
    if (entry_ != entry) {
        entry_ = entry;
        setAccessibleDescription(entry ? flagsInWords(*entry) : tr("no entry"));
        update();
    }
}

QSize BitRuler::sizeHint() const {
    const int line = QFontMetrics(look_.smallFont()).height();
    return {look_.scaled(240), 2 * line + look_.scaled(18)};
}

bool BitRuler::narrow() const {
    return width() < look_.scaled(300);
}

double BitRuler::unitsOf(std::size_t field) const {
    if (isFrame(entryFields.at(field))) {
        return 3.2;
    }
    return isAvailable(entryFields.at(field)) && narrow() ? 0 : 1;
}

double BitRuler::unitWidth() const {
    double units = 0;
    for (std::size_t i = 0; i < entryFields.size(); ++i) {
        units += unitsOf(i);
    }
    return std::min((width() - look_.scaled(24)) / units, static_cast<double>(look_.scaled(30)));
}

QRectF BitRuler::boxOf(std::size_t field) const {
    double units = 0;
    for (std::size_t i = 0; i < field; ++i) {
        units += unitsOf(i);
    }
    const double left = look_.scaled(12) + units * unitWidth();
    return {left, static_cast<double>(look_.scaled(8)), unitsOf(field) * unitWidth() - 2,
            static_cast<double>(height() - look_.scaled(12))};
}

bool BitRuler::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) {
        return QWidget::event(event);
    }
    const auto* help = static_cast<const QHelpEvent*>(event);
    for (std::size_t i = 0; i < entryFields.size(); ++i) {
        const PteBitField& field = entryFields.at(i);
        if (entry_ && boxOf(i).contains(help->pos())) {
            const char* meaning =
                field.valueIn(*entry_) != 0 ? field.meaningOne : field.meaningZero;
            const QString bits =
                field.count == 1
                    ? tr("bit %1").arg(field.low)
                    : tr("bits %1 to %2").arg(field.low + field.count - 1).arg(field.low);
            const QString words =
                meaning == nullptr ? QString() : QStringLiteral(": ") + QLatin1String(meaning);
            QToolTip::showText(help->globalPos(),
                               QLatin1String(field.name) + QStringLiteral(", ") + bits + words,
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
    painter.setFont(look_.smallFont());
    for (std::size_t i = 0; i < entryFields.size(); ++i) {
        const PteBitField& field = entryFields.at(i);
        if (unitsOf(i) == 0) {
            continue;
        }
        const QRectF box = boxOf(i).adjusted(0.5, 0.5, 0.5, -0.5);
        const std::uint64_t entry = entry_.value_or(0);
        const bool set = field.count == 1 && field.valueIn(entry) != 0;
        const QColor fill = set ? theme.accent : isFrame(field) ? theme.accentSoft : theme.field;
        painter.setPen(set ? theme.accent : theme.border);
        painter.setBrush(fill);
        painter.drawRoundedRect(box, 3, 3);
        painter.setPen(set                  ? theme.onAccent
                       : !entry_            ? theme.dimText
                       : isAvailable(field) ? theme.dimText
                                            : theme.text);
        const QRectF upper(box.left(), box.top(), box.width(), box.height() / 2);
        painter.drawText(upper, Qt::AlignCenter, QLatin1String(field.name));
        if (entry_) {
            QFont bold = look_.smallFont();
            bold.setBold(true);
            painter.setFont(bold);
            painter.drawText(upper.translated(0, box.height() / 2), Qt::AlignCenter,
                             valueText(field, entry));
            painter.setFont(look_.smallFont());
        }
    }
}

} // namespace fragscope
