#include "fragscope/ui/panels/listing_view.h"

#include "fragscope/ui/theme/look.h"
#include "fragscope/ui/widgets/text.h"

#include <QPainter>
#include <QScrollBar>

#include <algorithm>

namespace fragscope {

QStringList wrappedLine(const QString& line, int columns) {
    qsizetype indent = 0;
    while (indent < line.size() && line.at(indent) == QLatin1Char(' ')) {
        ++indent;
    }
    const QString deeper(std::min<qsizetype>(indent + 2, columns / 3), QLatin1Char(' '));
    QStringList parts;
    QString rest = line;
    while (rest.size() > columns) {
        qsizetype cut = rest.lastIndexOf(QLatin1Char(' '), columns);
        if (cut <= deeper.size()) {
            cut = columns; // one word longer than the line
        }
        parts << rest.left(cut);
        rest = deeper + rest.mid(cut).trimmed();
    }
    return parts << rest;
}

ListingView::ListingView(Look& look, QWidget* parent) : QAbstractScrollArea(parent), look_(look) {
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    viewport()->setAutoFillBackground(false);
    connect(&look_, &Look::changed, this, &ListingView::layOut);
}

void ListingView::setEmptyText(const QString& text) {
    emptyText_ = text;
    viewport()->update();
}

void ListingView::show(const Listing* listing, std::uint16_t line, LineMark mark) {
    const bool otherListing = listing != listing_;
    listing_ = listing;
    line_ = line;
    mark_ = mark;
    if (otherListing) {
        layOut();
    }
    keepInSight();
    QString spoken = emptyText_;
    if (listing_ != nullptr && line_ > 0 && line_ <= listing_->lines.size()) {
        spoken = tr("line %1: %2").arg(line_).arg(qt(listing_->lines[line_ - 1U]).trimmed());
    }
    setAccessibleDescription(spoken);
    viewport()->update();
}

int ListingView::rowHeight() const {
    return QFontMetrics(look_.codeFont()).height() + look_.scaled(3);
}

int ListingView::gutter() const {
    return look_.scaled(10) +
           4 * QFontMetrics(look_.codeFont()).horizontalAdvance(QLatin1Char('m'));
}

void ListingView::layOut() {
    rows_.clear();
    const int letter = QFontMetrics(look_.codeFont()).horizontalAdvance(QLatin1Char('m'));
    const int columns = std::max(12, (viewport()->width() - gutter() - look_.scaled(6)) / letter);
    const std::size_t lines = listing_ == nullptr ? 0 : listing_->lines.size();
    for (std::size_t i = 0; i < lines; ++i) {
        bool first = true;
        for (const QString& part : wrappedLine(qt(listing_->lines[i]), columns)) {
            rows_.push_back({static_cast<std::uint16_t>(i + 1), first, part});
            first = false;
        }
    }
    verticalScrollBar()->setPageStep(rowsInSight());
    verticalScrollBar()->setRange(0, std::max(0, static_cast<int>(rows_.size()) - rowsInSight()));
    updateGeometry();
    viewport()->update();
}

int ListingView::rowsInSight() const {
    return std::max(1, (viewport()->height() - look_.scaled(4)) / rowHeight());
}

void ListingView::keepInSight() {
    const auto current = std::find_if(rows_.begin(), rows_.end(),
                                      [this](const Row& row) { return row.line == line_; });
    if (current == rows_.end()) {
        return;
    }
    const int row = static_cast<int>(current - rows_.begin());
    const int value = verticalScrollBar()->value();
    const int below = std::min(2, rowsInSight() / 3); // lines shown after the current one
    if (row - 1 < value) {
        verticalScrollBar()->setValue(row - 1);
    } else if (row + below >= value + rowsInSight()) {
        verticalScrollBar()->setValue(row + below + 1 - rowsInSight());
    }
}

void ListingView::resizeEvent(QResizeEvent*) {
    layOut();
    keepInSight();
}

QSize ListingView::sizeHint() const {
    const int rows = rows_.empty() ? 4 : static_cast<int>(rows_.size());
    return {look_.scaled(300), rows * rowHeight() + look_.scaled(8)};
}

QSize ListingView::minimumSizeHint() const {
    return {look_.scaled(180), 2 * rowHeight() + look_.scaled(6)};
}

void ListingView::paintRow(QPainter& painter, const Row& row, const QRect& rect) const {
    const Theme& theme = look_.theme();
    const bool current = row.line == line_ && mark_ != LineMark::None;
    if (current) {
        const bool waits = mark_ == LineMark::Waiting;
        painter.fillRect(rect, waits ? theme.accentSoft : theme.alertSoft);
        painter.fillRect(QRect(rect.left(), rect.top(), look_.scaled(4), rect.height()),
                         waits ? theme.accent : theme.alert);
    }
    painter.setFont(look_.codeFont());
    const int letter = painter.fontMetrics().horizontalAdvance(QLatin1Char('m'));
    const int left = rect.left() + look_.scaled(8);
    if (row.first) {
        painter.setPen(current ? theme.text : theme.dimText);
        painter.drawText(QRect(left, rect.top(), 2 * letter, rect.height()),
                         Qt::AlignRight | Qt::AlignVCenter, QString::number(row.line));
        if (current) {
            painter.drawText(
                QRect(left + 2 * letter, rect.top(), 2 * letter, rect.height()), Qt::AlignCenter,
                mark_ == LineMark::Waiting ? QStringLiteral("\u2016") : QStringLiteral("\u25b6"));
        }
    }
    painter.setPen(theme.text);
    painter.drawText(rect.adjusted(gutter(), 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, row.text);
}

void ListingView::paintEvent(QPaintEvent*) {
    QPainter painter(viewport());
    if (rows_.empty()) {
        painter.setFont(look_.textFont());
        painter.setPen(look_.theme().dimText);
        const int side = look_.scaled(12);
        painter.drawText(viewport()->rect().adjusted(side, look_.scaled(6), -side, 0),
                         Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, emptyText_);
        return;
    }
    const int first = verticalScrollBar()->value();
    for (int i = 0; i < rowsInSight() && first + i < static_cast<int>(rows_.size()); ++i) {
        paintRow(painter, rows_[static_cast<std::size_t>(first + i)],
                 QRect(0, look_.scaled(4) + i * rowHeight(), viewport()->width(), rowHeight()));
    }
    if (hasFocus()) {
        painter.setPen(look_.theme().accent);
        painter.drawRect(viewport()->rect().adjusted(0, 0, -1, -1));
    }
}

} // namespace fragscope
