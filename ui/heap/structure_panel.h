#pragma once

#include "fragscope/ui/heap/list_matrix.h"
#include "fragscope/ui/heap/page_cells.h"
#include "fragscope/ui/panels/chain_view.h"

#include <QScrollArea>

namespace fragscope {

/// The free structures of an allocator: a matrix where lists have two indices, the page-blocks of a
/// page for Compact-fit, and rows of lists or size classes; scrolls where there are many.
class StructurePanel : public QScrollArea {
    Q_OBJECT

public:
    explicit StructurePanel(Look& look, QWidget* parent = nullptr);

    /// Null: nothing to show.
    void show(const HeapViewRef& heap, std::optional<VirtAddr> selected);

    [[nodiscard]] ChainView& rows() const { return *rows_; }

    [[nodiscard]] ListMatrix& matrix() const { return *matrix_; }

    [[nodiscard]] PageCells& cells() const { return *cells_; }

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

Q_SIGNALS:
    void chosen(quint64 address);

private:
    Look& look_;
    ListMatrix* matrix_;
    PageCells* cells_;
    ChainView* rows_;
};

} // namespace fragscope
