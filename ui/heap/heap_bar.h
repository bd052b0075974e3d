#pragma once

#include "fragscope/ui/heap/heap_layout.h"
#include "fragscope/ui/map/flight.h"

#include <QPixmap>
#include <QWidget>

namespace fragscope {

class FrameClock;
class Look;

/// A block on its way to its new place, in the time of a FrameClock.
struct HeapFlight {
    VirtAddr from;
    VirtAddr to;
    ByteCount length;
    PageFlight timing; ///< only its times count
};

/// The heap of a process as rows of blocks by address, under a line of words. Pointing at a block
/// tells what it is, a click or the arrow keys select it.
class HeapBar : public QWidget {
    Q_OBJECT

public:
    /// Describes a block for the tooltip.
    using Describe = std::function<QString(const HeapView&, const HeapBlock&)>;

    HeapBar(Look& look, FrameClock& clock, QWidget* parent = nullptr);

    /// `bytes`: how much of the heap the rows show, the same for bars that are to be compared.
    void show(HeapViewRef heap,
              const QString& title,
              std::uint64_t bytes,
              HeapRequestOf requestOf,
              Describe describe);

    void setSelected(std::optional<VirtAddr> address);

    /// Lets blocks fly from their old to their new places; arrows stay until the next call.
    void fly(std::vector<HeapFlight> flights);

    [[nodiscard]] bool animated() const;

    [[nodiscard]] const std::vector<HeapFlight>& flights() const { return flights_; }

    [[nodiscard]] const HeapViewRef& heap() const { return heap_; }

    [[nodiscard]] const QString& title() const { return title_; }

    [[nodiscard]] const HeapLayout& layout() const { return layout_; }

    [[nodiscard]] const std::vector<HeapPiece>& pieces() const { return pieces_; }

    [[nodiscard]] std::optional<VirtAddr> selected() const { return selected_; }

    /// Where a part of a row is painted.
    [[nodiscard]] QRect rectOf(const HeapSpan& span) const;

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

Q_SIGNALS:
    void blockChosen(quint32 process, quint64 address);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    void rebuild();
    void onTick();
    [[nodiscard]] const HeapBlock* blockAt(QPoint point) const;
    [[nodiscard]] QRectF middleOf(VirtAddr start, ByteCount length) const;
    [[nodiscard]] FlightCurve curveBetween(QPointF from, QPointF to) const;
    void selectNeighbour(int by);
    [[nodiscard]] QRect rowsRect() const;
    [[nodiscard]] int titleHeight() const;
    [[nodiscard]] int labelWidth() const;
    [[nodiscard]] int rowStep() const;
    void paintPieces(QPainter& painter) const;
    void paintLabels(QPainter& painter) const;
    void paintSelection(QPainter& painter) const;
    void paintFlights(QPainter& painter) const;

    Look& look_;
    FrameClock& clock_;
    HeapViewRef heap_;
    QString title_;
    std::uint64_t bytes_ = 0;
    HeapRequestOf requestOf_;
    Describe describe_;
    HeapLayout layout_;
    std::vector<HeapPiece> pieces_;
    QPixmap picture_; ///< of the pieces
    std::vector<HeapFlight> flights_;
    std::optional<VirtAddr> selected_;
};

} // namespace fragscope
