#pragma once

#include "fragscope/ui/panels/chain_view.h"

#include <QScrollArea>

namespace fragscope {

/// The lists or gaps of the segment heap; scrolls where there are many rows.
class HeapPanel : public QScrollArea {
    Q_OBJECT

public:
    explicit HeapPanel(Look& look, QWidget* parent = nullptr);

    [[nodiscard]] ChainView& rows() const { return *rows_; }

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    Look& look_;
    ChainView* rows_;
};

} // namespace fragscope
