#pragma once

#include "fragscope/ui/theme/cell_look.h"

#include <QWidget>

#include <cstdint>
#include <optional>
#include <vector>

namespace fragscope {

class Look;

/// What a slot of the swap device holds.
enum class SlotKind : std::uint8_t {
    Free,
    Own,   ///< a page of the chosen process that has no frame
    Other, ///< the same of another process
    Kept,  ///< in use, but no page is there only: a resident page has a copy here
};

struct SlotCell {
    SlotKind kind = SlotKind::Free;
    QString tip;               ///< in words
    std::uint32_t process = 0; ///< whose page; 0 = nobody's
    std::uint64_t vaddr = 0;   ///< of that page
};

/// The slots of the swap device, lowest first, a small cell each, in as many rows as there is room
/// for; slots that do not fit are left out, which the caption says. A click, or the arrow keys and
/// Enter, choose the page in a slot.
class SlotStrip : public QWidget {
    Q_OBJECT

public:
    static constexpr int rows = 2;
    static constexpr std::size_t mostCells = 2048;

    explicit SlotStrip(Look& look, QWidget* parent = nullptr);

    /// `all`: number of slots, of which `cells` are the lowest; `free` of them are free.
    void show(std::vector<SlotCell> cells, std::uint64_t all, std::uint64_t free);

    [[nodiscard]] const std::vector<SlotCell>& cells() const { return cells_; }

    /// Where a slot is painted; empty if it does not fit.
    [[nodiscard]] QRect rectOf(std::size_t slot) const;

    [[nodiscard]] QString caption() const;

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

Q_SIGNALS:
    void chosen(quint32 process, quint64 vaddr);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    void choose(std::size_t slot);
    [[nodiscard]] int side() const; ///< of a cell
    [[nodiscard]] int captionHeight() const;
    [[nodiscard]] std::size_t perRow() const;
    [[nodiscard]] std::optional<std::size_t> slotAt(QPoint place) const;

    Look& look_;
    std::vector<SlotCell> cells_;
    std::uint64_t all_ = 0;
    std::uint64_t free_ = 0;
    std::size_t current_ = 0; ///< of the keyboard
};

/// What a slot looks like: as the page in it in the map of pages.
CellLook lookOf(SlotKind kind, const Theme& theme);

} // namespace fragscope
