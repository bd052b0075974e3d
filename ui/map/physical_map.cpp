#include "fragscope/ui/map/physical_map.h"

#include "fragscope/ui/theme/look.h"
#include "fragscope/ui/widgets/frame_clock.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QScrollBar>
#include <QToolTip>

#include <algorithm>
#include <array>

namespace fragscope {

namespace {

constexpr std::array<int, 9> zoomSides{3, 4, 6, 8, 12, 16, 24, 32, 48};

} // namespace

PhysicalMap::PhysicalMap(Look& look, FrameClock& clock, QWidget* parent)
    : QAbstractScrollArea(parent), look_(look), clock_(clock) {
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setAccessibleName(tr("Physical memory map"));
    viewport()->setMouseTracking(true);
    viewport()->setAutoFillBackground(false);
    connect(&look_, &Look::changed, this, &PhysicalMap::rebuild);
    connect(&clock_, &FrameClock::tick, this, &PhysicalMap::onTick);
}

QSize PhysicalMap::minimumSizeHint() const {
    return {look_.scaled(260), look_.scaled(120)};
}

void PhysicalMap::show(FrameClasses classes, const MoveView& move, FrameClasses joined) {
    const bool same = classes == classes_ && joined == joined_;
    const bool otherMemory = (classes ? classes->size() : 0) != frameCount();
    classes_ = std::move(classes);
    joined_ = std::move(joined);
    move_ = move;
    if (otherMemory) {
        selected_.reset();
        rebuild();
    } else if (!same) {
        updateCells();
    }
    viewport()->update(); // one picture is copied: cheaper than many small regions
}

void PhysicalMap::updateCells() {
    cells_.update(*classes_, joined_ ? std::span<const std::uint8_t>(*joined_)
                                     : std::span<const std::uint8_t>());
}

void PhysicalMap::setLines(std::vector<MapLine> lines) {
    if (lines_ != lines) {
        lines_ = std::move(lines);
        viewport()->update();
    }
}

void PhysicalMap::setRunMove(std::optional<MapMove> move) {
    if (runMove_ != move) {
        runMove_ = std::move(move);
        viewport()->update();
    }
}

void PhysicalMap::showOwners(FrameOwnerCounts owners) {
    if (owners_ != owners) {
        owners_ = std::move(owners);
        viewport()->update();
    }
}

void PhysicalMap::fly(const std::vector<PageFlight>& flights) {
    flights_ = flights;
    if (!flights_.empty()) {
        clock_.wake();
    }
    viewport()->update();
}

void PhysicalMap::pulse(std::vector<Pulse> pulses) {
    pulses_ = std::move(pulses);
    if (!pulses_.empty()) {
        clock_.wake();
    }
    viewport()->update();
}

void PhysicalMap::onTick() {
    if (flights_.empty() && pulses_.empty()) {
        return;
    }
    const qint64 now = clock_.nowMs();
    std::erase_if(pulses_, [&](const Pulse& pulse) { return pulse.strengthAt(now) == 0; });
    std::erase_if(flights_, [&](const PageFlight& flight) { return flight.overAt(now); });
    viewport()->update();
}

void PhysicalMap::setSelected(std::optional<std::uint64_t> frame) {
    if (selected_ != frame) {
        selected_ = frame;
        if (frame) {
            ensureVisible(*frame);
        }
        viewport()->update();
    }
}

void PhysicalMap::setNeighbours(const ListNeighbours& neighbours) {
    if (neighbours_ != neighbours) {
        neighbours_ = neighbours;
        viewport()->update();
    }
}

void PhysicalMap::setLetters(Letters letters) {
    letters_ = letters;
    rebuild();
}

void PhysicalMap::setZoom(int side) {
    zoom_ = side;
    rebuild();
    if (selected_) {
        ensureVisible(*selected_);
    }
}

void PhysicalMap::zoomIn() {
    const int side = grid().framesPerCell > 1 ? 0 : grid().cell.width();
    for (const int next : zoomSides) {
        if (next > side) {
            setZoom(next);
            return;
        }
    }
}

void PhysicalMap::zoomOut() {
    for (auto next = zoomSides.rbegin(); next != zoomSides.rend(); ++next) {
        if (zoom_ != 0 && *next < zoom_) {
            setZoom(*next);
            return;
        }
    }
    setZoom(0);
}

void PhysicalMap::rebuild() {
    const QFontMetrics metrics(look_.smallFont());
    const std::uint64_t bytes = frameCount() * pageBytes;
    constexpr std::uint64_t mebibyte = 1024 * 1024;
    const bool small = bytes < 16 * mebibyte; // rows begin between mebibytes
    const std::uint64_t longest =
        small ? bytes - bytes % mebibyte + 888 * 1024 : bytes / 2 + mebibyte / 2;
    labelWidth_ = std::max(metrics.horizontalAdvance(rowLabel(bytes)),
                           metrics.horizontalAdvance(rowLabel(longest))) +
                  look_.scaled(10);
    const QSize room = viewport()->size() - QSize(labelWidth_ + look_.scaled(4), look_.scaled(10));
    if (frameCount() == 0 || room.width() < 16 || room.height() < 4) {
        return;
    }
    const CellGrid grid = zoom_ == 0 ? CellGrid::fitting(frameCount(), room)
                                     : CellGrid::ofSide(frameCount(), zoom_, room.width());
    const Letters letters =
        look_.theme().name == ThemeName::HighContrast ? Letters::Everywhere : letters_;
    cells_.reset(grid, look_.theme(), look_.codeFont(), letters);
    updateCells();
    layOut();
    viewport()->update();
}

void PhysicalMap::layOut() {
    const int page = viewport()->height();
    const int content = grid().size().height() + look_.scaled(10);
    verticalScrollBar()->setPageStep(page);
    verticalScrollBar()->setSingleStep(grid().cell.height());
    verticalScrollBar()->setRange(0, std::max(0, content - page));
}

QPoint PhysicalMap::origin() const {
    const int spare = viewport()->width() - labelWidth_ - grid().size().width() - look_.scaled(4);
    return {labelWidth_ + std::max(0, spare / 2), look_.scaled(8) - verticalScrollBar()->value()};
}

QRect PhysicalMap::rectOfFrame(std::uint64_t frame) const {
    return grid().rectOf(grid().cellOf(frame)).translated(origin());
}

std::optional<std::uint64_t> PhysicalMap::frameAt(QPoint point) const {
    const std::optional<std::uint64_t> cell = grid().cellAt(point - origin());
    return cell ? std::optional(grid().firstFrame(*cell)) : std::nullopt;
}

void PhysicalMap::ensureVisible(std::uint64_t frame) {
    const QRect rect = rectOfFrame(frame);
    if (rect.top() < 0) {
        verticalScrollBar()->setValue(verticalScrollBar()->value() + rect.top());
    } else if (rect.bottom() > viewport()->height()) {
        verticalScrollBar()->setValue(verticalScrollBar()->value() + rect.bottom() -
                                      viewport()->height() + 1);
    }
}

void PhysicalMap::select(std::uint64_t frame) {
    setSelected(frame);
    Q_EMIT frameSelected(frame);
}

void PhysicalMap::resizeEvent(QResizeEvent*) {
    rebuild();
}

void PhysicalMap::mousePressEvent(QMouseEvent* event) {
    if (const std::optional<std::uint64_t> frame = frameAt(event->pos())) {
        select(*frame);
    }
}

void PhysicalMap::mouseMoveEvent(QMouseEvent* event) {
    const std::optional<std::uint64_t> frame = frameAt(event->pos());
    Q_EMIT frameHovered(frame ? static_cast<qint64>(*frame) : -1);
}

void PhysicalMap::leaveEvent(QEvent*) {
    Q_EMIT frameHovered(-1);
}

void PhysicalMap::wheelEvent(QWheelEvent* event) {
    if ((event->modifiers() & Qt::ControlModifier) == 0) {
        QAbstractScrollArea::wheelEvent(event);
    } else if (event->angleDelta().y() > 0) {
        zoomIn();
    } else if (event->angleDelta().y() < 0) {
        zoomOut();
    }
}

void PhysicalMap::keyPressEvent(QKeyEvent* event) {
    const auto columns = static_cast<std::int64_t>(grid().columns);
    std::int64_t by = 0;
    switch (event->key()) {
    case Qt::Key_Left:
        by = -1;
        break;
    case Qt::Key_Right:
        by = 1;
        break;
    case Qt::Key_Up:
        by = -columns;
        break;
    case Qt::Key_Down:
        by = columns;
        break;
    case Qt::Key_Plus:
        zoomIn();
        return;
    case Qt::Key_Minus:
        zoomOut();
        return;
    default:
        QAbstractScrollArea::keyPressEvent(event);
        return;
    }
    const std::int64_t cell = static_cast<std::int64_t>(grid().cellOf(selected_.value_or(0))) + by;
    if (frameCount() > 0 && cell >= 0 && cell < static_cast<std::int64_t>(grid().cells())) {
        select(grid().firstFrame(static_cast<std::uint64_t>(cell)));
    }
}

bool PhysicalMap::viewportEvent(QEvent* event) {
    if (event->type() != QEvent::ToolTip) {
        return QAbstractScrollArea::viewportEvent(event);
    }
    const auto* help = static_cast<const QHelpEvent*>(event);
    const std::optional<std::uint64_t> frame = frameAt(help->pos());
    if (frame && describe_) {
        QToolTip::showText(help->globalPos(), describe_(*frame, grid().framesPerCell), viewport());
    } else {
        QToolTip::hideText();
    }
    return true;
}

} // namespace fragscope
