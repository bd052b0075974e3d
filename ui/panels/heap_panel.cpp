#include "fragscope/ui/panels/heap_panel.h"

#include "fragscope/ui/theme/look.h"

namespace fragscope {

HeapPanel::HeapPanel(Look& look, QWidget* parent)
    : QScrollArea(parent), look_(look), rows_(new ChainView(look)) {
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    setFocusPolicy(Qt::NoFocus); // the rows have it
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    rows_->setAccessibleName(tr("Lists and gaps of the segment heap"));
    setWidget(rows_);
    viewport()->setAutoFillBackground(false); // the card is behind
    rows_->setAutoFillBackground(false);
    connect(rows_, &ChainView::rowEntered, this,
            [this](QRect row) { ensureVisible(0, row.center().y(), 0, row.height()); });
}

/// Whole rows only: what is left over becomes a margin.
void HeapPanel::resizeEvent(QResizeEvent* event) {
    QScrollArea::resizeEvent(event);
    const int spare = contentsRect().height() % rows_->rowHeight();
    if (spare != viewportMargins().bottom()) {
        setViewportMargins(0, 0, 0, spare);
    }
}

QSize HeapPanel::sizeHint() const {
    return {look_.scaled(320), look_.scaled(120)};
}

QSize HeapPanel::minimumSizeHint() const {
    return {look_.scaled(180), look_.scaled(38)};
}

} // namespace fragscope
