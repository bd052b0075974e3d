// The metrics of segments, folded from events, say what the books and the page tables say.
#include "fragscope/hardware/paging/pte.h"
#include "fragscope/kernel/memory_bytes.h"
#include "fragscope/kernel/segments/segment_gaps.h"
#include "fragscope/kernel/segments/segment_words.h"
#include "fragscope/view/metrics/metric_fold.h"

#include <QTest>

#include "machine/support/shipped.h"
#include "support/sample_run.h"

using namespace fragscope;
using namespace fragscope::test;

namespace {

RunConfig shipped(const QString& name) {
    return shippedConfig(FRAGSCOPE_SOURCE_DIR "/scenarios/segments/" + name + ".toml");
}

MachineShape shapeOf(const RunConfig& config) {
    const PageCount frames = pagesFor(config.machine.memory);
    return {.frames = frames,
            .cpus = config.machine.cpus,
            .ram = ramBetween(frames, config.machine.holes)};
}

/// What the metrics should be, from the bytes of the machine.
struct Books {
    SegmentGaps gaps;
    std::uint64_t inversions = 0;
    std::uint64_t mapped = 0;
};

/// Entries of page tables that map a segment.
std::uint64_t entriesOf(const Process& process, const Segment& segment) {
    std::uint64_t entries = 0;
    for (std::uint64_t i = 0; i < segment.frames.value; ++i) {
        const PageNumber page = pageOf(segment.vaddr) + PageCount(i);
        const Pte entry{process.tables.leaf(page)};
        const bool first = !entry.large() || page.value % wordsPerPage == 0;
        entries += entry.present() && first ? 1U : 0U;
    }
    return entries;
}

Books readBooks(SampleRun& run) {
    const MachineBytes bytes(run.parts().memory);
    const SegmentBytes words(bytes, decodeRoot(bytes)->segmentBooks);
    Books books;
    for (std::uint32_t zone = 0; zone < decodeShape(words).zones; ++zone) {
        books.gaps += gapsOf(words, zone);
        std::optional<std::uint64_t> below;
        for (const Segment& each : decodeSegments(words, zone)) {
            if (each.state == SegmentState::Used) {
                books.inversions += below && *below > each.birth ? 1U : 0U;
                below = each.birth;
                books.mapped += entriesOf(run.process(each.owner), each);
            }
        }
    }
    return books;
}

/// Nobody changes the books or a mapping.
bool isQuiet(SampleRun& run) {
    const auto& all = run.parts().kernel.processes();
    return run.parts().kernel.segments()->heap().unlocked(0) &&
           std::all_of(all.begin(), all.end(),
                       [](const auto& process) { return process->mapLock == 0; });
}

} // namespace

class TestMachineSegmentGaps : public QObject {
    Q_OBJECT

private slots:

    void metricsEqualTheBooks_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"holes/separate", "holes/across", "holes/across-fill",
                                 "large-pages", "quick-fit", "top-background"}) {
            QTest::newRow(name) << name;
        }
    }

    void metricsEqualTheBooks() {
        QFETCH(QString, name);
        const RunConfig config = shipped(name);
        SampleRun run(config);
        MetricFold fold(shapeOf(config));
        std::size_t folded = 0;
        int looks = 0;
        for (bool more = true; more; ++looks) {
            more = run.machine().advance(nullptr, 20'000) != AdvanceEnd::Finished;
            for (; folded < run.log.size(); ++folded) {
                fold.apply(run.log[folded]);
            }
            if (!isQuiet(run)) {
                continue;
            }
            const Books books = readBooks(run);
            const auto metric = [&fold](MetricId id) {
                return fold.sample().values[static_cast<std::size_t>(id)];
            };
            QCOMPARE(metric(MetricId::GapAlignment), bytesOf(books.gaps.alignment).value);
            QCOMPARE(metric(MetricId::GapHole), bytesOf(books.gaps.hole).value);
            QCOMPARE(metric(MetricId::GapLocked), bytesOf(books.gaps.locked).value);
            QCOMPARE(metric(MetricId::GapFree), bytesOf(books.gaps.free).value);
            QCOMPARE(metric(MetricId::Inversions), books.inversions);
            QCOMPARE(metric(MetricId::MappedEntries), books.mapped);
        }
        QVERIFY(looks > 3);
    }
};

QTEST_GUILESS_MAIN(TestMachineSegmentGaps)
#include "tst_machine_segment_gaps.moc"
