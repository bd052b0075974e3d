#include "fragscope/ui/panels/tlb_view.h"

#include "fragscope/base/units.h"
#include "fragscope/ui/theme/look.h"
#include "fragscope/ui/widgets/text.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>

#include <algorithm>

namespace fragscope {

namespace {

/// Stale entries that are spelled out for each CPU.
constexpr std::size_t mostSpelled = 2;

/// Slots side by side.
constexpr int columns = 32;

std::size_t staleIn(const TlbMarks& cpu) {
    return static_cast<std::size_t>(
        std::count_if(cpu.cells.begin(), cpu.cells.end(),
                      [](const TlbSlotMark& slot) { return slot.state == TlbSlotState::Stale; }));
}

QString pageText(std::uint64_t vaddr) {
    return QStringLiteral("V0x%1").arg(vaddr, 0, 16);
}

} // namespace

TlbView::TlbView(Look& look, QWidget* parent) : QAbstractScrollArea(parent), look_(look) {
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    viewport()->setAutoFillBackground(false);
    connect(&look_, &Look::changed, this, &TlbView::layOut);
}

void TlbView::show(std::vector<TlbMarks> cpus) {
    if (cpus != cpus_) {
        cpus_ = std::move(cpus);
        setAccessibleDescription(
            counted(staleCount(), tr("stale translation"), tr("stale translations")));
        layOut();
    }
}

std::uint64_t TlbView::staleCount() const {
    std::uint64_t count = 0;
    for (const TlbMarks& cpu : cpus_) {
        count += staleIn(cpu);
    }
    return count;
}

int TlbView::cellSide() const {
    return cellSideFor(viewport()->width());
}

int TlbView::cellSideFor(int width) const {
    const int room = width - labelWidth() - look_.scaled(10);
    return std::clamp(room / columns, 5, look_.scaled(12));
}

int TlbView::labelWidth() const {
    return QFontMetrics(look_.smallFont()).horizontalAdvance(QStringLiteral("CPU 0 ")) +
           look_.scaled(18);
}

int TlbView::stripHeight(const TlbMarks& cpu) const {
    const int rows = (static_cast<int>(cpu.cells.size()) + columns - 1) / columns;
    return std::max(rows * cellSide(), QFontMetrics(look_.smallFont()).height());
}

int TlbView::blockHeight(const TlbMarks& cpu) const {
    const int line = QFontMetrics(look_.smallFont()).height();
    const int spelled = static_cast<int>(std::min(staleIn(cpu), mostSpelled));
    return stripHeight(cpu) + spelled * line + look_.scaled(6);
}

QSize TlbView::sizeHint() const {
    int height = look_.scaled(8);
    for (const TlbMarks& cpu : cpus_) {
        height += blockHeight(cpu);
    }
    return {look_.scaled(300), height};
}

int TlbView::heightFor(int width, int staleLines) const {
    constexpr int cpus = 2;
    constexpr int rows = 2;
    const int line = QFontMetrics(look_.smallFont()).height();
    const int strip = std::max(rows * cellSideFor(width), line) + look_.scaled(6);
    return cpus * strip + staleLines * line + look_.scaled(10);
}

QSize TlbView::minimumSizeHint() const {
    return {look_.scaled(180), 3 * QFontMetrics(look_.smallFont()).height()};
}

void TlbView::layOut() {
    const int content = sizeHint().height();
    verticalScrollBar()->setPageStep(viewport()->height());
    verticalScrollBar()->setSingleStep(cellSide());
    verticalScrollBar()->setRange(0, std::max(0, content - viewport()->height()));
    viewport()->update();
}

void TlbView::resizeEvent(QResizeEvent*) {
    layOut();
}

QRect TlbView::cellRect(int top, std::size_t slot) const {
    const int column = static_cast<int>(slot) % columns;
    const int row = static_cast<int>(slot) / columns;
    return {labelWidth() + column * cellSide(), top + row * cellSide(), cellSide() - 1,
            cellSide() - 1};
}

const TlbSlotMark* TlbView::slotAt(QPoint point) const {
    int top = look_.scaled(4) - verticalScrollBar()->value();
    for (const TlbMarks& cpu : cpus_) {
        for (std::size_t i = 0; i < cpu.cells.size(); ++i) {
            if (cpu.cells[i].state != TlbSlotState::Empty && cellRect(top, i).contains(point)) {
                return &cpu.cells[i];
            }
        }
        top += blockHeight(cpu);
    }
    return nullptr;
}

void TlbView::mousePressEvent(QMouseEvent* event) {
    if (const TlbSlotMark* slot = slotAt(event->pos())) {
        Q_EMIT pageSelected(slot->vaddr & ~pageOffsetMask);
    }
}

void TlbView::keyPressEvent(QKeyEvent* event) {
    const bool left = event->key() == Qt::Key_Left;
    if (!left && event->key() != Qt::Key_Right) {
        QAbstractScrollArea::keyPressEvent(event);
        return;
    }
    std::vector<const TlbSlotMark*> all;
    for (const TlbMarks& cpu : cpus_) {
        for (const TlbSlotMark& slot : cpu.cells) {
            all.push_back(&slot);
        }
    }
    const std::size_t count = all.size();
    std::size_t place = current_.value_or(left ? 0 : count - 1);
    for (std::size_t tried = 0; tried < count; ++tried) {
        place = (place + (left ? count - 1 : 1)) % count; // beyond an end lies the other one
        if (all[place]->state != TlbSlotState::Empty) {
            current_ = place;
            Q_EMIT pageSelected(all[place]->vaddr & ~pageOffsetMask);
            viewport()->update();
            return;
        }
    }
}

bool TlbView::viewportEvent(QEvent* event) {
    if (event->type() != QEvent::ToolTip) {
        return QAbstractScrollArea::viewportEvent(event);
    }
    const auto* help = static_cast<const QHelpEvent*>(event);
    const TlbSlotMark* slot = slotAt(help->pos());
    if (slot == nullptr) {
        QToolTip::hideText();
        return true;
    }
    QString text = tr("%1 \u2192 frame %2").arg(pageText(slot->vaddr)).arg(slot->paddr / pageBytes);
    if (slot->state == TlbSlotState::Stale) {
        text += tr("\nstale: the tables say %1").arg(slot->truth);
    }
    QToolTip::showText(help->globalPos(), text, viewport());
    return true;
}

void TlbView::paintCpu(QPainter& painter, const TlbMarks& cpu, int top) const {
    const Theme& theme = look_.theme();
    painter.setFont(look_.smallFont());
    painter.setPen(theme.dimText);
    painter.drawText(QRect(look_.scaled(12), top, labelWidth(), painter.fontMetrics().height()),
                     Qt::AlignLeft | Qt::AlignVCenter, tr("CPU %1").arg(cpu.cpu));
    for (std::size_t i = 0; i < cpu.cells.size(); ++i) {
        const QRect rect = cellRect(top, i);
        switch (cpu.cells[i].state) {
        case TlbSlotState::Empty:
            painter.fillRect(rect, mixed(theme.card, theme.text, 0.08));
            break;
        case TlbSlotState::Fresh:
            painter.fillRect(rect, theme.accent);
            break;
        case TlbSlotState::Stale:
            painter.fillRect(rect, theme.alert);
            painter.fillRect(rect.center().x(), rect.top() + 2, 1, rect.height() - 5, theme.card);
            painter.fillRect(rect.center().x(), rect.bottom() - 2, 1, 1, theme.card);
            break;
        }
    }
}

void TlbView::paintStale(QPainter& painter, const TlbMarks& cpu, int top) const {
    const int line = QFontMetrics(look_.smallFont()).height();
    int y = top + stripHeight(cpu) + look_.scaled(1);
    std::size_t spelled = 0;
    painter.setFont(look_.smallFont());
    for (const TlbSlotMark& slot : cpu.cells) {
        if (slot.state != TlbSlotState::Stale || spelled == mostSpelled) {
            continue;
        }
        ++spelled;
        QString text = tr("! stale: %1 \u2192 frame %2, tables say %3")
                           .arg(pageText(slot.vaddr))
                           .arg(slot.paddr / pageBytes)
                           .arg(slot.truth);
        const std::size_t more = staleIn(cpu) - spelled;
        if (spelled == mostSpelled && more > 0) {
            text = tr("! and %1 more stale translations").arg(more + 1);
        }
        const QRect rect(labelWidth(), y, viewport()->width() - labelWidth() - look_.scaled(6),
                         line);
        painter.setPen(look_.theme().alert);
        painter.drawText(rect, Qt::AlignLeft | Qt::AlignVCenter,
                         painter.fontMetrics().elidedText(text, Qt::ElideRight, rect.width()));
        y += line;
    }
}

void TlbView::paintEvent(QPaintEvent*) {
    QPainter painter(viewport());
    int top = look_.scaled(6) - verticalScrollBar()->value();
    std::size_t first = 0; // slots of the CPUs above
    for (const TlbMarks& cpu : cpus_) {
        paintCpu(painter, cpu, top);
        paintStale(painter, cpu, top);
        if (hasFocus() && current_ && *current_ >= first && *current_ < first + cpu.cells.size()) {
            painter.setPen(QPen(look_.theme().text, 2));
            painter.drawRect(cellRect(top, *current_ - first));
        }
        first += cpu.cells.size();
        top += blockHeight(cpu);
    }
    if (hasFocus()) {
        painter.setPen(look_.theme().accent);
        painter.drawRect(viewport()->rect().adjusted(0, 0, -1, -1));
    }
}

} // namespace fragscope
