#include "fragscope/ui/plots/metric_plot.h"

#include "fragscope/ui/plots/series_reduction.h"
#include "fragscope/ui/theme/look.h"
#include "fragscope/ui/widgets/text.h"

#include <QHBoxLayout>
#include <QLocale>
#include <QMouseEvent>
#include <qcustomplot.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace fragscope {

namespace {

constexpr const char* playheadLayerName = "playhead";

/// A number with three significant digits at most and a unit of thousands.
QString scaledText(double value, double base, const std::array<const char*, 5>& units) {
    std::size_t unit = 0;
    while (std::abs(value) >= base && unit + 1 < units.size()) {
        value /= base;
        ++unit;
    }
    const int decimals = unit == 0 || std::abs(value) >= 100 ? 0 : 1;
    QString number = QLocale::c().toString(value, 'f', decimals);
    if (number.endsWith(QLatin1String(".0"))) {
        number.chop(2);
    }
    return number + QLatin1String(units.at(unit));
}

class ShortTicker : public QCPAxisTicker {
public:
    explicit ShortTicker(bool bytes) : bytes_(bytes) {}

protected:
    QString getTickLabel(double tick, const QLocale&, QChar, int) override {
        if (bytes_) {
            return scaledText(tick, 1024, {" B", " KiB", " MiB", " GiB", " TiB"});
        }
        return axisText(tick);
    }

    double getTickStep(const QCPRange& range) override {
        if (bytes_) {
            return std::exp2(std::round(std::log2(std::max(1.0, range.size() / tickCount()))));
        }
        double step = QCPAxisTicker::getTickStep(range);
        while (range.size() / step > tickCount() + 0.5) {
            step *= 2; // rather fewer labels than labels upon each other
        }
        return step;
    }

private:
    bool bytes_;
};

bool isBytes(MetricId metric) {
    return infoOf(metric).unit == "bytes";
}

} // namespace

QString axisText(double value) {
    if (value != 0 && std::abs(value) < 10) {
        return QLocale::c().toString(value, 'g', 2);
    }
    return scaledText(value, 1000, {"", "k", "M", "G", "T"});
}

QString quantityText(MetricId metric, double value) {
    const std::string_view unit = infoOf(metric).unit;
    if (unit == "bytes") {
        return scaledText(value, 1024, {" B", " KiB", " MiB", " GiB", " TiB"});
    }
    if (unit == "ratio") {
        return QLocale::c().toString(value, 'f', 2);
    }
    return grouped(static_cast<std::uint64_t>(value)) + QLatin1Char(' ') + qt(unit);
}

MetricPlot::MetricPlot(Look& look, std::vector<PlotCurve> curves, QWidget* parent)
    : QWidget(parent), look_(look), curves_(std::move(curves)), plot_(new QCustomPlot),
      points_(curves_.size()) {
    auto* fill = new QHBoxLayout(this);
    fill->setContentsMargins(0, 0, 0, 0);
    fill->addWidget(plot_);
    build();
    connect(&look_, &Look::changed, this, &MetricPlot::applyLook);
    applyLook();
}

MetricPlot::~MetricPlot() = default;

void MetricPlot::build() {
    plot_->setPlottingHint(QCP::phFastPolylines);
    plot_->setNoAntialiasingOnDrag(true);
    plot_->setMinimumSize(10, 10);
    plot_->setFocusPolicy(Qt::NoFocus);
    QSharedPointer<QCPAxisTicker> values(new ShortTicker(isBytes(curves_.front().metric)));
    values->setTickCount(3);
    plot_->yAxis->setTicker(values);
    QSharedPointer<QCPAxisTicker> times(new ShortTicker(false));
    times->setTickCount(4);
    plot_->xAxis->setTicker(times);
    for (QCPAxis* axis : {plot_->xAxis, plot_->yAxis}) {
        axis->setSubTicks(false);
        axis->setTickLength(0, 0);
        axis->setTickLabelPadding(4);
    }
    for (const PlotCurve& curve : curves_) {
        QCPGraph* graph = plot_->addGraph();
        graph->setAdaptiveSampling(false); // reduced() has done that
        graph->setLineStyle(curve.shape == PlotCurve::Shape::Steps ? QCPGraph::lsStepLeft
                                                                   : QCPGraph::lsLine);
    }
    plot_->addLayer(QLatin1String(playheadLayerName), plot_->layer(QStringLiteral("axes")));
    playheadLayer_ = plot_->layer(QLatin1String(playheadLayerName));
    playheadLayer_->setMode(QCPLayer::lmBuffered);
    line_ = new QCPItemStraightLine(plot_);
    line_->setLayer(playheadLayer_);
    line_->setClipToAxisRect(true);
    connect(plot_, &QCustomPlot::mousePress, this, [this](QMouseEvent* event) {
        const double time = plot_->xAxis->pixelToCoord(event->position().x());
        Q_EMIT seekWanted(static_cast<quint64>(std::clamp(time, from_, to_)));
    });
}

void MetricPlot::applyLook() {
    const Theme& theme = look_.theme();
    plot_->setBackground(QBrush(theme.card));
    plot_->axisRect()->setBackground(QBrush(theme.card));
    plot_->axisRect()->setAutoMargins(QCP::msLeft | QCP::msBottom);
    plot_->axisRect()->setMinimumMargins(
        QMargins(look_.scaled(8), look_.scaled(8), look_.scaled(12), look_.scaled(4)));
    plot_->axisRect()->setMargins(QMargins(0, look_.scaled(8), look_.scaled(14), 0));
    for (QCPAxis* axis : {plot_->xAxis, plot_->yAxis}) {
        axis->setTickLabelFont(look_.smallFont());
        axis->setTickLabelColor(theme.dimText);
        axis->setBasePen(QPen(axis == plot_->xAxis ? theme.border : theme.card));
        axis->grid()->setPen(QPen(mixed(theme.card, theme.text, 0.09)));
        axis->grid()->setZeroLinePen(QPen(mixed(theme.card, theme.text, 0.09)));
    }
    plot_->xAxis->grid()->setVisible(false);
    for (std::size_t i = 0; i < curves_.size(); ++i) {
        QPen pen(curves_[i].colour);
        pen.setWidth(look_.scaled(2));
        pen.setStyle(curves_[i].line);
        pen.setJoinStyle(Qt::BevelJoin);
        plot_->graph(static_cast<int>(i))->setPen(pen);
    }
    line_->setPen(QPen(theme.text, 2));
    draw();
}

QSize MetricPlot::sizeHint() const {
    return {look_.scaled(240), look_.scaled(110)};
}

QSize MetricPlot::minimumSizeHint() const {
    return {look_.scaled(120), look_.scaled(64)};
}

void MetricPlot::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    const int fitting = height() / (3 * QFontMetrics(look_.smallFont()).height());
    plot_->yAxis->ticker()->setTickCount(std::clamp(fitting, 1, 4));
    draw();
}

void MetricPlot::showSeries(std::shared_ptr<const std::vector<MetricSample>> series,
                            std::uint64_t fromCycles,
                            std::uint64_t toCycles) {
    const auto from = static_cast<double>(fromCycles);
    const auto to = static_cast<double>(std::max(toCycles, fromCycles + 1));
    if (series == series_ && from == from_ && to == to_ && !stale_) {
        return;
    }
    stale_ = false;
    series_ = std::move(series);
    from_ = from;
    to_ = to;
    draw();
}

void MetricPlot::setPoints(std::size_t curve, std::vector<PlotPoint> points) {
    if (points_.at(curve) != points) {
        points_[curve] = std::move(points);
        stale_ = true;
    }
}

void MetricPlot::draw() {
    double greatest = 0;
    const auto columns = static_cast<std::size_t>(std::max(10, plot_->width()));
    for (std::size_t i = 0; i < curves_.size(); ++i) {
        std::vector<PlotPoint> points;
        if (curves_[i].source == PlotCurve::Source::Points) {
            points = reduced(points_[i], from_, to_, columns);
        } else if (series_) {
            points = reduced(*series_, curves_[i].metric, from_, to_, columns);
        }
        auto drawn = QSharedPointer<QCPGraphDataContainer>::create();
        for (const PlotPoint& point : points) {
            drawn->add(QCPGraphData(point.time, point.value));
            greatest = std::max(greatest, point.value);
        }
        plot_->graph(static_cast<int>(i))->setData(drawn);
    }
    plot_->xAxis->setRange(from_, to_);
    plot_->yAxis->setRange(0, greatest > 0 ? greatest * 1.12 : 1);
    drawPlayhead();
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void MetricPlot::showCursor(std::uint64_t cycles) {
    const auto cursor = static_cast<double>(cycles);
    if (cursor != cursor_) {
        cursor_ = cursor;
        drawPlayhead();
        playheadLayer_->replot();
    }
}

void MetricPlot::drawPlayhead() {
    line_->point1->setCoords(cursor_, 0);
    line_->point2->setCoords(cursor_, 1);
}

QString MetricPlot::reading(const MetricSample& sample) const {
    QStringList texts;
    for (const PlotCurve& curve : curves_) {
        if (curve.name.isEmpty() && &curve != &curves_.front()) {
            continue; // the same quantity of somebody else
        }
        const std::uint64_t value = sample.values.at(static_cast<std::size_t>(curve.metric));
        if (value == 0 && curves_.size() > 3 && &curve != &curves_.front()) {
            continue; // of many there is room for what is there
        }
        QString text = quantityText(curve.metric, displayValue(curve.metric, value));
        const bool last = &curve == &curves_.back();
        if (!last && infoOf(curve.metric).unit == infoOf(curves_.back().metric).unit &&
            !isBytes(curve.metric)) {
            text = text.section(QLatin1Char(' '), 0, 0); // the last one says the unit
        }
        texts << (curve.name.isEmpty() ? text : curve.name + QLatin1Char(' ') + text);
    }
    return texts.join(QStringLiteral(" \u00b7 "));
}

int MetricPlot::pointCount(std::size_t curve) const {
    return plot_->graph(static_cast<int>(curve))->data()->size();
}

} // namespace fragscope
