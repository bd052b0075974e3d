#pragma once

#include <QPoint>
#include <QRect>
#include <QSize>

#include <cstdint>
#include <optional>

namespace fragscope {

/// How the frames of a memory lie on a surface: rows of equal cells, low addresses on top. Pure
/// arithmetic, all in whole pixels, so that incremental and full painting agree. A cell stands for
/// one frame, or for `framesPerCell` neighbouring ones where there is not room enough.
struct CellGrid {
    static constexpr int smallestCell = 3; ///< pixels; below that, frames are folded
    static constexpr int foldedCell = 6;   ///< least size of a cell that stands for several frames
    static constexpr int largestCell = 48; ///< pixels
    static constexpr int letterCell = 10;  ///< least size of a cell with a letter

    std::uint64_t frames = 0;
    std::uint64_t framesPerCell = 1; ///< a power of two
    std::uint64_t columns = 1;       ///< a power of two
    QSize cell{1, 1};                ///< pixels, including the line between cells

    /// The grid with the largest cells that shows all frames in `room`.
    static CellGrid fitting(std::uint64_t frames, QSize room);

    /// One cell per frame with square cells of `side` pixels, as wide as fits; the height is as
    /// needed.
    static CellGrid ofSide(std::uint64_t frames, int side, int width);

    [[nodiscard]] std::uint64_t cells() const;
    [[nodiscard]] std::uint64_t rows() const;
    [[nodiscard]] QSize size() const; ///< of all cells

    [[nodiscard]] std::uint64_t cellOf(std::uint64_t frame) const { return frame / framesPerCell; }

    [[nodiscard]] std::uint64_t firstFrame(std::uint64_t cellIndex) const {
        return cellIndex * framesPerCell;
    }

    [[nodiscard]] QRect rectOf(std::uint64_t cellIndex) const;

    /// The cell at a point; nothing beside the cells.
    [[nodiscard]] std::optional<std::uint64_t> cellAt(QPoint point) const;

    /// True if there is a line between cells.
    [[nodiscard]] bool gapped() const { return cell.width() >= 5 && cell.height() >= 5; }

    [[nodiscard]] bool lettered() const {
        return cell.width() >= letterCell && cell.height() >= letterCell;
    }

    friend bool operator==(const CellGrid&, const CellGrid&) = default;
};

/// Rows between two labels, so that labels of `labelHeight` pixels do not touch: a power of two.
std::uint64_t rowsPerLabel(const CellGrid& grid, int labelHeight);

} // namespace fragscope
