#include "fragscope/base/rng.h"
#include "fragscope/ui/plots/metric_plot.h"
#include "fragscope/ui/plots/series_reduction.h"

#include <QTest>

using namespace fragscope;

namespace {

constexpr MetricId metric = MetricId::FreeBytes;

std::vector<MetricSample> randomSeries(std::size_t samples) {
    Rng rng(samples);
    std::vector<MetricSample> series(samples);
    for (std::size_t i = 0; i < samples; ++i) {
        series[i].seq = i;
        series[i].timeCycles = i * 10;
        series[i].values[static_cast<std::size_t>(metric)] = 1000 + rng.below(1000);
    }
    return series;
}

} // namespace

class TestSeriesReduction : public QObject {
    Q_OBJECT

private slots:

    void reduced_extremesOfAnyRange_areKept() {
        std::vector<MetricSample> series = randomSeries(100'000);
        series[70'003].values[static_cast<std::size_t>(metric)] = 9999;
        series[30'001].values[static_cast<std::size_t>(metric)] = 1;
        const std::vector<PlotPoint> points = reduced(series, metric, 0, 1'000'000, 400);
        QVERIFY(points.size() <= 2 * 401 + 2);
        double least = 1e9;
        double greatest = 0;
        double time = -1;
        for (const PlotPoint& point : points) {
            QVERIFY(point.time >= time);
            time = point.time;
            least = std::min(least, point.value);
            greatest = std::max(greatest, point.value);
        }
        QCOMPARE(least, 1.0);
        QCOMPARE(greatest, 9999.0);
    }

    void reduced_fewSamples_areAllThere() {
        const std::vector<MetricSample> series = randomSeries(20);
        const std::vector<PlotPoint> points = reduced(series, metric, 0, 190, 1000);
        QCOMPARE(points.size(), std::size_t{20});
        QCOMPARE(points[7].value,
                 static_cast<double>(series[7].values[static_cast<std::size_t>(metric)]));
    }

    void reduced_rangeBetweenSamples_holdsTheLastValue() {
        const std::vector<MetricSample> series = randomSeries(20);
        const auto held = static_cast<double>(series[5].values[static_cast<std::size_t>(metric)]);
        const std::vector<PlotPoint> points = reduced(series, metric, 52, 58, 10);
        QCOMPARE(points, (std::vector<PlotPoint>{{52, held}, {58, held}}));
    }

    void reduced_nothing_isNothing() { QVERIFY(reduced({}, metric, 0, 100, 10).empty()); }

    void quantities_readWell() {
        QCOMPARE(quantityText(MetricId::FreeBytes, 1.9 * 1024 * 1024), QStringLiteral("1.9 MiB"));
        QCOMPARE(quantityText(MetricId::WaitLongest, 21667), QStringLiteral("21,667 cycles"));
        QCOMPARE(quantityText(MetricId::ExternalFragmentation, 0.4142), QStringLiteral("0.41"));
        QCOMPARE(axisText(0), QStringLiteral("0"));
        QCOMPARE(axisText(0.25), QStringLiteral("0.25"));
        QCOMPARE(axisText(20'000), QStringLiteral("20k"));
        QCOMPARE(axisText(1'500'000), QStringLiteral("1.5M"));
    }
};

QTEST_GUILESS_MAIN(TestSeriesReduction)
#include "tst_ui_series_reduction.moc"
