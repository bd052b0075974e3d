#pragma once

#include "fragscope/ui/map/cell_image.h"
#include "fragscope/ui/map/flight.h"
#include "fragscope/ui/map/map_marks.h"
#include "fragscope/view/state.h"

#include <QAbstractScrollArea>

#include <functional>
#include <optional>
#include <vector>

namespace fragscope {

class FrameClock;
class Look;

/// Frames before and after a frame in its list; nothing at an end.
struct ListNeighbours {
    std::optional<FrameNumber> next;
    std::optional<FrameNumber> previous;

    friend bool operator==(const ListNeighbours&, const ListNeighbours&) = default;
};

/// Physical memory, one cell per frame, low addresses on top; the transfer block in motion lies
/// above it. Pointing at a frame tells what it is, clicking or the arrow keys select it, Ctrl+wheel
/// zooms.
class PhysicalMap : public QAbstractScrollArea {
    Q_OBJECT

public:
    /// Describes `count` frames from `first`, for the tooltip.
    using Describe = std::function<QString(std::uint64_t first, std::uint64_t count)>;

    PhysicalMap(Look& look, FrameClock& clock, QWidget* parent = nullptr);

    /// Shows these classes of frames (null: nothing is open) and this move. `joined`: a byte per
    /// frame, 1 if it belongs to the run of the frame before it; null if there are no runs.
    void show(FrameClasses classes, const MoveView& move, FrameClasses joined = nullptr);

    /// Lines between frames, with labels at the right.
    void setLines(std::vector<MapLine> lines);

    [[nodiscard]] const std::vector<MapLine>& lines() const { return lines_; }

    /// The run that is being moved, outlined at its old and new place, with an arrow.
    void setRunMove(std::optional<MapMove> move);

    [[nodiscard]] const std::optional<MapMove>& runMove() const { return runMove_; }

    /// Numbers for the corners of cells that are large enough: how many owners a frame has, if
    /// several. Null = nothing to say.
    void showOwners(FrameOwnerCounts owners);

    /// Lets pages fly from their old to their new frame. `atOnce` ends earlier flights where they
    /// are to end.
    void fly(const std::vector<PageFlight>& flights);

    /// Outlines frames that were given out, given back or changed their state just now.
    void pulse(std::vector<Pulse> pulses);

    [[nodiscard]] const std::vector<Pulse>& pulses() const { return pulses_; }

    /// Whether it needs the clock's ticks.
    [[nodiscard]] bool animated() const { return !flights_.empty() || fading(pulses_); }

    void setDescribe(Describe describe) { describe_ = std::move(describe); }

    void setSelected(std::optional<std::uint64_t> frame);

    /// Marks the neighbours of the selected frame: the next with an arrow to it and a solid
    /// outline, the previous with a dotted one.
    void setNeighbours(const ListNeighbours& neighbours);

    [[nodiscard]] const ListNeighbours& neighbours() const { return neighbours_; }

    void setLetters(Letters letters);

    /// Side of a cell in pixels; 0 = as large as all frames fit.
    void setZoom(int side);
    void zoomIn();
    void zoomOut();

    [[nodiscard]] std::optional<std::uint64_t> selected() const { return selected_; }

    [[nodiscard]] const CellGrid& grid() const { return cells_.grid(); }

    [[nodiscard]] const QImage& picture() const { return cells_.image(); }

    /// The place of a frame in the viewport.
    [[nodiscard]] QRect rectOfFrame(std::uint64_t frame) const;

    /// Where the labels of the lines are, in their order; none lies on another.
    [[nodiscard]] std::vector<QRect> lineLabels() const;

    [[nodiscard]] bool flying() const { return !flights_.empty(); }

    [[nodiscard]] QSize minimumSizeHint() const override;

Q_SIGNALS:
    void frameSelected(quint64 frame);
    void frameHovered(qint64 frame); ///< -1 = none

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool viewportEvent(QEvent* event) override;

private:
    void rebuild();
    void updateCells();
    void layOut();
    void onTick();
    void select(std::uint64_t frame);
    void ensureVisible(std::uint64_t frame);
    [[nodiscard]] QPoint origin() const; ///< of the cells in the viewport

    [[nodiscard]] std::uint64_t frameCount() const { return classes_ ? classes_->size() : 0; }

    [[nodiscard]] std::optional<std::uint64_t> frameAt(QPoint point) const;
    [[nodiscard]] std::vector<QRect> runRects(std::uint64_t frame, std::uint64_t count) const;
    void paintLabels(QPainter& painter) const;
    void paintMove(QPainter& painter) const;
    void paintLines(QPainter& painter) const;
    void paintRunMove(QPainter& painter) const;
    void paintWay(QPainter& painter,
                  const std::vector<QRect>& from,
                  const std::vector<QRect>& to,
                  const QString& text) const;
    void paintMoveLabel(QPainter& painter, QPoint middle, const QString& text) const;
    void paintArrow(QPainter& painter, const FlightCurve& curve) const;
    void paintFlights(QPainter& painter) const;
    void paintOwners(QPainter& painter) const;
    void paintPulses(QPainter& painter) const;
    void paintSelection(QPainter& painter) const;
    void paintNeighbours(QPainter& painter) const;

    Look& look_;
    FrameClock& clock_;
    Describe describe_;
    CellImage cells_;
    FrameClasses classes_;
    FrameClasses joined_;
    FrameOwnerCounts owners_;
    MoveView move_;
    std::vector<MapLine> lines_;
    std::optional<MapMove> runMove_;
    std::vector<PageFlight> flights_;
    std::vector<Pulse> pulses_;
    std::optional<std::uint64_t> selected_;
    ListNeighbours neighbours_;
    Letters letters_ = Letters::WhereNeeded;
    int zoom_ = 0;
    int labelWidth_ = 0;
};

/// "0 M", "0 M+512", "1 G": where a row begins, in binary units.
QString rowLabel(std::uint64_t address);

} // namespace fragscope
