#include "fragscope/ui/heap/page_cells.h"

#include "fragscope/ui/heap/heap_look.h"
#include "fragscope/ui/theme/look.h"

#include <QMouseEvent>
#include <QPainter>

#include <algorithm>

namespace fragscope {

using compact_fit_layout::ListState;

PageCells::PageCells(Look& look, QWidget* parent) : QWidget(parent), look_(look) {
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    setAccessibleName(tr("Page-blocks of a page"));
    connect(&look_, &Look::changed, this, [this] { updateGeometry(); });
}

std::optional<std::uint64_t> PageCells::choosePage(std::optional<VirtAddr> selected) const {
    const CompactFitPicture& picture = *heap_->compactFit;
    const auto inUse = [&](std::uint64_t number) {
        return number < picture.pages.size() && picture.pages[number].state != ListState::Free &&
               picture.pages[number].sizeClass < picture.classes.size();
    };
    if (selected && selected->value >= heap_->extent.start) {
        const std::uint64_t number =
            (selected->value - heap_->extent.start) / heap_->settings.pageSize;
        if (inUse(number)) {
            return number;
        }
    }
    for (const CompactFitClass& each : picture.classes) {
        const auto& open = each.list(ListState::NotFull);
        if (!open.empty() && inUse(open.front())) {
            return open.front();
        }
    }
    for (std::uint64_t number = 0; number < picture.pages.size(); ++number) {
        if (inUse(number)) {
            return number;
        }
    }
    return std::nullopt;
}

void PageCells::show(HeapViewRef heap, std::optional<VirtAddr> selected) {
    heap_ = std::move(heap);
    selected_ = selected;
    page_ = choosePage(selected);
    title_ = page_ ? tr("page %1: blocks of %2 B, %3 of %4 in use")
                         .arg(*page_)
                         .arg(sizeClass().blockBytes)
                         .arg(shown().used)
                         .arg(sizeClass().capacity)
                   : QString();
    setAccessibleDescription(title_);
    updateGeometry();
    update();
}

VirtAddr PageCells::addressOf(std::uint64_t block) const {
    return VirtAddr(shown().address + block * sizeClass().blockBytes);
}

int PageCells::titleHeight() const {
    return QFontMetrics(look_.smallFont()).height() + look_.scaled(4);
}

/// Few blocks have large cells, many small ones.
int PageCells::side() const {
    return !page_ || sizeClass().capacity <= 64 ? look_.scaled(16)
           : sizeClass().capacity <= 256        ? look_.scaled(10)
                                                : look_.scaled(6);
}

int PageCells::columnsFor(int width) const {
    return std::max(1, (width - look_.scaled(24)) / side());
}

QRect PageCells::rectOf(std::uint64_t block) const {
    const auto columns = static_cast<std::uint64_t>(columnsFor(width()));
    return {look_.scaled(12) + static_cast<int>(block % columns) * side(),
            titleHeight() + static_cast<int>(block / columns) * side(), side() - 1, side() - 1};
}

int PageCells::heightForWidth(int width) const {
    const int blocks = page_ ? static_cast<int>(sizeClass().capacity) : 1;
    const int columns = columnsFor(width);
    return titleHeight() + (blocks + columns - 1) / columns * side() + look_.scaled(6);
}

QSize PageCells::minimumSizeHint() const {
    return {look_.scaled(160), heightForWidth(std::max(width(), look_.scaled(160)))};
}

QSize PageCells::sizeHint() const {
    return {look_.scaled(320), minimumSizeHint().height()};
}

void PageCells::mousePressEvent(QMouseEvent* event) {
    for (std::uint64_t block = 0; page_ && block < sizeClass().capacity; ++block) {
        if (rectOf(block).contains(event->pos())) {
            Q_EMIT chosen(addressOf(block).value);
            return;
        }
    }
}

void PageCells::paintEvent(QPaintEvent*) {
    if (!page_) {
        return;
    }
    QPainter painter(this);
    painter.setFont(look_.smallFont());
    painter.setPen(look_.theme().dimText);
    const QRect head(look_.scaled(12), 0, width() - look_.scaled(24), titleHeight());
    painter.drawText(head, Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(title_, Qt::ElideRight, head.width()));
    painter.setFont(look_.codeFont());
    for (std::uint64_t block = 0; block < sizeClass().capacity; ++block) {
        const QRect rect = rectOf(block);
        paintCell(painter, rect,
                  lookOf(shown().inUse(block) ? HeapPart::Used : HeapPart::Free, look_.theme()),
                  Letters::WhereNeeded);
        const bool chosen = selected_ && *selected_ >= addressOf(block) &&
                            (*selected_ - addressOf(block)).value < sizeClass().blockBytes;
        painter.setPen(QPen(chosen ? look_.theme().text : look_.theme().border, chosen ? 2 : 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(rect.adjusted(0, 0, -1, -1));
    }
}

} // namespace fragscope
