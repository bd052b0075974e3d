#include "fragscope/ui/panels/chain_view.h"

#include "fragscope/ui/theme/look.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QStringList>

#include <algorithm>

namespace fragscope {

ChainView::ChainView(Look& look, QWidget* parent) : QWidget(parent), look_(look) {
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(&look_, &Look::changed, this, [this] {
        updateGeometry();
        update();
    });
}

void ChainView::show(std::vector<ChainRow> rows) {
    const bool otherHeight = rows.size() != rows_.size();
    rows_ = std::move(rows);
    QStringList words;
    for (const ChainRow& row : rows_) {
        words << row.name + QStringLiteral(": ") + row.note;
    }
    setAccessibleDescription(words.join(QStringLiteral("; ")));
    row_ = std::min(row_, rows_.empty() ? 0 : rows_.size() - 1);
    if (otherHeight) {
        updateGeometry();
    }
    update();
}

int ChainView::rowHeight() const {
    return QFontMetrics(look_.smallFont()).height() + look_.scaled(4);
}

QSize ChainView::minimumSizeHint() const {
    return {look_.scaled(160),
            static_cast<int>(std::max<std::size_t>(1, rows_.size())) * rowHeight() +
                look_.scaled(4)};
}

QSize ChainView::sizeHint() const {
    return {look_.scaled(400), minimumSizeHint().height()};
}

int ChainView::linksLeft() const {
    const QFontMetrics metrics(look_.smallFont());
    int widest = 0;
    for (const ChainRow& row : rows_) {
        widest =
            std::max(widest, metrics.horizontalAdvance(row.name + QStringLiteral("  ") + row.note));
    }
    return look_.scaled(12) + std::min(widest, width() / 2) + look_.scaled(12);
}

QRect ChainView::rectOf(std::size_t row, std::size_t link) const {
    const QFontMetrics metrics(look_.smallFont());
    const std::vector<ChainLink>& links = rows_.at(row).links;
    const int gap = look_.scaled(rows_[row].arrows ? 12 : 3);
    int x = linksLeft();
    for (std::size_t i = 0; i <= link && i < links.size(); ++i) {
        const int wide = metrics.horizontalAdvance(links[i].text) + look_.scaled(8);
        const int room = width() - look_.scaled(12) - (i + 1 < links.size() ? gap : 0);
        if (x + wide > room) {
            return {};
        }
        if (i == link) {
            return {x, static_cast<int>(row) * rowHeight() + 1, wide, rowHeight() - 2};
        }
        x += wide + gap;
    }
    return {};
}

void ChainView::choose(std::size_t row, std::size_t link) {
    row_ = row;
    link_ = link;
    Q_EMIT chosen(rows_.at(row).links.at(link).id);
    update();
}

void ChainView::mousePressEvent(QMouseEvent* event) {
    for (std::size_t row = 0; row < rows_.size(); ++row) {
        for (std::size_t link = 0; link < rows_[row].links.size(); ++link) {
            if (rectOf(row, link).contains(event->pos())) {
                choose(row, link);
                return;
            }
        }
    }
}

void ChainView::keyPressEvent(QKeyEvent* event) {
    if (rows_.empty()) {
        QWidget::keyPressEvent(event);
        return;
    }
    switch (event->key()) {
    case Qt::Key_Up:
        row_ = row_ == 0 ? 0 : row_ - 1;
        break;
    case Qt::Key_Down:
        row_ = std::min(row_ + 1, rows_.size() - 1);
        break;
    case Qt::Key_Left:
        link_ = link_ == 0 ? 0 : link_ - 1;
        break;
    case Qt::Key_Right:
        ++link_;
        break;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (link_ < rows_[row_].links.size()) {
            choose(row_, link_);
        }
        return;
    default:
        QWidget::keyPressEvent(event);
        return;
    }
    const std::size_t links = rows_[row_].links.size();
    link_ = std::min(link_, links == 0 ? 0 : links - 1);
    while (link_ > 0 && rectOf(row_, link_).isEmpty()) {
        --link_;
    }
    Q_EMIT rowEntered({0, static_cast<int>(row_) * rowHeight(), width(), rowHeight()});
    update();
}

void ChainView::paintRow(QPainter& painter, std::size_t row) const {
    const Theme& theme = look_.theme();
    const ChainRow& chain = rows_[row];
    const int top = static_cast<int>(row) * rowHeight();
    const QFontMetrics metrics = painter.fontMetrics();
    const QRect head(look_.scaled(12), top, linksLeft() - look_.scaled(24), rowHeight());
    const QString name = chain.name + QStringLiteral("  ");
    painter.setPen(theme.text);
    painter.drawText(head, Qt::AlignLeft | Qt::AlignVCenter, name);
    painter.setPen(chain.wrong ? theme.bad : theme.dimText);
    const QRect rest = head.adjusted(metrics.horizontalAdvance(name), 0, 0, 0);
    painter.drawText(rest, Qt::AlignLeft | Qt::AlignVCenter,
                     metrics.elidedText(chain.note, Qt::ElideRight, rest.width() + 1));
    for (std::size_t link = 0; link < chain.links.size(); ++link) {
        const QRect rect = rectOf(row, link);
        if (rect.isEmpty()) {
            return;
        }
        const bool focused = hasFocus() && row == row_ && link == link_;
        painter.setPen(QPen(focused ? theme.accent : theme.border, focused ? 2 : 1));
        painter.setBrush(chain.links[link].filled ? theme.accentSoft : theme.field);
        painter.drawRoundedRect(rect.adjusted(0, 0, -1, -1), 3, 3);
        painter.setPen(theme.text);
        painter.drawText(rect, Qt::AlignCenter, chain.links[link].text);
        if (link + 1 < chain.links.size()) {
            const bool cut = rectOf(row, link + 1).isEmpty();
            const QString sign = cut            ? QStringLiteral("\u2026")
                                 : chain.arrows ? QStringLiteral("\u2192")
                                                : QString();
            painter.setPen(theme.dimText);
            painter.drawText(QRect(rect.right(), rect.top(), look_.scaled(13), rect.height()),
                             Qt::AlignCenter, sign);
        }
    }
}

void ChainView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setFont(look_.smallFont());
    for (std::size_t row = 0; row < rows_.size(); ++row) {
        paintRow(painter, row);
    }
}

} // namespace fragscope
