#include "fragscope/experiment/growth.h"
#include "fragscope/experiment/reference_counts.h"

#include <QTest>

using namespace fragscope;

namespace {

std::vector<GrowthPoint> points(std::initializer_list<double> costs, std::uint64_t factor) {
    std::vector<GrowthPoint> curve;
    std::uint64_t at = factor;
    for (const double cost : costs) {
        curve.push_back({at, cost});
        at *= factor;
    }
    return curve;
}

} // namespace

class TestExperimentGrowth : public QObject {
    Q_OBJECT

private slots:

    void counts_few_haveMeanMedianAndMost() {
        ReferenceCounts counts;
        QCOMPARE(counts.most(), 0U);
        QCOMPARE(counts.median(), 0U);
        QCOMPARE(counts.mean(), 0.0);
        for (const std::uint64_t references : {9U, 1U, 2U, 100U}) {
            counts.add(references);
        }
        QCOMPARE(counts.operations(), 4U);
        QCOMPARE(counts.most(), 100U);
        QCOMPARE(counts.median(), 2U); // the lower of 2 and 9
        QCOMPARE(counts.mean(), 28.0);
        counts.add(9);
        QCOMPARE(counts.median(), 9U);
    }

    void counts_added_areThoseOfBoth() {
        ReferenceCounts a;
        a.add(4);
        ReferenceCounts b;
        b.add(4);
        b.add(7);
        a.add(b);
        QCOMPARE(a.operations(), 3U);
        QCOMPARE(a.mean(), 5.0);
        QCOMPARE(a.median(), 4U);
    }

    void buckets_arePowersOfTwo_withoutGaps() {
        ReferenceCounts counts;
        for (const std::uint64_t references : {0U, 1U, 1U, 3U, 17U}) {
            counts.add(references);
        }
        const std::vector<ReferenceBucket> expected{{0, 0, 1}, {1, 1, 2},  {2, 3, 1},
                                                    {4, 7, 0}, {8, 15, 0}, {16, 31, 1}};
        QVERIFY(counts.buckets() == expected);
        ReferenceCounts later;
        later.add(6);
        QVERIFY(later.buckets() == (std::vector<ReferenceBucket>{{4, 7, 1}}));
    }

    void fit_knownForms_areFound_data() {
        QTest::addColumn<int>("growth");
        QTest::addColumn<QVector<double>>("costs");
        const auto row = [](const char* name, Growth growth, QVector<double> costs) {
            QTest::newRow(name) << static_cast<int>(growth) << std::move(costs);
        };
        // against 10, 100, 1,000, 10,000, 100,000
        row("flat", Growth::Constant, {20, 20, 20, 20, 20});
        row("noisy", Growth::Constant, {20, 28, 24, 30, 26});
        row("reaches its bound", Growth::Constant, {30, 33, 201, 201, 201});
        row("falls", Growth::Constant, {400, 200, 100, 50, 25});
        row("logarithm", Growth::Logarithmic, {33, 66, 100, 133, 166});
        row("line", Growth::Linear, {16, 25, 115, 1015, 10015});
        row("noisy line", Growth::Linear, {17, 22, 140, 900, 11000});
    }

    void fit_knownForms_areFound() {
        QFETCH(int, growth);
        QFETCH(QVector<double>, costs);
        std::vector<GrowthPoint> curve;
        std::uint64_t at = 1;
        for (const double cost : costs) {
            curve.push_back({at *= 10, cost});
        }
        QCOMPARE(nameOf(fitGrowth(curve).growth), nameOf(static_cast<Growth>(growth)));
    }

    void fit_line_hasItsOffsetAndSlope() {
        const GrowthFit fit =
            fitGrowth(points({15 + 2 * 4, 15 + 2 * 16, 15 + 2 * 64, 15 + 2 * 256}, 4));
        QVERIFY(fit.growth == Growth::Linear);
        QVERIFY(std::abs(fit.offset - 15) < 1e-9);
        QVERIFY(std::abs(fit.slope - 2) < 1e-9);
        QVERIFY(fit.error < 1e-18);
    }

    void fit_logarithmOfPowersOfTwo_isExact() {
        const GrowthFit fit = fitGrowth(points({5 + 30, 5 + 60, 5 + 90, 5 + 120, 5 + 150}, 8));
        QVERIFY(fit.growth == Growth::Logarithmic);
        QVERIFY(std::abs(fit.slope - 10) < 1e-9);
        QVERIFY(std::abs(fit.offset - 5) < 1e-9);
    }

    void fit_constant_isThatOfTheUpperHalf() {
        const GrowthFit fit = fitGrowth(points({30, 33, 201, 201, 201}, 10));
        QVERIFY(std::abs(fit.offset - 201) < 1e-9);
        QCOMPARE(fit.slope, 0.0);
    }

    void fit_tooLittleToTell_isUnknown() {
        QVERIFY(fitGrowth({}).growth == Growth::Unknown);
        QVERIFY(fitGrowth(points({1, 100}, 10)).growth == Growth::Unknown);
        const std::vector<GrowthPoint> near{{10, 1}, {20, 50}, {39, 900}};
        QVERIFY(fitGrowth(near).growth == Growth::Unknown);
    }
};

QTEST_GUILESS_MAIN(TestExperimentGrowth)
#include "tst_experiment_growth.moc"
