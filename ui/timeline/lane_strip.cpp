#include "fragscope/ui/timeline/lane_strip.h"

#include "fragscope/ui/theme/look.h"
#include "fragscope/ui/widgets/text.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <array>

namespace fragscope {

namespace {

QColor colourOf(BusyWith with) {
    switch (with) {
    case BusyWith::Application:
        return {0x00, 0x72, 0xb2};
    case BusyWith::Mover:
        return {0xd5, 0x5e, 0x00};
    case BusyWith::Handler:
        return {0xe6, 0x9f, 0x00};
    case BusyWith::Kernel:
    case BusyWith::Count:
        break;
    }
    return {0x80, 0x88, 0x94};
}

QColor colourOf(LaneMark mark, const Theme& theme) {
    switch (mark) {
    case LaneMark::Fault:
        return {0xe6, 0x9f, 0x00};
    case LaneMark::Shootdown:
        return {0xcc, 0x79, 0xa7};
    case LaneMark::MapStore:
        return {0x00, 0x9e, 0x73};
    case LaneMark::Violation:
    case LaneMark::Count:
        break;
    }
    return theme.bad;
}

QString nameOf(BusyWith with) {
    switch (with) {
    case BusyWith::Application:
        return LaneStrip::tr("application");
    case BusyWith::Mover:
        return LaneStrip::tr("mover");
    case BusyWith::Handler:
        return LaneStrip::tr("handler");
    case BusyWith::Kernel:
    case BusyWith::Count:
        break;
    }
    return LaneStrip::tr("kernel");
}

std::size_t mostOf(const std::array<std::uint64_t, busyCount>& busy) {
    return static_cast<std::size_t>(std::max_element(busy.begin(), busy.end()) - busy.begin());
}

std::uint64_t sumOf(const std::array<std::uint64_t, busyCount>& busy) {
    std::uint64_t sum = 0;
    for (const std::uint64_t cycles : busy) {
        sum += cycles;
    }
    return sum;
}

} // namespace

LaneStrip::LaneStrip(Look& look, QWidget* parent) : QWidget(parent), look_(look) {
    setAccessibleName(tr("Timeline of the run"));
    setMouseTracking(false);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    connect(&look_, &Look::changed, this, [this] {
        updateGeometry();
        renderLanes();
    });
}

std::size_t LaneStrip::markLanes() const {
    // The lane of violations is there only when there are some: it is what the eye should find
    // first.
    return violations_ ? laneMarkCount : laneMarkCount - 1;
}

std::size_t LaneStrip::laneCount() const {
    return (fold_ == nullptr ? 2 : fold_->cpus()) + markLanes();
}

int LaneStrip::labelWidth() const {
    return QFontMetrics(look_.smallFont()).horizontalAdvance(tr("CPU 0 application")) +
           look_.scaled(26);
}

QSize LaneStrip::sizeHint() const {
    const int lane = QFontMetrics(look_.smallFont()).height() + look_.scaled(4);
    return {look_.scaled(600), static_cast<int>(laneCount()) * lane + look_.scaled(10)};
}

QSize LaneStrip::minimumSizeHint() const {
    const int lane = QFontMetrics(look_.smallFont()).height();
    return {look_.scaled(300), static_cast<int>(laneCount()) * lane + look_.scaled(10)};
}

TimeScale LaneStrip::scale() const {
    TimeScale scale;
    scale.left = labelWidth();
    scale.width = std::max(1, width() - labelWidth() - look_.scaled(14));
    if (fold_ != nullptr) {
        scale.from = fold_->startCycles();
        scale.to = fold_->endCycles();
    }
    return scale;
}

QRectF LaneStrip::laneRect(std::size_t lane) const {
    const double top = look_.scaled(5);
    const double each = (height() - 2 * top) / static_cast<double>(laneCount());
    const TimeScale time = scale();
    return {time.left, top + each * static_cast<double>(lane), time.width, each};
}

QString LaneStrip::laneName(std::size_t lane) const {
    const std::size_t cpus = laneCount() - markLanes();
    if (lane < cpus) {
        const auto busy = fold_ == nullptr ? std::array<std::uint64_t, busyCount>{}
                                           : fold_->totals().busyCycles[lane];
        const QString cpu = tr("CPU %1").arg(lane);
        return sumOf(busy) == 0
                   ? cpu
                   : cpu + QLatin1Char(' ') + nameOf(static_cast<BusyWith>(mostOf(busy)));
    }
    static constexpr std::array<const char*, laneMarkCount> names{
        QT_TR_NOOP("faults"), QT_TR_NOOP("shootdowns"), QT_TR_NOOP("map stores"),
        QT_TR_NOOP("violations")};
    return tr(names.at(lane - cpus));
}

void LaneStrip::show(const LaneFold& fold, std::uint64_t cursorCycles) {
    const bool otherRun = fold_ == nullptr || fold_->cpus() != fold.cpus();
    const bool violated = fold.totals().marks.at(static_cast<std::size_t>(LaneMark::Violation)) > 0;
    const bool otherLanes = otherRun || violated != violations_;
    fold_ = &fold;
    violations_ = violated;
    cursorCycles_ = cursorCycles;
    if (otherLanes) {
        updateGeometry();
    }
    if (otherLanes || renderedEnd_ != fold.endCycles()) {
        renderLanes();
    }
    update();
}

void LaneStrip::paintColumn(QPainter& painter, int x, const LaneFold::Totals& totals) const {
    const TimeScale time = scale();
    const std::size_t cpus = totals.busyCycles.size();
    const auto columnCycles = static_cast<double>(std::max<std::uint64_t>(
        time.span() / static_cast<std::uint64_t>(time.width), fold_->pieceCycles()));
    for (std::size_t cpu = 0; cpu < cpus; ++cpu) {
        const std::uint64_t sum = sumOf(totals.busyCycles[cpu]);
        if (sum == 0) {
            continue;
        }
        const QRectF lane = laneRect(cpu).adjusted(0, 2, 0, -2);
        const double share = std::clamp(static_cast<double>(sum) / columnCycles, 0.15, 1.0);
        const double tall = share > 0.7 ? lane.height() : lane.height() * share;
        painter.fillRect(QRectF(x, lane.bottom() - tall, 1, tall),
                         colourOf(static_cast<BusyWith>(mostOf(totals.busyCycles[cpu]))));
    }
    for (std::size_t i = 0; i < markLanes(); ++i) {
        if (totals.marks.at(i) > 0) {
            const QRectF lane = laneRect(cpus + i).adjusted(0, 2, 0, -2);
            painter.fillRect(QRectF(x, lane.top(), 2, lane.height()),
                             colourOf(static_cast<LaneMark>(i), look_.theme()));
        }
    }
}

void LaneStrip::renderLanes() {
    const qreal ratio = devicePixelRatioF();
    lanes_ = QPixmap(size() * ratio);
    lanes_.setDevicePixelRatio(ratio);
    lanes_.fill(look_.theme().card);
    QPainter painter(&lanes_);
    painter.setFont(look_.smallFont());
    const TimeScale time = scale();
    for (std::size_t lane = 0; lane < laneCount(); ++lane) {
        const QRectF rect = laneRect(lane);
        painter.fillRect(QRectF(rect.left(), rect.center().y(), rect.width(), 1),
                         mixed(look_.theme().card, look_.theme().text, 0.08));
        painter.setPen(look_.theme().text);
        const QRectF name(look_.scaled(12), rect.top(), time.left - look_.scaled(16),
                          rect.height());
        painter.drawText(name, Qt::AlignLeft | Qt::AlignVCenter, laneName(lane));
    }
    if (fold_ != nullptr) {
        renderedEnd_ = fold_->endCycles();
        const int left = static_cast<int>(time.left);
        for (int x = left; x < left + static_cast<int>(time.width); ++x) {
            paintColumn(
                painter, x,
                fold_->totals(time.timeAt(x), std::max(time.timeAt(x + 1), time.timeAt(x) + 1)));
        }
    }
    update();
}

void LaneStrip::resizeEvent(QResizeEvent*) {
    renderLanes();
}

void LaneStrip::mousePressEvent(QMouseEvent* event) {
    if (fold_ != nullptr && event->position().x() >= scale().left - 4) {
        Q_EMIT seekWanted(scale().timeAt(event->position().x()));
    }
}

void LaneStrip::mouseMoveEvent(QMouseEvent* event) {
    mousePressEvent(event);
}

bool LaneStrip::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip || fold_ == nullptr) {
        return QWidget::event(event);
    }
    const auto* help = static_cast<const QHelpEvent*>(event);
    const TimeScale time = scale();
    if (help->pos().x() < time.left) {
        QToolTip::hideText();
        return true;
    }
    const std::uint64_t from = time.timeAt(help->pos().x() - 1);
    const LaneFold::Totals totals = fold_->totals(from, time.timeAt(help->pos().x() + 2) + 1);
    QString text = tr("%1 cycles").arg(grouped(from));
    for (std::size_t i = 0; i < laneMarkCount; ++i) {
        if (totals.marks.at(i) > 0) {
            text +=
                QStringLiteral("\n%1 %2").arg(totals.marks.at(i)).arg(laneName(fold_->cpus() + i));
        }
    }
    QToolTip::showText(help->globalPos(), text, this);
    return true;
}

void LaneStrip::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.drawPixmap(0, 0, lanes_);
    if (fold_ == nullptr) {
        return;
    }
    const double x = scale().xOf(cursorCycles_);
    painter.fillRect(QRectF(x - 1, 1, 2, height() - 2), look_.theme().text);
}

} // namespace fragscope
