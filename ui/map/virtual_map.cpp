#include "fragscope/ui/map/virtual_map.h"

#include "fragscope/base/text.h"
#include "fragscope/ui/theme/cell_look.h"
#include "fragscope/ui/theme/look.h"
#include "fragscope/ui/widgets/frame_clock.h"
#include "fragscope/ui/widgets/text.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace fragscope {

QString groupedHex(std::uint64_t address) {
    QString digits = QString::number(address, 16).rightJustified(8, QLatin1Char('0'));
    for (qsizetype i = digits.size() - 4; i > 0; i -= 4) {
        digits.insert(i, QLatin1Char(' '));
    }
    return digits;
}

/// What the pages of an area are for; %1 = how many bytes.
static QString stripName(const Extent& extent) {
    if (extent.index == outsideMap) {
        return VirtualMap::tr("outside the map, %1");
    }
    switch (extent.label) {
    case 'S':
        return VirtualMap::tr("stack, %1");
    case 'G':
        return VirtualMap::tr("guard, %1");
    case 'F':
        return VirtualMap::tr("file, %1");
    default:
        return VirtualMap::tr("on demand, %1");
    }
}

QString barName(const Extent& extent) {
    const QString size = QString::fromStdString(text(ByteCount(extent.length)));
    if (extent.kind == EntryKind::NoAccess) {
        return VirtualMap::tr("E  no access");
    }
    if (extent.kind == EntryKind::Free) {
        return VirtualMap::tr("\u2013  free, %1").arg(size);
    }
    if (isStrip(extent)) {
        return stripName(extent).arg(size);
    }
    if (extent.label == 'O') {
        return VirtualMap::tr("O  grows, %1").arg(size);
    }
    if (extent.label == 'A') {
        return VirtualMap::tr("A  still at the old place, %1").arg(size);
    }
    const QString label =
        extent.label == 0 ? QString() : QString(QLatin1Char(static_cast<char>(extent.label)));
    return QStringLiteral("%1  %2").arg(label, size);
}

VirtualMap::VirtualMap(Look& look, FrameClock& clock, QWidget* parent)
    : QWidget(parent), look_(look), clock_(clock),
      pages_(std::make_shared<const PageStates::element_type>()) {
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Virtual memory of the process"));
    connect(&look_, &Look::changed, this, [this] {
        updateGeometry();
        layOut();
    });
    connect(&clock_, &FrameClock::tick, this, &VirtualMap::onTick);
}

QSize VirtualMap::minimumSizeHint() const {
    const int line = QFontMetrics(look_.smallFont()).height();
    return {look_.scaled(240), look_.scaled(28) + 3 * line + look_.scaled(18)};
}

QSize VirtualMap::sizeHint() const {
    return {look_.scaled(600), minimumSizeHint().height() + look_.scaled(16)};
}

void VirtualMap::show(const std::vector<Extent>& extents,
                      PageStates pages,
                      const std::vector<AccessMark>& accesses) {
    accesses_ = accesses;
    if (extents == mapped_ && pages == pages_) {
        update();
        return;
    }
    mapped_ = extents;
    extents_ = extents;
    const std::vector<Extent> outside = extentsOutside(pages, extents);
    extents_.insert(extents_.end(), outside.begin(), outside.end());
    std::sort(extents_.begin(), extents_.end(),
              [](const Extent& a, const Extent& b) { return a.start < b.start; });
    pages_ = std::move(pages);
    layOut();
}

void VirtualMap::showStacks(std::vector<StackMark> stacks) {
    if (stacks_ != stacks) {
        stacks_ = std::move(stacks);
        update();
    }
}

std::optional<double> VirtualMap::xOfStack(const StackMark& stack) const {
    const std::optional<double> last = bars_.xOf(stack.rsp - 1); // RSP may be the end of its area
    const std::optional<double> x = bars_.xOf(stack.rsp);
    return x && last ? x : last;
}

void VirtualMap::pulse(std::vector<Pulse> pulses) {
    pulses_ = std::move(pulses);
    if (!pulses_.empty()) {
        clock_.wake();
    }
    update();
}

void VirtualMap::onTick() {
    if (pulses_.empty()) {
        return;
    }
    std::erase_if(pulses_, [&](const Pulse& each) { return each.strengthAt(clock_.nowMs()) == 0; });
    update();
}

void VirtualMap::setSelected(std::optional<std::uint64_t> vaddr) {
    if (selected_ != vaddr) {
        selected_ = vaddr;
        update();
    }
}

QRect VirtualMap::barArea() const {
    const int line = QFontMetrics(look_.smallFont()).height();
    const int top = line + look_.scaled(8);
    const int below = 2 * line + look_.scaled(10);
    const int side = look_.scaled(14);
    const int room = std::max(height() - top - below, look_.scaled(20));
    return {side, top, width() - 2 * side, std::min(room, look_.scaled(56))};
}

void VirtualMap::layOut() {
    const QRect area = barArea();
    bars_ = BarLayout(extents_, area.left(), area.width(), look_.scaled(18));
    cells_.clear();
    for (const Bar& bar : bars_.bars()) {
        if (isStrip(bar.extent)) {
            const auto cells = pageCells(pages_, bar.extent, bar.left, bar.width - 2);
            cells_.insert(cells_.end(), cells.begin(), cells.end());
        }
    }
    update();
}

void VirtualMap::select(std::uint64_t vaddr) {
    const std::uint64_t page = vaddr & ~pageOffsetMask;
    setSelected(page);
    Q_EMIT pageSelected(page);
}

void VirtualMap::resizeEvent(QResizeEvent*) {
    layOut();
}

void VirtualMap::mousePressEvent(QMouseEvent* event) {
    if (const auto vaddr = bars_.addressAt(event->position().x())) {
        select(*vaddr);
    }
}

void VirtualMap::keyPressEvent(QKeyEvent* event) {
    const bool left = event->key() == Qt::Key_Left;
    if ((!left && event->key() != Qt::Key_Right) || extents_.empty()) {
        QWidget::keyPressEvent(event);
        return;
    }
    const std::uint64_t now = selected_.value_or(extents_.front().start);
    const std::uint64_t next = left ? now - pageBytes : now + pageBytes;
    if (bars_.xOf(next)) {
        select(next);
    }
}

QString VirtualMap::tipAt(QPoint place) const {
    for (const Bar& bar : bars_.bars()) {
        const std::optional<std::uint64_t> vaddr = bars_.addressAt(place.x());
        if (!rectOf(bar).contains(place) || !vaddr) {
            continue;
        }
        const std::uint64_t last = bar.extent.start + bar.extent.length - 1;
        QString tip = tr("%1\n%2 to %3")
                          .arg(barName(bar.extent), groupedHex(bar.extent.start), groupedHex(last));
        if (isStrip(bar.extent)) {
            const PageEntry entry = pageEntryIn(pages_, pageOf(VirtAddr(*vaddr)));
            const PageStateInfo& info = infoOf(entry.state);
            tip += tr("\n\npage %1: %2\n%3")
                       .arg(groupedHex(*vaddr & ~pageOffsetMask), qt(info.name), qt(info.sentence));
        }
        return tip;
    }
    return {};
}

bool VirtualMap::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) {
        return QWidget::event(event);
    }
    const auto* help = static_cast<const QHelpEvent*>(event);
    const QString tip = tipAt(help->pos());
    if (tip.isEmpty()) {
        QToolTip::hideText();
    } else {
        QToolTip::showText(help->globalPos(), tip, this);
    }
    return true;
}

QRectF VirtualMap::rectOf(const Bar& bar) const {
    const QRect area = barArea();
    return {bar.left, static_cast<double>(area.top()), bar.width,
            static_cast<double>(area.height())};
}

} // namespace fragscope
