#include "fragscope/scenario/expectation.h"

#include <QtTest>

#include "support/print.h"

using namespace fragscope;

namespace {

Expectation expectMetric(MetricId metric, Comparison comparison, std::uint64_t value) {
    Expectation expectation;
    expectation.metric = metric;
    expectation.comparison = comparison;
    expectation.value = value;
    return expectation;
}

Expectation expectEvent(EventKind kind, Comparison comparison, std::uint64_t value) {
    Expectation expectation;
    expectation.event = kind;
    expectation.comparison = comparison;
    expectation.value = value;
    return expectation;
}

ExpectationResult
outcome(const Expectation& expectation, const MetricSample& sample, const EventCounts& counts) {
    return evaluate(std::span(&expectation, 1), sample, counts).at(0);
}

Event eventOf(EventKind kind, Rule rule = Rule::None) {
    Event event;
    event.kind = kind;
    event.rule = rule;
    return event;
}

} // namespace

class TestScenarioExpectation : public QObject {
    Q_OBJECT

private slots:

    void evaluate_metric_comparesWithNumber() {
        MetricSample sample;
        sample.values[static_cast<std::size_t>(MetricId::LostWrites)] = 3;
        const auto passed = [&](Comparison comparison, std::uint64_t value) {
            return outcome(expectMetric(MetricId::LostWrites, comparison, value), sample, {})
                .passed;
        };
        QVERIFY(passed(Comparison::Equals, 3));
        QVERIFY(!passed(Comparison::Equals, 2));
        QVERIFY(passed(Comparison::AtLeast, 3));
        QVERIFY(!passed(Comparison::AtLeast, 4));
        QVERIFY(passed(Comparison::AtMost, 3));
        QVERIFY(!passed(Comparison::AtMost, 2));
    }

    void evaluate_metric_comparesWithAnotherMetric() {
        MetricSample sample;
        sample.values[static_cast<std::size_t>(MetricId::WaitLongest)] = 10;
        sample.values[static_cast<std::size_t>(MetricId::WaitTotal)] = 9;
        Expectation expectation = expectMetric(MetricId::WaitLongest, Comparison::AtMost, 100);
        expectation.other = MetricId::WaitTotal;
        const ExpectationResult result = outcome(expectation, sample, {});
        QVERIFY(!result.passed);
        QCOMPARE(result.text(),
                 std::string("wait_longest_cycles at most wait_total_cycles (9): found 10"));
    }

    void evaluate_events_countsByKindAndReason() {
        EventCounts counts;
        counts.onEvent(eventOf(EventKind::ProcessKilled, Rule::LegalButKilled));
        counts.onEvent(eventOf(EventKind::ProcessKilled, Rule::NotMapped));
        counts.onEvent(eventOf(EventKind::PageFault));
        Expectation expectation = expectEvent(EventKind::ProcessKilled, Comparison::Equals, 2);
        QVERIFY(outcome(expectation, {}, counts).passed);
        expectation.rule = Rule::LegalButKilled;
        const ExpectationResult result = outcome(expectation, {}, counts);
        QVERIFY(!result.passed);
        QCOMPARE(result.text(),
                 std::string("events process-killed (LegalButKilled) equals 2: found 1"));
    }

    void evaluate_ratio_isShownWithItsPoint() {
        MetricSample sample;
        sample.values[static_cast<std::size_t>(MetricId::ExternalFragmentation)] = 12'500;
        const ExpectationResult result = outcome(
            expectMetric(MetricId::ExternalFragmentation, Comparison::AtMost, 250'000), sample, {});
        QVERIFY(result.passed);
        QCOMPARE(result.text(), std::string("external_fragmentation_ratio at most 0.250000: found "
                                            "0.012500"));
    }

    void soundness_nothingStated_addsAllFour() {
        const auto added = soundnessExpectations({});
        QCOMPARE(added.size(), std::size_t{4});
        for (const Expectation& expectation : added) {
            QVERIFY(expectation.comparison == Comparison::Equals && expectation.value == 0);
        }
    }

    void soundness_statedMetricOrEvent_isLeftToTheScenario() {
        const std::vector<Expectation> stated{
            expectMetric(MetricId::LostWrites, Comparison::AtLeast, 1),
            expectEvent(EventKind::StaleRead, Comparison::AtLeast, 1)};
        const auto added = soundnessExpectations(stated);
        QCOMPARE(added.size(), std::size_t{2});
        QVERIFY(added[0].metric == MetricId::ForeignAccesses);
        QVERIFY(added[1].metric == MetricId::InvariantsBroken);
    }
};

QTEST_GUILESS_MAIN(TestScenarioExpectation)
#include "tst_scenario_expectation.moc"
