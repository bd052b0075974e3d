#include "fragscope/base/rng.h"
#include "fragscope/event/event_kind.h"
#include "fragscope/kernel/layout.h"
#include "fragscope/view/metrics.h"

#include <QTest>

#include <algorithm>
#include <set>
#include <vector>

using namespace fragscope;

namespace {

constexpr std::uint64_t frames = 64;

MachineShape sampleShape() {
    return {.frames = PageCount(frames), .ram = {}};
}

/// Gives events to metrics, numbering them.
class Feed {
public:
    explicit Feed(Metrics& m) : metrics(m) {}

    void operator()(Event event) {
        event.seq = seq_++;
        event.timeCycles = time;
        metrics.onEvent(event);
    }

    void frameRun(EventKind kind, std::uint64_t first, std::uint64_t count) {
        (*this)({.kind = kind, .paddr = first * pageBytes, .a = count});
    }

    std::uint64_t time = 0;

private:
    Metrics& metrics;
    std::uint64_t seq_ = 0;
};

std::uint64_t valueOf(const MetricSample& sample, MetricId metric) {
    return sample.values[static_cast<std::size_t>(metric)];
}

std::uint64_t valueOf(const Metrics& metrics, MetricId metric) {
    return valueOf(metrics.current(), metric);
}

/// Metrics that differ between two samples.
std::set<MetricId> changedBetween(const MetricSample& x, const MetricSample& y) {
    std::set<MetricId> changed;
    for (const MetricInfo& info : allMetrics()) {
        if (valueOf(x, info.id) != valueOf(y, info.id)) {
            changed.insert(info.id);
        }
    }
    return changed;
}

} // namespace

class TestMetrics : public QObject {
    Q_OBJECT

private slots:
    void registry_allMetrics_haveNamesAndUnits();
    void freeSpace_randomTakesAndGives_equalsBitmap();
    void freeSpace_holes_areNotFree();
    void fragmentation_twoRuns_isMillionths();
    void peak_afterFrees_stays();
    void mapEntries_onlyBlocksCount_andEndWithTheirProcess();
    void counters_eachKind_changesItsMetricsOnly_data();
    void counters_eachKind_changesItsMetricsOnly();
    void shootdown_nobodyToAsk_isNotCounted();
    void accesses_severalTasks_addUpLatestProgress();
    void waits_knownLengths_giveTotalsAndPercentile();
    void histogram_anyLength_liesInItsBucket();
    void histogram_percentile_isWithinOneSixteenth();
    void series_changes_areSampledByInterval();
    void series_longRun_staysBounded();
    void at_anySeq_isLastSampleBefore();
    void onEvent_seenAlready_isIgnored();
};

void TestMetrics::registry_allMetrics_haveNamesAndUnits() {
    std::set<std::string_view> names;
    for (const MetricInfo& info : allMetrics()) {
        QVERIFY(!info.unit.empty() && info.description.size() > 15);
        names.insert(info.name);
        QVERIFY(&infoOf(info.id) == &info);
    }
    QCOMPARE(names.size(), metricCount);
    QCOMPARE(displayValue(MetricId::ExternalFragmentation, 250'000), 0.25);
    QCOMPARE(displayValue(MetricId::PageFaults, 7), 7.0);
}

void TestMetrics::freeSpace_randomTakesAndGives_equalsBitmap() {
    Metrics metrics(sampleShape());
    Feed feed(metrics);
    std::vector<bool> free(frames, true);
    Rng rng(1);
    for (int i = 0; i < 3000; ++i) {
        const std::uint64_t first = rng.below(frames);
        const std::uint64_t count = 1 + rng.below(std::min<std::uint64_t>(9, frames - first));
        const bool take = rng.below(2) == 0;
        feed.frameRun(take ? EventKind::FramesAllocated : EventKind::FramesFreed, first, count);
        std::fill_n(free.begin() + static_cast<std::ptrdiff_t>(first), count, !take);
        std::uint64_t longest = 0;
        std::uint64_t run = 0;
        for (const bool isFree : free) {
            run = isFree ? run + 1 : 0;
            longest = std::max(longest, run);
        }
        const auto total = static_cast<std::uint64_t>(std::count(free.begin(), free.end(), true));
        QCOMPARE(valueOf(metrics, MetricId::FreeBytes), total * pageBytes);
        QCOMPARE(valueOf(metrics, MetricId::LargestFreeRun), longest * pageBytes);
    }
}

void TestMetrics::freeSpace_holes_areNotFree() {
    MachineShape shape = sampleShape();
    shape.ram = ramBetween(shape.frames, {{PhysAddr(10 * pageBytes), bytesOf(PageCount(4))}});
    const Metrics metrics(shape);
    QCOMPARE(valueOf(metrics, MetricId::FreeBytes), (frames - 4) * pageBytes);
    QCOMPARE(valueOf(metrics, MetricId::LargestFreeRun), (frames - 14) * pageBytes);
    QCOMPARE(valueOf(metrics, MetricId::PeakFrames), std::uint64_t{0});
}

void TestMetrics::fragmentation_twoRuns_isMillionths() {
    Metrics metrics(sampleShape());
    Feed feed(metrics);
    feed.frameRun(EventKind::FramesAllocated, 0, frames);
    QCOMPARE(valueOf(metrics, MetricId::ExternalFragmentation),
             std::uint64_t{0}); // nothing is free
    feed.frameRun(EventKind::FramesFreed, 0, 3);
    QCOMPARE(valueOf(metrics, MetricId::ExternalFragmentation), std::uint64_t{0});
    feed.frameRun(EventKind::FramesFreed, 10, 1);
    QCOMPARE(valueOf(metrics, MetricId::ExternalFragmentation), std::uint64_t{250'000});
}

void TestMetrics::peak_afterFrees_stays() {
    Metrics metrics(sampleShape());
    Feed feed(metrics);
    feed.frameRun(EventKind::FramesAllocated, 0, 20);
    feed.frameRun(EventKind::FramesFreed, 0, 20);
    feed.frameRun(EventKind::FramesAllocated, 0, 5);
    QCOMPARE(valueOf(metrics, MetricId::PeakFrames), std::uint64_t{20});
}

void TestMetrics::mapEntries_onlyBlocksCount_andEndWithTheirProcess() {
    Metrics metrics(sampleShape());
    Feed feed(metrics);
    const auto entry = [&](EventKind kind, std::uint32_t process, EntryKind what) {
        feed({.kind = kind, .object = process, .value = static_cast<std::uint64_t>(what)});
    };
    entry(EventKind::MapEntryAdded, 1, EntryKind::Limit);
    entry(EventKind::MapEntryAdded, 1, EntryKind::Block);
    entry(EventKind::MapEntryAdded, 1, EntryKind::Block);
    entry(EventKind::MapEntryAdded, 1, EntryKind::NoAccess);
    entry(EventKind::MapEntryAdded, 2, EntryKind::Block);
    QCOMPARE(valueOf(metrics, MetricId::MapEntries), std::uint64_t{3});
    entry(EventKind::MapEntryRemoved, 1, EntryKind::NoAccess);
    entry(EventKind::MapEntryRemoved, 1, EntryKind::Block);
    QCOMPARE(valueOf(metrics, MetricId::MapEntries), std::uint64_t{2});
    feed({.kind = EventKind::ProcessExited, .object = 1});
    QCOMPARE(valueOf(metrics, MetricId::MapEntries), std::uint64_t{1});
    feed({.kind = EventKind::ProcessExited, .object = 1});
    QCOMPARE(valueOf(metrics, MetricId::MapEntries), std::uint64_t{1});
}

void TestMetrics::counters_eachKind_changesItsMetricsOnly_data() {
    QTest::addColumn<int>("kind");
    QTest::addColumn<int>("metric");
    QTest::addColumn<quint64>("amount"); // for value 1000
    const auto row = [](const char* name, EventKind kind, MetricId metric, quint64 amount) {
        QTest::newRow(name) << static_cast<int>(kind) << static_cast<int>(metric) << amount;
    };
    row("bytes moved", EventKind::PageCopied, MetricId::BytesMoved, 1000);
    row("map stores", EventKind::MapStore, MetricId::MapStores, 1);
    row("entry stores", EventKind::PteStore, MetricId::PteStores, 1);
    row("faults", EventKind::PageFault, MetricId::PageFaults, 1);
    row("shootdowns", EventKind::ShootdownSent, MetricId::Shootdowns, 1);
    row("shootdown cycles", EventKind::ShootdownDone, MetricId::ShootdownCycles, 1000);
    row("handler cycles", EventKind::FaultResolved, MetricId::HandlerCycles, 1000);
    row("mover cycles", EventKind::MoveDone, MetricId::MoverCycles, 1000);
    row("kills", EventKind::ProcessKilled, MetricId::Kills, 1);
    row("lost writes", EventKind::LostWrite, MetricId::LostWrites, 1);
    row("stale reads", EventKind::StaleRead, MetricId::StaleReads, 1);
    row("foreign accesses", EventKind::ForeignAccess, MetricId::ForeignAccesses, 1);
    row("invariants", EventKind::InvariantBroken, MetricId::InvariantsBroken, 1);
    row("deadlines", EventKind::DeadlineMissed, MetricId::DeadlinesMissed, 1);
    row("refusals", EventKind::RequestRefused, MetricId::Refusals, 1);
    row("nothing", EventKind::Load, MetricId::Count, 0);
    row("nothing, state", EventKind::PhysStore, MetricId::Count, 0);
}

void TestMetrics::counters_eachKind_changesItsMetricsOnly() {
    QFETCH(int, kind);
    QFETCH(int, metric);
    QFETCH(quint64, amount);
    Metrics metrics(sampleShape());
    Feed feed(metrics);
    const MetricSample before = metrics.current();
    feed({.kind = static_cast<EventKind>(kind), .value = 1000});
    feed({.kind = static_cast<EventKind>(kind), .value = 1000});
    const auto id = static_cast<MetricId>(metric);
    const std::set<MetricId> expected =
        id == MetricId::Count ? std::set<MetricId>() : std::set<MetricId>{id};
    QVERIFY(changedBetween(before, metrics.current()) == expected);
    QVERIFY(expected.empty() || valueOf(metrics, id) == 2 * amount);
}

void TestMetrics::shootdown_nobodyToAsk_isNotCounted() {
    Metrics metrics(sampleShape());
    Feed feed(metrics);
    feed({.kind = EventKind::ShootdownSent, .value = 0, .a = 4});
    QCOMPARE(valueOf(metrics, MetricId::Shootdowns), std::uint64_t{0});
}

void TestMetrics::accesses_severalTasks_addUpLatestProgress() {
    Metrics metrics(sampleShape());
    Feed feed(metrics);
    feed.time = 10'000;
    feed({.kind = EventKind::AccessesDone, .task = 1, .value = 50});
    feed({.kind = EventKind::AccessesDone, .task = 2, .value = 30});
    feed({.kind = EventKind::AccessesDone, .task = 1, .value = 70});
    QCOMPARE(valueOf(metrics, MetricId::Accesses), std::uint64_t{100});
    QCOMPARE(valueOf(metrics, MetricId::Throughput), std::uint64_t{10'000});
}

void TestMetrics::waits_knownLengths_giveTotalsAndPercentile() {
    Metrics metrics(sampleShape());
    Feed feed(metrics);
    for (int i = 0; i < 99; ++i) {
        feed({.kind = EventKind::WaitEnded, .value = 10});
    }
    feed({.kind = EventKind::WaitEnded, .value = 5000});
    QCOMPARE(valueOf(metrics, MetricId::WaitCount), std::uint64_t{100});
    QCOMPARE(valueOf(metrics, MetricId::WaitTotal), std::uint64_t{5990});
    QCOMPARE(valueOf(metrics, MetricId::WaitLongest), std::uint64_t{5000});
    QCOMPARE(valueOf(metrics, MetricId::Wait99), std::uint64_t{10});
    feed({.kind = EventKind::WaitEnded, .value = 5000});
    QCOMPARE(valueOf(metrics, MetricId::Wait99), std::uint64_t{5000}); // never above the longest
    const auto histogram = metrics.histogram();
    QCOMPARE(histogram.size(), std::size_t{2});
    QCOMPARE(histogram[0].waits, std::uint64_t{99});
    QCOMPARE(histogram[1].waits, std::uint64_t{2});
    QVERIFY(histogram[1].fromCycles <= 5000 && histogram[1].belowCycles > 5000);
}

void TestMetrics::histogram_anyLength_liesInItsBucket() {
    Rng rng(5);
    std::vector<std::uint64_t> lengths{0, 1, 15, 16, 31, 32, 33, ~0ULL, ~0ULL - 1, 1ULL << 63};
    for (int i = 0; i < 20'000; ++i) {
        lengths.push_back(rng.next() >> rng.below(64));
    }
    for (const std::uint64_t length : lengths) {
        const std::size_t bucket = WaitHistogram::bucketOf(length);
        QVERIFY(bucket < WaitHistogram::bucketLimit);
        QVERIFY(WaitHistogram::bucketStart(bucket) <= length);
        QVERIFY(length < WaitHistogram::bucketStart(bucket + 1) || length == ~0ULL);
    }
    for (std::size_t i = 0; i + 1 < WaitHistogram::bucketLimit; ++i) {
        QVERIFY(WaitHistogram::bucketStart(i) < WaitHistogram::bucketStart(i + 1));
    }
}

void TestMetrics::histogram_percentile_isWithinOneSixteenth() {
    Rng rng(6);
    WaitHistogram histogram;
    QCOMPARE(histogram.percentile(99), std::uint64_t{0});
    std::vector<std::uint64_t> lengths;
    for (int i = 0; i < 5000; ++i) {
        lengths.push_back(rng.below(1'000'000));
        histogram.add(lengths.back());
    }
    std::sort(lengths.begin(), lengths.end());
    for (const unsigned percent : {1U, 50U, 90U, 99U, 100U}) {
        const std::uint64_t exact = lengths[lengths.size() * percent / 100 - 1];
        const std::uint64_t found = histogram.percentile(percent);
        QVERIFY(found >= exact);
        QVERIFY(found <= exact + exact / 16 + 1);
    }
}

void TestMetrics::series_changes_areSampledByInterval() {
    Metrics metrics(sampleShape(), 100);
    Feed feed(metrics);
    for (feed.time = 0; feed.time < 1000; feed.time += 10) {
        feed({.kind = feed.time < 500 ? EventKind::PageFault : EventKind::Load});
    }
    feed({.kind = EventKind::RunEnded});
    const auto& series = metrics.series();
    QCOMPARE(series.front().seq, std::uint64_t{0});
    QCOMPARE(valueOf(series.front(), MetricId::FreeBytes), frames * pageBytes);
    // Every 100 cycles and 10 (the sample is taken at the first event past the interval) while
    // faults come; then nothing changes until the end.
    QVERIFY(series.size() >= 6 && series.size() <= 8);
    for (std::size_t i = 1; i + 1 < series.size(); ++i) {
        QVERIFY(series[i].timeCycles >= series[i - 1].timeCycles + 90);
        QCOMPARE(valueOf(series[i], MetricId::PageFaults),
                 std::min<std::uint64_t>(series[i].seq, 50));
    }
    QCOMPARE(series.back().seq, metrics.current().seq);
    QCOMPARE(valueOf(series.back(), MetricId::PageFaults), std::uint64_t{50});
}

void TestMetrics::series_longRun_staysBounded() {
    Metrics metrics(sampleShape(), 1);
    Feed feed(metrics);
    constexpr std::uint64_t count = 100'000;
    for (std::uint64_t i = 0; i < count; ++i) {
        feed.time += 7;
        feed({.kind = EventKind::PageFault});
        QVERIFY(metrics.series().size() <= Metrics::mostSamples);
    }
    const auto& series = metrics.series();
    QVERIFY(series.size() > Metrics::mostSamples / 4);
    QCOMPARE(series.front().seq, std::uint64_t{0});
    for (std::size_t i = 1; i < series.size(); ++i) {
        QVERIFY(series[i].seq > series[i - 1].seq);
        QCOMPARE(valueOf(series[i], MetricId::PageFaults), series[i].seq);
    }
    QVERIFY(series.back().timeCycles > feed.time - feed.time / 100);
}

void TestMetrics::at_anySeq_isLastSampleBefore() {
    Metrics metrics(sampleShape(), 50);
    Feed feed(metrics);
    for (feed.time = 0; feed.time < 2000; feed.time += 20) {
        feed({.kind = EventKind::PageFault});
    }
    const auto& series = metrics.series();
    QVERIFY(series.size() > 20);
    QCOMPARE(metrics.at(0).seq, std::uint64_t{0});
    for (std::size_t i = 0; i + 1 < series.size(); ++i) {
        QCOMPARE(metrics.at(series[i].seq).seq, series[i].seq);
        QCOMPARE(metrics.at(series[i + 1].seq - 1).seq, series[i].seq);
    }
    QCOMPARE(metrics.at(~0ULL).seq, series.back().seq);
}

void TestMetrics::onEvent_seenAlready_isIgnored() {
    Metrics metrics(sampleShape());
    const Event fault{.seq = 4, .kind = EventKind::PageFault};
    metrics.onEvent(fault);
    metrics.onEvent(fault);
    metrics.onEvent({.seq = 2, .kind = EventKind::PageFault});
    QCOMPARE(valueOf(metrics, MetricId::PageFaults), std::uint64_t{1});
    QCOMPARE(metrics.current().seq, std::uint64_t{5});
}

QTEST_GUILESS_MAIN(TestMetrics)
#include "tst_view_metrics.moc"
