#include "fragscope/ui/map/cell_grid.h"

#include <algorithm>

namespace fragscope {

namespace {

std::uint64_t dividedUp(std::uint64_t n, std::uint64_t by) {
    return (n + by - 1) / by;
}

/// Largest cells for a number of columns; cells are at most twice as long one way as the other.
QSize cellFor(std::uint64_t cells, std::uint64_t columns, QSize room) {
    const auto rows = static_cast<int>(dividedUp(cells, columns));
    const int width = std::min(room.width() / static_cast<int>(columns), CellGrid::largestCell);
    const int height = std::min(room.height() / rows, CellGrid::largestCell);
    return {std::min(width, 2 * height), std::min(height, 2 * width)};
}

} // namespace

CellGrid CellGrid::fitting(std::uint64_t frames, QSize room) {
    CellGrid best;
    best.frames = frames;
    for (std::uint64_t fold = 1; frames > 0 && fold <= frames * 2; fold *= 2) {
        const std::uint64_t cells = dividedUp(frames, fold);
        int bestSide = 0;
        for (std::uint64_t columns = 16; columns <= 4096; columns *= 2) {
            const QSize cell = cellFor(cells, columns, room);
            const int side = std::min(cell.width(), cell.height());
            if (side > bestSide) {
                bestSide = side;
                best.framesPerCell = fold;
                best.columns = columns;
                best.cell = cell;
            }
        }
        if (bestSide >= (fold == 1 ? smallestCell : foldedCell)) {
            break;
        }
    }
    return best;
}

CellGrid CellGrid::ofSide(std::uint64_t frames, int side, int width) {
    CellGrid grid;
    grid.frames = frames;
    grid.cell = {side, side};
    while (grid.columns * 2 * static_cast<std::uint64_t>(side) <=
           static_cast<std::uint64_t>(width)) {
        grid.columns *= 2;
    }
    return grid;
}

std::uint64_t CellGrid::cells() const {
    return dividedUp(frames, framesPerCell);
}

std::uint64_t CellGrid::rows() const {
    return dividedUp(cells(), columns);
}

QSize CellGrid::size() const {
    return {static_cast<int>(columns) * cell.width(), static_cast<int>(rows()) * cell.height()};
}

QRect CellGrid::rectOf(std::uint64_t cellIndex) const {
    const auto column = static_cast<int>(cellIndex % columns);
    const auto row = static_cast<int>(cellIndex / columns);
    return {column * cell.width(), row * cell.height(), cell.width(), cell.height()};
}

std::optional<std::uint64_t> CellGrid::cellAt(QPoint point) const {
    if (!QRect(QPoint(0, 0), size()).contains(point)) {
        return std::nullopt;
    }
    const auto column = static_cast<std::uint64_t>(point.x() / cell.width());
    const auto row = static_cast<std::uint64_t>(point.y() / cell.height());
    const std::uint64_t index = row * columns + column;
    return index < cells() ? std::optional(index) : std::nullopt;
}

std::uint64_t rowsPerLabel(const CellGrid& grid, int labelHeight) {
    std::uint64_t rows = 1;
    while (static_cast<int>(rows) * grid.cell.height() < labelHeight) {
        rows *= 2;
    }
    return rows;
}

} // namespace fragscope
