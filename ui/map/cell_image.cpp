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
    const auto count = [&](FrameClass kind) { return counts[static_cast<std::size_t>(kind)]; };
    FoldedCell used;
    FoldedCell gaps;
    for (const FrameClassInfo& info : allFrameClasses()) {
        if (info.frameClass == FrameClass::Free) {
            continue;
        }
        FoldedCell& sum = isGround(info.frameClass) ? gaps : used;
        sum.used += count(info.frameClass);
        if (sum.kind == FrameClass::Free || count(info.frameClass) > count(sum.kind)) {
            sum.kind = count(info.frameClass) > 0 ? info.frameClass : sum.kind;
        }
    }
    for (const FrameClass worst : {FrameClass::InEntryE, FrameClass::Destination,
                                   FrameClass::MovingSegment, FrameClass::SegmentTarget}) {
        if (count(worst) > 0) {
            return {worst, used.used};
        }
    }
    return used.used > 0 ? used : gaps;
}

void CellImage::reset(const CellGrid& grid,
                      const Theme& theme,
                      const QFont& font,
                      Letters letters) {
    grid_ = grid;
    theme_ = &theme;
    font_ = font;
    letters_ = letters;
    tiles_ = {};
    image_ = QImage(grid.size(), QImage::Format_RGB32);
    image_.fill(theme.card);
    shown_.assign(grid.cells(), Cell{});
    for (std::uint64_t index = 0; index < shown_.size(); ++index) {
        blit(tileOf({}), grid_.rectOf(index).topLeft());
    }
}

const QImage& CellImage::tileOf(Cell cell) {
    const std::size_t place = (cell.begins ? 2U : 0U) + (cell.goesOn ? 1U : 0U);
    QImage& tile = tiles_.at(cell.kind).at(cell.level).at(place);
    if (tile.isNull()) {
        tile = paintTile(cell);
    }
    return tile;
}

QImage CellImage::paintTile(Cell cell) const {
    QImage picture(grid_.cell, QImage::Format_RGB32);
    picture.fill(theme_->card);
    QPainter painter(&picture);
    painter.setFont(font_);
    const int line = grid_.gapped() ? -1 : 0;
    const QRect whole = picture.rect().adjusted(0, 0, cell.goesOn ? 0 : line, line);
    const int filled =
        (whole.height() * cell.level + static_cast<int>(levels) - 1) / static_cast<int>(levels);
    paintCell(painter, whole, lookOf(FrameClass::Free, *theme_), letters_);
    if (filled > 0) {
        CellLook look = lookOf(static_cast<FrameClass>(cell.kind), *theme_);
        look.letter = cell.begins ? look.letter : char{0};
        const QRect used(whole.left(), whole.bottom() + 1 - filled, whole.width(), filled);
        paintCell(painter, used, look, letters_);
    }
    return picture;
}

CellImage::Cell CellImage::cellValue(std::span<const std::uint8_t> kinds,
                                     std::span<const std::uint8_t> joined,
                                     std::uint64_t index) const {
    const std::uint64_t from = grid_.firstFrame(index);
    const std::uint64_t count = std::min(grid_.framesPerCell, kinds.size() - from);
    const bool begins = joined.empty() || joined[from] == 0;
    const bool goesOn = from + count < joined.size() && joined[from + count] != 0;
    if (grid_.framesPerCell == 1) {
        return {kinds[index], levels, begins, goesOn};
    }
    const FoldedCell cell = folded(kinds.subspan(from, count));
    if (cell.used == 0) {
        return {};
    }
    const std::uint64_t level = std::max<std::uint64_t>(1, cell.used * levels / count);
    return {static_cast<std::uint8_t>(cell.kind), static_cast<std::uint8_t>(level), begins, goesOn};
}

void CellImage::blit(const QImage& tile, QPoint place) {
    const auto bytes = static_cast<std::size_t>(tile.width()) * 4;
    for (int y = 0; y < tile.height(); ++y) {
        std::memcpy(image_.scanLine(place.y() + y) + static_cast<std::ptrdiff_t>(place.x()) * 4,
                    tile.constScanLine(y), bytes);
    }
}

QRect CellImage::update(std::span<const std::uint8_t> kinds, std::span<const std::uint8_t> joined) {
    QRect changed;
    if (kinds.size() != grid_.frames || (!joined.empty() && joined.size() != kinds.size())) {
        return changed;
    }
    for (std::uint64_t index = 0; index < shown_.size(); ++index) {
        const Cell cell = cellValue(kinds, joined, index);
        if (shown_[index] != cell) {
            shown_[index] = cell;
            const QRect rect = grid_.rectOf(index);
            blit(tileOf(cell), rect.topLeft());
            changed = changed.united(rect);
        }
    }
    return changed;
}

} // namespace fragscope
