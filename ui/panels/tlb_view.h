#pragma once

#include <QAbstractScrollArea>
#include <QString>

#include <cstdint>
#include <optional>
#include <vector>

namespace fragscope {

class Look;

enum class TlbSlotState : std::uint8_t { Empty, Fresh, Stale };

/// One slot of a translation look-aside buffer, as it is shown. Stale: the page tables in memory
/// say something else by now; the processor does not notice until the entry is dropped.
struct TlbSlotMark {
    TlbSlotState state = TlbSlotState::Empty;
    std::uint64_t vaddr = 0;
    std::uint64_t paddr = 0;
    QString truth; ///< of a stale entry: what the tables say ("not present", "frame 83")
    friend bool operator==(const TlbSlotMark&, const TlbSlotMark&) = default;
};

struct TlbMarks {
    std::uint32_t cpu = 0;
    std::vector<TlbSlotMark> cells;
    friend bool operator==(const TlbMarks&, const TlbMarks&) = default;
};

/// The TLB of each CPU as a strip of cells; stale entries carry an exclamation mark and are spelled
/// out below. Clicking a cell, or the arrow keys, selects its page.
class TlbView : public QAbstractScrollArea {
    Q_OBJECT

public:
    explicit TlbView(Look& look, QWidget* parent = nullptr);

    void show(std::vector<TlbMarks> cpus);

    [[nodiscard]] std::uint64_t staleCount() const;

    /// For two CPUs of 64 entries and so many lines on stale ones.
    [[nodiscard]] int heightFor(int width, int staleLines) const;

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

Q_SIGNALS:
    void pageSelected(quint64 vaddr);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override; ///< left and right: the next translation
    bool viewportEvent(QEvent* event) override;

private:
    void layOut();
    [[nodiscard]] int cellSide() const;
    [[nodiscard]] int cellSideFor(int width) const;
    [[nodiscard]] int labelWidth() const;
    [[nodiscard]] int blockHeight(const TlbMarks& cpu) const; ///< strip and spelled-out lines
    [[nodiscard]] int stripHeight(const TlbMarks& cpu) const;
    [[nodiscard]] QRect cellRect(int top, std::size_t slot) const;
    [[nodiscard]] const TlbSlotMark* slotAt(QPoint point) const;
    void paintCpu(QPainter& painter, const TlbMarks& cpu, int top) const;
    void paintStale(QPainter& painter, const TlbMarks& cpu, int top) const;

    Look& look_;
    std::vector<TlbMarks> cpus_;
    std::optional<std::size_t> current_; ///< slot that the keys are at, counted over all CPUs
};

} // namespace fragscope
