#include "fragscope/ui/map/cell_image.h"

#include <QPainter>

#include <algorithm>
#include <cstring>

namespace fragscope {

FoldedCell folded(std::span<const std::uint8_t> kinds) {
    std::array<std::uint64_t, frameClassCount> counts{};
    for (const std::uint8_t kind : kinds) {
        ++counts.at(kind);
    }
    FoldedCell result;
    result.used = kinds.size() - counts[0];
    for (const FrameClass worst : {FrameClass::InEntryE, FrameClass::Destination}) {
        if (counts[static_cast<std::size_t>(worst)] > 0) {
            result.kind = worst;
            return result;
        }
    }
    if (result.used > 0) {
        const auto most = std::max_element(counts.begin() + 1, counts.end());
        result.kind = static_cast<FrameClass>(most - counts.begin());
    }
    return result;
}

void CellImage::reset(const CellGrid& grid,
                      const Theme& theme,
                      const QFont& font,
                      Letters letters) {
    grid_ = grid;
    image_ = QImage(grid.size(), QImage::Format_RGB32);
    image_.fill(theme.card);
    shown_.assign(grid.cells(), Cell{});
    const bool single = grid.framesPerCell == 1;
    for (std::size_t kind = 0; kind < frameClassCount; ++kind) {
        for (unsigned level = single ? levels : 0; level <= levels; ++level) {
            const Cell cell{static_cast<std::uint8_t>(kind), static_cast<std::uint8_t>(level)};
            tiles_.at(kind).at(level) = tile(cell, theme, font, letters);
        }
    }
    for (std::uint64_t index = 0; index < shown_.size(); ++index) {
        blit(tiles_[0][levels], grid_.rectOf(index).topLeft());
    }
}

QImage CellImage::tile(Cell cell, const Theme& theme, const QFont& font, Letters letters) const {
    QImage picture(grid_.cell, QImage::Format_RGB32);
    picture.fill(theme.card);
    QPainter painter(&picture);
    painter.setFont(font);
    const QRect whole =
        picture.rect().adjusted(0, 0, grid_.gapped() ? -1 : 0, grid_.gapped() ? -1 : 0);
    const int filled =
        (whole.height() * cell.level + static_cast<int>(levels) - 1) / static_cast<int>(levels);
    paintCell(painter, whole, lookOf(FrameClass::Free, theme), letters);
    if (filled > 0) {
        const QRect used(whole.left(), whole.bottom() + 1 - filled, whole.width(), filled);
        paintCell(painter, used, lookOf(static_cast<FrameClass>(cell.kind), theme), letters);
    }
    return picture;
}

CellImage::Cell CellImage::cellValue(std::span<const std::uint8_t> kinds,
                                     std::uint64_t index) const {
    if (grid_.framesPerCell == 1) {
        return {kinds[index], levels};
    }
    const std::uint64_t from = grid_.firstFrame(index);
    const std::uint64_t count = std::min(grid_.framesPerCell, kinds.size() - from);
    const FoldedCell cell = folded(kinds.subspan(from, count));
    if (cell.used == 0) {
        return {};
    }
    const std::uint64_t level = std::max<std::uint64_t>(1, cell.used * levels / count);
    return {static_cast<std::uint8_t>(cell.kind), static_cast<std::uint8_t>(level)};
}

void CellImage::blit(const QImage& tile, QPoint place) {
    const auto bytes = static_cast<std::size_t>(tile.width()) * 4;
    for (int y = 0; y < tile.height(); ++y) {
        std::memcpy(image_.scanLine(place.y() + y) + static_cast<std::ptrdiff_t>(place.x()) * 4,
                    tile.constScanLine(y), bytes);
    }
}

QRect CellImage::update(std::span<const std::uint8_t> kinds) {
    QRect changed;
    if (kinds.size() != grid_.frames) {
        return changed;
    }
    for (std::uint64_t index = 0; index < shown_.size(); ++index) {
        const Cell cell = cellValue(kinds, index);
        if (shown_[index] != cell) {
            shown_[index] = cell;
            const QRect rect = grid_.rectOf(index);
            blit(tiles_.at(cell.kind).at(cell.level), rect.topLeft());
            changed = changed.united(rect);
        }
    }
    return changed;
}

} // namespace fragscope
