#pragma once

#include "fragscope/ui/map/bar_layout.h"

#include <QString>
#include <QWidget>

#include <optional>
#include <vector>

namespace fragscope {

class Look;

enum class AccessSort : std::uint8_t { Read, Write };

/// An access of an application, for the marks below the bars.
struct AccessMark {
    std::uint64_t vaddr = 0;
    std::uint64_t paddr = 0;
    std::uint8_t cpu = 0;
    AccessSort sort = AccessSort::Read;
    bool faulted = false; ///< it led nowhere; paddr means nothing
};

/// The address space of the chosen process: a bar for each entry of its memory map with its label,
/// start addresses above, the latest accesses below. Clicking or the arrow keys select a page.
class VirtualMap : public QWidget {
    Q_OBJECT

public:
    explicit VirtualMap(Look& look, QWidget* parent = nullptr);

    /// `accesses` latest first. `movingLabel` is true while a transfer block is in motion.
    void show(const std::vector<Extent>& extents, const std::vector<AccessMark>& accesses);

    void setSelected(std::optional<std::uint64_t> vaddr); ///< start of a page

    [[nodiscard]] std::optional<std::uint64_t> selected() const { return selected_; }

    [[nodiscard]] const BarLayout& bars() const { return bars_; }

    [[nodiscard]] QRect barArea() const; ///< where the bars are

    [[nodiscard]] QSize minimumSizeHint() const override;
    [[nodiscard]] QSize sizeHint() const override;

Q_SIGNALS:
    void pageSelected(quint64 vaddr);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    void layOut();
    void select(std::uint64_t vaddr);
    void paintBar(QPainter& painter, const Bar& bar, std::size_t index) const;
    void paintPages(QPainter& painter, const Bar& bar, const QRectF& rect) const;
    void paintAddresses(QPainter& painter) const;
    void paintAccesses(QPainter& painter) const;
    void paintLatest(QPainter& painter, double x, const AccessMark& mark) const;
    void paintSelection(QPainter& painter) const;
    [[nodiscard]] QRectF rectOf(const Bar& bar) const;

    Look& look_;
    std::vector<Extent> extents_;
    std::vector<AccessMark> accesses_;
    BarLayout bars_;
    std::optional<std::uint64_t> selected_;
};

/// An address in two groups of four hexadecimal digits at least: "1235 9000", "7 1235 9000".
QString groupedHex(std::uint64_t address);

/// The name of a bar, as long as it may be: "O  old block", "E  no access".
QString barName(const Extent& extent);

} // namespace fragscope
