#include "fragscope/ui/heap/heap_bar.h"

#include "fragscope/ui/theme/look.h"
#include "fragscope/ui/widgets/frame_clock.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QToolTip>

#include <algorithm>

namespace fragscope {

HeapBar::HeapBar(Look& look, FrameClock& clock, QWidget* parent)
    : QWidget(parent), look_(look), clock_(clock) {
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    connect(&look_, &Look::changed, this, [this] {
        updateGeometry();
        rebuild();
    });
    connect(&clock_, &FrameClock::tick, this, &HeapBar::onTick);
}

void HeapBar::show(HeapViewRef heap,
                   const QString& title,
                   std::uint64_t bytes,
                   HeapRequestOf requestOf,
                   Describe describe) {
    const bool other = heap != heap_ || bytes != bytes_;
    heap_ = std::move(heap);
    bytes_ = bytes;
    requestOf_ = std::move(requestOf);
    describe_ = std::move(describe);
    if (title != title_) {
        title_ = title;
        setAccessibleName(tr("Heap: %1").arg(title));
        update();
    }
    if (other) {
        rebuild();
    }
}

void HeapBar::setSelected(std::optional<VirtAddr> address) {
    if (selected_ != address) {
        selected_ = address;
        update();
    }
}

void HeapBar::fly(std::vector<HeapFlight> flights) {
    flights_ = std::move(flights);
    if (animated()) {
        clock_.wake();
    }
    update();
}

bool HeapBar::animated() const {
    return std::any_of(flights_.begin(), flights_.end(), [this](const HeapFlight& flight) {
        return !flight.timing.overAt(clock_.nowMs());
    });
}

void HeapBar::onTick() {
    if (!flights_.empty()) {
        update();
    }
}

int HeapBar::titleHeight() const {
    return QFontMetrics(look_.smallFont()).height() + look_.scaled(5);
}

int HeapBar::labelWidth() const {
    return QFontMetrics(look_.smallFont()).horizontalAdvance(QStringLiteral("+0000 K")) +
           look_.scaled(18);
}

QRect HeapBar::rowsRect() const {
    return rect().adjusted(labelWidth(), titleHeight(), -look_.scaled(12), -look_.scaled(4));
}

/// Rows are as high as there is room, within reason.
int HeapBar::rowStep() const {
    return std::clamp(rowsRect().height() / std::max(layout_.rows(), 1), look_.scaled(13),
                      look_.scaled(34));
}

QRect HeapBar::rectOf(const HeapSpan& span) const {
    const QRect rows = rowsRect();
    return {rows.left() + span.left, rows.top() + span.row * rowStep(), span.width,
            rowStep() - look_.scaled(3)};
}

void HeapBar::rebuild() {
    const QRect rows = rowsRect();
    if (heap_ == nullptr) {
        layout_ = {};
        pieces_.clear();
    } else {
        const int most = std::max(1, rows.height() / look_.scaled(15));
        layout_ = HeapLayout(VirtAddr(heap_->extent.start), bytes_, most, rows.width());
        pieces_ = heapPieces(*heap_, layout_, requestOf_);
    }
    picture_ = {};
    update();
}

void HeapBar::resizeEvent(QResizeEvent*) {
    rebuild();
}

const HeapBlock* HeapBar::blockAt(QPoint point) const {
    const QRect rows = rowsRect();
    if (heap_ == nullptr || point.y() < rows.top()) {
        return nullptr;
    }
    const auto address =
        layout_.addressAt((point.y() - rows.top()) / rowStep(), point.x() - rows.left());
    return address ? heap_->blockAt(*address) : nullptr;
}

void HeapBar::mousePressEvent(QMouseEvent* event) {
    if (const HeapBlock* block = blockAt(event->pos())) {
        Q_EMIT blockChosen(heap_->process, block->start.value);
    }
}

/// From block to block by address.
void HeapBar::selectNeighbour(int by) {
    if (heap_ == nullptr || heap_->picture.blocks.empty()) {
        return;
    }
    const std::vector<HeapBlock>& blocks = heap_->picture.blocks;
    const HeapBlock* now = selected_ ? heap_->blockAt(*selected_) : nullptr;
    std::ptrdiff_t index = now == nullptr ? 0 : now - blocks.data() + by;
    index = std::clamp<std::ptrdiff_t>(index, 0, static_cast<std::ptrdiff_t>(blocks.size()) - 1);
    Q_EMIT blockChosen(heap_->process, blocks[static_cast<std::size_t>(index)].start.value);
}

void HeapBar::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Left || event->key() == Qt::Key_Right) {
        selectNeighbour(event->key() == Qt::Key_Right ? 1 : -1);
    } else {
        QWidget::keyPressEvent(event);
    }
}

bool HeapBar::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) {
        return QWidget::event(event);
    }
    const auto* help = static_cast<QHelpEvent*>(event);
    const HeapBlock* block = blockAt(help->pos());
    if (block != nullptr && describe_) {
        QToolTip::showText(help->globalPos(), describe_(*heap_, *block), this);
    } else {
        QToolTip::hideText();
    }
    return true;
}

QSize HeapBar::minimumSizeHint() const {
    return {look_.scaled(200), titleHeight() + look_.scaled(22)};
}

QSize HeapBar::sizeHint() const {
    return {look_.scaled(500), titleHeight() + look_.scaled(4 * 24)};
}

} // namespace fragscope
