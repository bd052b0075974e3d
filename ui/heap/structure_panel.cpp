#include "fragscope/ui/heap/structure_panel.h"

#include "fragscope/ui/model/heap_rows.h"
#include "fragscope/ui/theme/look.h"

#include <QVBoxLayout>

namespace fragscope {

StructurePanel::StructurePanel(Look& look, QWidget* parent)
    : QScrollArea(parent), look_(look), matrix_(new ListMatrix(look)), cells_(new PageCells(look)),
      rows_(new ChainView(look)) {
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    setFocusPolicy(Qt::NoFocus); // the rows have it
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    rows_->setAccessibleName(tr("Free structures of the heap"));
    auto* whole = new QWidget;
    auto* column = new QVBoxLayout(whole);
    column->setContentsMargins(0, look.scaled(2), 0, 0);
    column->setSpacing(look.scaled(4));
    column->addWidget(matrix_);
    column->addWidget(cells_);
    column->addWidget(rows_);
    column->addStretch(1);
    setWidget(whole);
    viewport()->setAutoFillBackground(false); // the card is behind
    whole->setAutoFillBackground(false);
    connect(matrix_, &ListMatrix::chosen, this, &StructurePanel::chosen);
    connect(cells_, &PageCells::chosen, this, &StructurePanel::chosen);
    connect(rows_, &ChainView::chosen, this, &StructurePanel::chosen);
    connect(rows_, &ChainView::rowEntered, this, [this](QRect row) {
        ensureVisible(0, rows_->y() + row.center().y(), 0, row.height());
    });
    show(nullptr, std::nullopt);
}

void StructurePanel::show(const HeapViewRef& heap, std::optional<VirtAddr> selected) {
    const bool pages = heap != nullptr && heap->compactFit.has_value();
    matrix_->setVisible(heap != nullptr && !pages && hasMatrix(*heap));
    cells_->setVisible(pages);
    if (heap == nullptr) {
        rows_->show({});
    } else if (pages) {
        cells_->show(heap, selected);
        rows_->show(compactFitRows(*heap, selected));
    } else {
        if (hasMatrix(*heap)) {
            matrix_->show(*heap);
        }
        rows_->show(heapListRows(*heap));
    }
}

QSize StructurePanel::sizeHint() const {
    return {look_.scaled(320), look_.scaled(160)};
}

QSize StructurePanel::minimumSizeHint() const {
    return {look_.scaled(180), look_.scaled(38)};
}

} // namespace fragscope
