#include "fragscope/ui/panels/event_table.h"

#include "fragscope/ui/theme/look.h"

#include <QComboBox>
#include <QHeaderView>
#include <QKeyEvent>
#include <QPainter>
#include <QStyledItemDelegate>

#include <array>

namespace fragscope {

namespace {

/// Paints what happened with its reason below, when the reason has no column.
class TwoLineDelegate : public QStyledItemDelegate {
public:
    TwoLineDelegate(Look& look, QTableView& table)
        : QStyledItemDelegate(&table), look_(look), table_(table) {}

    void paint(QPainter* painter,
               const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        const Theme& theme = look_.theme();
        if ((option.state & QStyle::State_Selected) != 0) {
            painter->fillRect(option.rect, theme.accentSoft);
        }
        const bool numbers = index.column() < EventModel::What;
        const bool twoLines = option.rect.height() > 3 * option.fontMetrics.height() / 2;
        const int side = look_.scaled(4);
        const QRect rect = option.rect.adjusted(side, 0, -side, 0);
        const int half = twoLines ? rect.height() / 2 : rect.height();
        const QRect upper(rect.left(), rect.top(), rect.width(), half);
        painter->setFont(numbers ? look_.codeFont() : look_.textFont());
        painter->setPen(numbers || index.column() == EventModel::Why ? theme.dimText : theme.text);
        if (index.column() == EventModel::Why) {
            painter->setFont(look_.smallFont());
        }
        const QString text = index.data().toString();
        const bool said = twoLines && index.column() == EventModel::What;
        const QString why =
            said ? index.siblingAtColumn(EventModel::Why).data().toString() : QString();
        if (said && why.isEmpty()) {
            painter->drawText(rect, Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, text);
            return;
        }
        drawLine(*painter, upper, text, numbers ? Qt::AlignRight : Qt::AlignLeft);
        if (said) {
            painter->setFont(look_.smallFont());
            painter->setPen(theme.dimText);
            drawLine(*painter, upper.translated(0, half - look_.scaled(1)), why, Qt::AlignLeft);
        }
    }

private:
    static void
    drawLine(QPainter& painter, const QRect& rect, const QString& text, Qt::Alignment align) {
        painter.drawText(rect, static_cast<int>(align | Qt::AlignVCenter),
                         painter.fontMetrics().elidedText(text, Qt::ElideRight, rect.width()));
    }

    Look& look_;
    QTableView& table_;
};

} // namespace

EventTable::EventTable(Look& look, QWidget* parent)
    : QTableView(parent), look_(look), model_(new EventModel(this)) {
    setModel(model_);
    setItemDelegate(new TwoLineDelegate(look_, *this));
    setAccessibleName(tr("Event log"));
    setFrameShape(QFrame::NoFrame);
    setShowGrid(false);
    setWordWrap(false);
    setTabKeyNavigation(false);
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setSelectionMode(QAbstractItemView::SingleSelection);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setVerticalScrollMode(QAbstractItemView::ScrollPerItem);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    horizontalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    connect(this, &QTableView::doubleClicked, this,
            [this](const QModelIndex& index) { Q_EMIT seekWanted(model_->seqOf(index.row())); });
    connect(&look_, &Look::changed, this, &EventTable::applyLook);
    applyLook();
}

void EventTable::show(const EventLog& log, std::uint64_t cursor, std::uint64_t runNumber) {
    model_->show(log, cursor, runNumber);
}

QComboBox* EventTable::makeFilter() {
    auto* filter = new QComboBox;
    filter->setAccessibleName(tr("Class of events shown"));
    for (std::size_t i = 0; i < eventClassCount; ++i) {
        filter->addItem(nameOf(static_cast<EventClass>(i)));
    }
    connect(filter, &QComboBox::currentIndexChanged, this, [this](int index) {
        model_->setClass(static_cast<EventClass>(index));
        scrollToTop();
    });
    return filter;
}

QSize EventTable::sizeHint() const {
    return {look_.scaled(320), look_.scaled(260)};
}

QSize EventTable::minimumSizeHint() const {
    return {look_.scaled(180), look_.scaled(24)};
}

void EventTable::applyLook() {
    layOutColumns();
    viewport()->update();
}

void EventTable::layOutColumns() {
    const QFontMetrics metrics(look_.codeFont());
    const int wide = viewport()->width();
    const bool room = wide > look_.scaled(620);
    setColumnHidden(EventModel::Time, !room);
    setColumnHidden(EventModel::Cpu, true); // the description says it
    setColumnHidden(EventModel::Why, !room);
    horizontalHeader()->setVisible(room);
    const int seq = metrics.horizontalAdvance(QStringLiteral("000,000")) + look_.scaled(12);
    const int time =
        room ? metrics.horizontalAdvance(QStringLiteral("000,000,000")) + look_.scaled(12) : 0;
    const int rest = wide - seq - time;
    setColumnWidth(EventModel::Seq, seq);
    setColumnWidth(EventModel::Time, time);
    setColumnWidth(EventModel::What, room ? rest * 2 / 5 : rest);
    setColumnWidth(EventModel::Why, rest - rest * 2 / 5);
    const int line = metrics.height() + look_.scaled(4);
    const int below = QFontMetrics(look_.smallFont()).height() + look_.scaled(3);
    verticalHeader()->setMinimumSectionSize(4);
    const bool high = viewport()->height() + viewportMargins().bottom() >= 5 * (line + below);
    verticalHeader()->setDefaultSectionSize(room || !high ? line : line + below);
}

void EventTable::resizeEvent(QResizeEvent* event) {
    QTableView::resizeEvent(event);
    layOutColumns();
    // Whole rows only: what is left over becomes a margin.
    const int room = viewport()->height() + viewportMargins().bottom();
    const int spare = room % verticalHeader()->defaultSectionSize();
    if (spare != viewportMargins().bottom()) {
        setViewportMargins(viewportMargins().left(), viewportMargins().top(),
                           viewportMargins().right(), spare);
    }
}

void EventTable::keyPressEvent(QKeyEvent* event) {
    const bool go = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (go && currentIndex().isValid()) {
        Q_EMIT seekWanted(model_->seqOf(currentIndex().row()));
        return;
    }
    QTableView::keyPressEvent(event);
}

} // namespace fragscope
