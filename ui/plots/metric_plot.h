#pragma once

#include "fragscope/ui/plots/series_reduction.h"
#include "fragscope/view/metrics.h"

#include <QColor>
#include <QString>
#include <QWidget>

#include <cstdint>
#include <memory>
#include <vector>

class QCustomPlot;
class QCPItemStraightLine;
class QCPLayer;

namespace fragscope {

class Look;

/// One curve of a plot.
struct PlotCurve {
    MetricId metric = MetricId::FreeBytes;
    QColor colour;
    QString name;
    enum class Shape : std::uint8_t { Line, Steps } shape = Shape::Line;
    /// From the series of samples, or from points of its own (showPoints).
    enum class Source : std::uint8_t { Series, Points } source = Source::Series;
    Qt::PenStyle line = Qt::SolidLine;
};

/// Metrics over the time of the run, with a playhead. Clicking goes to that time; hovering reads a
/// value.
class MetricPlot : public QWidget {
    Q_OBJECT

public:
    MetricPlot(Look& look, std::vector<PlotCurve> curves, QWidget* parent = nullptr);
    ~MetricPlot() override;

    /// Shows the series between two times.
    void showSeries(std::shared_ptr<const std::vector<MetricSample>> series,
                    std::uint64_t fromCycles,
                    std::uint64_t toCycles);

    /// Gives a curve of source Points its points, ascending time; draws at the next showSeries.
    void setPoints(std::size_t curve, std::vector<PlotPoint> points);

    /// Moves the playhead only; cheap.
    void showCursor(std::uint64_t cycles);

    /// What to write at the head of the card: the values of `sample` with their units; of more than
    /// three those that are not 0.
    [[nodiscard]] QString reading(const MetricSample& sample) const;

    [[nodiscard]] double playhead() const { return cursor_; }

    /// Points drawn of a curve.
    [[nodiscard]] int pointCount(std::size_t curve) const;

    [[nodiscard]] QCustomPlot& plot() const { return *plot_; }

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

Q_SIGNALS:
    void seekWanted(quint64 timeCycles);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void build();
    void applyLook();
    void draw();
    void drawPlayhead();

    Look& look_;
    std::vector<PlotCurve> curves_;
    QCustomPlot* plot_;
    QCPItemStraightLine* line_ = nullptr;
    QCPLayer* playheadLayer_ = nullptr;
    std::shared_ptr<const std::vector<MetricSample>> series_;
    std::vector<std::vector<PlotPoint>> points_; ///< by curve
    bool stale_ = false;                         ///< points_ have changed
    double from_ = 0;
    double to_ = 1;
    double cursor_ = 0;
};

/// A quantity for people: "1.9 MiB", "416 cycles", "0.41", "12,345".
QString quantityText(MetricId metric, double value);

/// Shorter, for an axis: "1.9M", "20k", "0.4".
QString axisText(double value);

} // namespace fragscope
