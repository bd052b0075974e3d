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
    /// did). `joined` has a 1 for each frame that belongs to the run of the one before it: no line
    /// parts the two, and only the first cell of a run has a letter. Empty: no frame does.
    QRect update(std::span<const std::uint8_t> kinds, std::span<const std::uint8_t> joined = {});

    [[nodiscard]] const CellGrid& grid() const { return grid_; }

    [[nodiscard]] const QImage& image() const { return image_; }

private:
    /// Eighths of a folded cell that are in use: tiles exist for 0 to 8.
    static constexpr unsigned levels = 8;

    struct Cell {
        std::uint8_t kind = 0;
        std::uint8_t level = levels;
        bool begins = true;  ///< a run, or is none
        bool goesOn = false; ///< the run does, in the next cell
        friend bool operator==(const Cell&, const Cell&) = default;
    };

    [[nodiscard]] Cell cellValue(std::span<const std::uint8_t> kinds,
                                 std::span<const std::uint8_t> joined,
                                 std::uint64_t index) const;
    const QImage& tileOf(Cell cell);
    [[nodiscard]] QImage paintTile(Cell cell) const;
    void blit(const QImage& tile, QPoint place);

    CellGrid grid_;
    QImage image_;
    std::vector<Cell> shown_;
    const Theme* theme_ = nullptr;
    QFont font_;
    Letters letters_ = Letters::WhereNeeded;
    /// Painted when first needed; by kind, level, and whether a run begins and goes on.
    std::array<std::array<std::array<QImage, 4>, levels + 1>, frameClassCount> tiles_;
};

/// What a folded cell shows: the kind of the most frames that are in use, or, whatever the numbers,
/// what is in motion. `used` counts the frames in use; where there are none but gaps, the gaps.
struct FoldedCell {
    FrameClass kind = FrameClass::Free;
    std::uint64_t used = 0;
};

FoldedCell folded(std::span<const std::uint8_t> kinds);

} // namespace fragscope
