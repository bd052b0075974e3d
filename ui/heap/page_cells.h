#pragma once

#include "fragscope/view/heap/heap_view.h"

#include <QWidget>

#include <optional>

namespace fragscope {

class Look;

/// The page-blocks of a page of Compact-fit as cells, in rows. A click selects a block.
class PageCells : public QWidget {
    Q_OBJECT

public:
    explicit PageCells(Look& look, QWidget* parent = nullptr);

    /// The page that covers `selected`, else the newest one that is not full, else the first in
    /// use.
    void show(HeapViewRef heap, std::optional<VirtAddr> selected);

    /// Number of the page shown; nothing if no page is in use.
    [[nodiscard]] std::optional<std::uint64_t> page() const { return page_; }

    [[nodiscard]] const QString& title() const { return title_; }

    [[nodiscard]] QRect rectOf(std::uint64_t block) const;

    [[nodiscard]] bool hasHeightForWidth() const override { return true; }

    [[nodiscard]] int heightForWidth(int width) const override;

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

Q_SIGNALS:
    void chosen(quint64 address);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;

private:
    [[nodiscard]] std::optional<std::uint64_t> choosePage(std::optional<VirtAddr> selected) const;

    [[nodiscard]] const CompactFitPage& shown() const { return heap_->compactFit->pages[*page_]; }

    [[nodiscard]] const CompactFitClass& sizeClass() const {
        return heap_->compactFit->classes[shown().sizeClass];
    }

    [[nodiscard]] VirtAddr addressOf(std::uint64_t block) const;
    [[nodiscard]] int titleHeight() const;
    [[nodiscard]] int side() const;
    [[nodiscard]] int columnsFor(int width) const;

    Look& look_;
    HeapViewRef heap_;
    std::optional<VirtAddr> selected_;
    std::optional<std::uint64_t> page_;
    QString title_;
};

} // namespace fragscope
