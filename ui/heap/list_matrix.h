#pragma once

#include "fragscope/view/heap/heap_view.h"

#include <QWidget>

#include <optional>
#include <vector>

namespace fragscope {

class Look;

/// Lists with two indices as a matrix, rows by the first one: a cell is filled if its list has a
/// block, which is what the bit of the list says. A click chooses the first block of a list.
class ListMatrix : public QWidget {
    Q_OBJECT

public:
    struct Cell {
        std::uint32_t row = 0;
        std::uint32_t column = 0;
        std::uint64_t blocks = 0;
        std::uint64_t least = 0; ///< bytes of its smallest block
        std::uint64_t first = 0; ///< address of the first one
    };

    explicit ListMatrix(Look& look, QWidget* parent = nullptr);

    /// Rows from the lowest to the highest one that has a block.
    void show(const HeapView& heap);

    [[nodiscard]] const std::vector<Cell>& cells() const { return cells_; }

    [[nodiscard]] QRect rectOf(std::uint32_t row, std::uint32_t column) const;

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

Q_SIGNALS:
    void chosen(quint64 address);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    bool event(QEvent* event) override;

private:
    [[nodiscard]] const Cell* cellAt(QPoint point) const;
    [[nodiscard]] int rowHeight() const;
    [[nodiscard]] int labelWidth() const;

    [[nodiscard]] int rows() const { return static_cast<int>(lastRow_ - firstRow_) + 1; }

    Look& look_;
    QString name_;
    std::vector<Cell> cells_;
    std::uint32_t firstRow_ = 0;
    std::uint32_t lastRow_ = 0;
    std::uint32_t columns_ = 1;
};

} // namespace fragscope
