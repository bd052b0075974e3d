// What the segments of seed 001 are compared with, in whole machines: buddies, plain paging, and
// the split allocation that the thread warns of.
#include "fragscope/base/rng.h"
#include "fragscope/kernel/memory_bytes.h"
#include "fragscope/kernel/segments/buddy_check.h"
#include "fragscope/kernel/segments/segment_words.h"
#include "fragscope/machine/parts.h"

#include <QTest>

#include "machine/support/shipped.h"
#include "support/sample_run.h"
#include <rapidcheck.h>

using namespace fragscope;
using namespace fragscope::test;

namespace {

constexpr const char* folder = FRAGSCOPE_SOURCE_DIR "/scenarios/segments/";

RunConfig shipped(const QString& name) {
    return shippedConfig(folder + name + ".toml");
}

ProcessSettings anyProgram(Rng& rng, std::uint64_t number) {
    ProcessSettings process;
    process.name = "process-" + std::to_string(number);
    process.cpus = {static_cast<std::uint32_t>(rng.below(2))};
    process.pattern = Pattern::Segments;
    process.accesses = 20 + rng.below(60);
    process.segments.limit = kib(400 + 4 * rng.below(400));
    process.segments.most = kib(4 + 4 * rng.below(40));
    process.segments.largePercent = static_cast<std::uint32_t>(rng.below(10));
    process.segments.largeLeast = kib(256);
    process.segments.largeMost = kib(900);
    process.segments.youngPercent = static_cast<std::uint32_t>(rng.below(101));
    process.segments.unmovablePercent = static_cast<std::uint32_t>(rng.below(50));
    process.exitAtCycles = rng.below(3) == 0 ? 1 + rng.below(3'000'000) : 0;
    return process;
}

RunConfig anyConfig(Rng& rng) {
    RunConfig config;
    config.check = true;
    config.machine.memory = mib(6);
    config.machine.cpus = 2;
    config.mover.algorithm = MoverAlgorithm::None;
    config.compaction.trigger = CompactionTrigger::None;
    SegmentMemorySettings& segments = config.segments;
    constexpr std::array placements{SegmentPlacement::Buddy, SegmentPlacement::Paged,
                                    SegmentPlacement::Split};
    segments.heap.placement = placements[rng.below(3)];
    segments.kernelMemory = mib(2);
    segments.heap.maxOrder = static_cast<std::uint32_t>(5 + rng.below(6));
    segments.heap.alignAbove = PageCount(rng.below(300));
    segments.heap.alignment = PageCount(1ULL << rng.below(8));
    segments.heap.rounding = static_cast<SegmentRounding>(rng.below(3));
    segments.heap.roundTo = PageCount(1 + rng.below(8));
    segments.areaJoin = static_cast<AreaJoin>(rng.below(3));
    segments.largePages = rng.below(2) == 0;
    for (std::uint64_t i = 1 + rng.below(3); i > 0; --i) {
        config.processes.push_back(anyProgram(rng, i));
    }
    return config;
}

/// "" or what is wrong with the books of the segment heap.
std::string bookIssue(SampleRun& run) {
    const MachineBytes bytes(run.parts().memory);
    const SegmentBytes words(bytes, run.parts().kernel.plan().root.segmentBooks);
    const bool buddy = decodeShape(words).largestBlock != 0;
    const auto found = buddy ? checkBuddies(words) : checkSegments(words, {});
    return found ? found->invariant + ": " + found->text : "";
}

} // namespace

class MachineBaselines : public QObject {
    Q_OBJECT

private slots:

    /// With checking on: contents, owners and books hold in any run of any of them.
    void anyRunHolds() {
        QVERIFY(rc::check([] {
            Rng rng(*rc::gen::arbitrary<std::uint64_t>());
            SampleRun run(anyConfig(rng));
            run.finish();
            const std::string wrong = run.violationText();
            RC_ASSERT(wrong == "");
            RC_ASSERT(run.count(EventKind::StampBroken) == std::size_t{0});
            const std::string issue = bookIssue(run);
            RC_ASSERT(issue == "");
        }));
    }

    /// What the program reads behind the seam is what its neighbour has stored there.
    void withoutPagingTheValueReadIsTheForeignOne() {
        SampleRun run(shipped("split-allocation/split-without-paging"), RecordLevel::Full);
        run.finish();
        const auto pieces = run.all(EventKind::SegmentInPieces);
        QVERIFY(!pieces.empty());
        const std::uint64_t seam = pieces[0].paddr + pieces[0].a * pageBytes;
        QVERIFY(pieces[0].b != seam); // the second piece lies elsewhere
        std::map<std::uint64_t, std::uint64_t> stored;
        std::size_t foreign = 0;
        for (const Event& event : run.log) {
            if (event.kind == EventKind::Store) {
                stored[event.paddr] = event.value;
            } else if (event.kind == EventKind::StampBroken && event.rule == Rule::NewNotZero &&
                       event.vaddr >= seam) {
                QCOMPARE(event.value, stored.at(event.vaddr));
                QVERIFY(event.value != 0);
                ++foreign;
            }
        }
        QCOMPARE(foreign, std::size_t{32}); // two words of each of 16 pages
        QVERIFY(run.count(EventKind::StampBroken, Rule::None) >= 32); // the neighbour's own
    }

    void withPagingTheSameProgramIsRight() {
        SampleRun run(shipped("split-allocation/split-with-paging"));
        run.finish();
        QVERIFY(run.count(EventKind::SegmentInPieces) >= 1);
        QCOMPARE(run.count(EventKind::StampBroken), std::size_t{0});
        QCOMPARE(run.violationText(), std::string());
    }

    /// Lesson L30: the last sweep over 512 pages.
    void promotionSaves511Misses() {
        std::vector<std::size_t> fills;
        for (const QString name : {"need-to-move/small-pages", "need-to-move/promotion"}) {
            SampleRun run(shipped(name), RecordLevel::Full);
            run.finish();
            bool sweeping = false;
            std::size_t misses = 0;
            for (const Event& event : run.log) {
                const bool step = event.kind == EventKind::TaskStep &&
                                  event.a == std::uint64_t(ListingId::CheckerboardProgram);
                sweeping = step ? event.line == 10 : sweeping;
                misses += sweeping && event.kind == EventKind::TlbFill ? 1 : 0;
            }
            fills.push_back(misses);
        }
        QCOMPARE(fills, (std::vector<std::size_t>{512, 1}));
    }
};

QTEST_GUILESS_MAIN(MachineBaselines)
#include "tst_machine_baselines.moc"
