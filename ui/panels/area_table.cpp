#include "fragscope/ui/panels/area_table.h"

#include "fragscope/ui/theme/look.h"

#include <QHeaderView>
#include <QScopedValueRollback>
#include <QScrollBar>

namespace fragscope {

AreaTable::AreaTable(Look& look, QWidget* parent)
    : QTableView(parent), look_(look), model_(new AreaModel(this)) {
    setModel(model_);
    setAccessibleName(tr("Areas of the chosen process"));
    setFrameShape(QFrame::NoFrame);
    setShowGrid(false);
    setWordWrap(false);
    setTabKeyNavigation(false);
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setSelectionMode(QAbstractItemView::SingleSelection);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    verticalHeader()->hide();
    verticalHeader()->setMinimumSectionSize(4);
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    horizontalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    connect(&look_, &Look::changed, this, &AreaTable::layOutColumns);
    layOutColumns();
}

void AreaTable::show(std::vector<AreaView> areas, const SegmentBooksRef& books) {
    const QScopedValueRollback quiet(telling_, false);
    const int scrolled = verticalScrollBar()->value();
    model_->show(std::move(areas), books);
    verticalScrollBar()->setValue(scrolled);
    setSelected(selected_);
}

void AreaTable::setSelected(std::optional<std::uint64_t> vaddr) {
    const QScopedValueRollback quiet(telling_, false);
    const bool moved = selected_ != vaddr;
    selected_ = vaddr;
    const std::vector<AreaView>& areas = model_->areas();
    for (std::size_t row = 0; vaddr && row < areas.size(); ++row) {
        const std::uint64_t start = areas[row].start.value;
        if (*vaddr >= start && *vaddr - start < bytesOf(areas[row].pages).value) {
            const QModelIndex index = model_->index(static_cast<int>(row), 0);
            if (currentIndex().row() != index.row()) {
                selectionModel()->setCurrentIndex(index, QItemSelectionModel::ClearAndSelect |
                                                             QItemSelectionModel::Rows);
            }
            if (moved) {
                scrollTo(index);
            }
            return;
        }
    }
    selectionModel()->clear();
}

void AreaTable::currentChanged(const QModelIndex& current, const QModelIndex& previous) {
    QTableView::currentChanged(current, previous);
    if (telling_ && current.isValid()) {
        const auto row = static_cast<std::size_t>(current.row());
        selected_ = model_->areas().at(row).start.value;
        Q_EMIT areaSelected(*selected_);
    }
}

QSize AreaTable::sizeHint() const {
    return {look_.scaled(320), look_.scaled(160)};
}

QSize AreaTable::minimumSizeHint() const {
    return {look_.scaled(180), look_.scaled(38)};
}

void AreaTable::layOutColumns() {
    const QFontMetrics metrics(look_.textFont());
    const int start = metrics.horizontalAdvance(QStringLiteral("0000 0000")) + look_.scaled(16);
    const int pages = metrics.horizontalAdvance(QStringLiteral("00,000")) + look_.scaled(16);
    setColumnWidth(AreaModel::Start, start);
    setColumnWidth(AreaModel::Pages, pages);
    setColumnWidth(AreaModel::What,
                   std::max(look_.scaled(40), viewport()->width() - start - pages));
    verticalHeader()->setDefaultSectionSize(metrics.height() + look_.scaled(3));
    horizontalHeader()->setVisible(height() > 6 * (metrics.height() + look_.scaled(3)));
}

void AreaTable::resizeEvent(QResizeEvent* event) {
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

} // namespace fragscope
