#pragma once

#include "fragscope/ui/map/cell_grid.h"
#include "fragscope/ui/theme/cell_look.h"

#include <QFont>
#include <QImage>
#include <QRect>

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace fragscope {

/// The cells of a memory map as a picture. Each kind of cell is painted once as a tile; a cell is a
/// copy of its tile's pixels, so an update costs only the cells that changed. Invariant (tested):
/// after any updates the picture equals one painted from nothing.
class CellImage {
public:
    /// Starts anew with another grid or look; all cells are free.
    void reset(const CellGrid& grid, const Theme& theme, const QFont& font, Letters letters);

    /// Shows `kinds`, a FrameClass per frame; returns the rectangle that changed (empty if nothing
    /// did).
    QRect update(std::span<const std::uint8_t> kinds);

    [[nodiscard]] const CellGrid& grid() const { return grid_; }

    [[nodiscard]] const QImage& image() const { return image_; }

private:
    /// Eighths of a folded cell that are in use: tiles exist for 0 to 8.
    static constexpr unsigned levels = 8;

    struct Cell {
        std::uint8_t kind = 0;
        std::uint8_t level = levels;
        friend bool operator==(const Cell&, const Cell&) = default;
    };

    [[nodiscard]] Cell cellValue(std::span<const std::uint8_t> kinds, std::uint64_t index) const;
    [[nodiscard]] QImage
    tile(Cell cell, const Theme& theme, const QFont& font, Letters letters) const;
    void blit(const QImage& tile, QPoint place);

    CellGrid grid_;
    QImage image_;
    std::vector<Cell> shown_;
    std::array<std::array<QImage, levels + 1>, frameClassCount> tiles_;
};

/// What a folded cell shows: the kind of the most frames that are not free, or, whatever the
/// numbers, a transfer block in motion. `used` counts the frames that are not free.
struct FoldedCell {
    FrameClass kind = FrameClass::Free;
    std::uint64_t used = 0;
};

FoldedCell folded(std::span<const std::uint8_t> kinds);

} // namespace fragscope
