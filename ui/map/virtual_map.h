#pragma once

#include "fragscope/ui/map/bar_layout.h"
#include "fragscope/ui/map/flight.h"
#include "fragscope/ui/map/page_strip.h"

#include <QString>
#include <QWidget>

#include <optional>
#include <vector>

namespace fragscope {

class FrameClock;
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

/// Where the stack pointer of a thread points.
struct StackMark {
    std::uint32_t task = 0;
    std::uint64_t rsp = 0;

    friend bool operator==(const StackMark&, const StackMark&) = default;
};

/// The address space of the chosen process: a bar for each entry of its memory map with its label,
/// start addresses above, the latest accesses below. Areas of demand, and pages outside of the map,
/// are strips of cells that show the state of each page. Clicking or the arrow keys select a page.
class VirtualMap : public QWidget {
    Q_OBJECT

public:
    VirtualMap(Look& look, FrameClock& clock, QWidget* parent = nullptr);

    /// `extents` of the map, ascending; `pages` of the same process; `accesses` latest first.
    void show(const std::vector<Extent>& extents,
              PageStates pages,
              const std::vector<AccessMark>& accesses);

    /// A line for the stack pointer of each thread; what lies below it, to its left, is dead but
    /// for the red zone.
    void showStacks(std::vector<StackMark> stacks);

    [[nodiscard]] const std::vector<StackMark>& stacks() const { return stacks_; }

    /// Where the line of a stack pointer is; also at the very end of an area, where an empty stack
    /// has it.
    [[nodiscard]] std::optional<double> xOfStack(const StackMark& stack) const;

    /// Outlines pages whose state was changed just now.
    void pulse(std::vector<Pulse> pulses);

    [[nodiscard]] const std::vector<Pulse>& pulses() const { return pulses_; }

    /// Whether it needs the clock's ticks.
    [[nodiscard]] bool animated() const { return fading(pulses_); }

    /// The cells of all strips as painted.
    [[nodiscard]] const std::vector<PageCell>& cells() const { return cells_; }

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
    void onTick();
    void select(std::uint64_t vaddr);
    [[nodiscard]] QString tipAt(QPoint place) const;
    void paintCells(QPainter& painter) const;
    void paintPulses(QPainter& painter) const;
    void paintStacks(QPainter& painter) const;
    void paintBar(QPainter& painter, const Bar& bar, std::size_t index) const;
    void paintPages(QPainter& painter, const Bar& bar, const QRectF& rect) const;
    void paintAddresses(QPainter& painter) const;
    void paintAccesses(QPainter& painter) const;
    void paintLatest(QPainter& painter, double x, const AccessMark& mark) const;
    void paintSelection(QPainter& painter) const;
    [[nodiscard]] QRectF rectOf(const Bar& bar) const;

    Look& look_;
    FrameClock& clock_;
    std::vector<Extent> mapped_;  ///< the map's own
    std::vector<Extent> extents_; ///< also those outside of the map
    PageStates pages_;
    std::vector<PageCell> cells_;
    std::vector<Pulse> pulses_;
    std::vector<StackMark> stacks_;
    std::vector<AccessMark> accesses_;
    BarLayout bars_;
    std::optional<std::uint64_t> selected_;
};

/// An address in two groups of four hexadecimal digits at least: "1235 9000", "7 1235 9000".
QString groupedHex(std::uint64_t address);

/// The name of a bar, as long as it may be: "O  old block", "E  no access", "outside the map".
QString barName(const Extent& extent);

} // namespace fragscope
