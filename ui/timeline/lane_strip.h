#pragma once

#include "fragscope/ui/timeline/lane_fold.h"
#include "fragscope/ui/timeline/time_scale.h"

#include <QPixmap>
#include <QWidget>

namespace fragscope {

class Look;

/// The whole run over time: a lane for each CPU (what it was busy with), lanes of faults,
/// shootdowns, map stores and violations, and the playhead. Clicking goes to that time.
class LaneStrip : public QWidget {
    Q_OBJECT

public:
    explicit LaneStrip(Look& look, QWidget* parent = nullptr);

    /// The fold must live as long as it is shown. `cursorCycles` is where the playhead stands.
    void show(const LaneFold& fold, std::uint64_t cursorCycles);

    /// Where time lies, for a scrub bar below.
    [[nodiscard]] TimeScale scale() const;

    /// Pixels left of the time axis for the names of the lanes.
    [[nodiscard]] int labelWidth() const;

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

Q_SIGNALS:
    void seekWanted(quint64 timeCycles);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    bool event(QEvent* event) override;

private:
    [[nodiscard]] std::size_t markLanes() const;
    [[nodiscard]] std::size_t laneCount() const;
    [[nodiscard]] QRectF laneRect(std::size_t lane) const;
    [[nodiscard]] QString laneName(std::size_t lane) const;
    void renderLanes();
    void paintColumn(QPainter& painter, int x, const LaneFold::Totals& totals) const;

    Look& look_;
    const LaneFold* fold_ = nullptr;
    bool violations_ = false;
    std::uint64_t cursorCycles_ = 0;
    std::uint64_t renderedEnd_ = 0; ///< end of the run when the lanes were painted
    QPixmap lanes_;                 ///< without the playhead
};

} // namespace fragscope
