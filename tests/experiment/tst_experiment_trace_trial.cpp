#include "fragscope/experiment/trial_figures.h"

#include <QTest>

using namespace fragscope;

namespace {

TraceOperation a(std::uint32_t id, std::uint64_t size) {
    TraceOperation operation;
    operation.id = id;
    operation.size = size;
    return operation;
}

TraceOperation f(std::uint32_t id) {
    TraceOperation operation;
    operation.kind = TraceKind::Free;
    operation.id = id;
    return operation;
}

TraceOperation r(std::uint32_t oldId, std::uint32_t id, std::uint64_t size) {
    TraceOperation operation;
    operation.kind = TraceKind::Reallocate;
    operation.oldId = oldId;
    operation.id = id;
    operation.size = size;
    return operation;
}

TraceOperation bad() {
    TraceOperation operation;
    operation.kind = TraceKind::Bad;
    return operation;
}

AllocationTrace traceOf(std::vector<TraceOperation> operations) {
    AllocationTrace trace;
    for (const TraceOperation& operation : operations) {
        trace.largestId = std::max<std::uint64_t>(trace.largestId, operation.id);
    }
    trace.operations = std::move(operations);
    return trace;
}

AllocatorSettings bump() {
    return defaultSettings(AllocatorKind::Bump);
}

/// Pages of three blocks of 5,400 bytes, without an end that holds none: 3 * 5,400 = 16,200.
AllocatorSettings threeToAPage(std::uint64_t increment = 0) {
    AllocatorSettings settings = defaultSettings(AllocatorKind::CompactFit);
    settings.blockSize = 5400;
    settings.increment = increment;
    return settings;
}

AllocatorSettings interleaved(AllocatorSettings settings) {
    settings.interleave = true;
    return settings;
}

std::vector<TraceOperation> sevenBlocks() {
    std::vector<TraceOperation> operations;
    for (std::uint32_t id = 0; id < 7; ++id) {
        operations.push_back(a(id, 100));
    }
    return operations;
}

AllocationTrace sevenAnd(const std::vector<TraceOperation>& more) {
    std::vector<TraceOperation> operations = sevenBlocks();
    operations.insert(operations.end(), more.begin(), more.end());
    return traceOf(std::move(operations));
}

std::vector<OperationEnd> stepAll(TraceTrial& trial) {
    std::vector<OperationEnd> ends;
    while (!trial.done()) {
        ends.push_back(trial.step().end);
    }
    return ends;
}

std::optional<double> figure(TraceTrial& trial, std::string_view name) {
    const TrialState state = stateOf(trial);
    for (const TrialFigure& figure : trialFigures()) {
        if (figure.name == name) {
            return figure.of(state);
        }
    }
    return -12345;
}

void compareFigure(TraceTrial& trial, std::string_view name, double expected) {
    const auto value = figure(trial, name);
    QVERIFY2(value.has_value(), name.data());
    QVERIFY2(std::abs(*value - expected) < 1e-9,
             qPrintable(QString("%1: %2, not %3").arg(name.data()).arg(*value).arg(expected)));
}

} // namespace

class TestExperimentTraceTrial : public QObject {
    Q_OBJECT

private slots:

    // ---- the figures of Johnstone and Wilson ----
    void bump_handMadeTrace_hasTheFiguresWorkedOutByHand() {
        // blocks at 0, 112 and 176: H is the end of the last one in use, L what was asked for
        //   op  a0  a1   f0   a2   f1   f2
        //   L  100 150   50   60   10    0
        //   H  100 162  162  186  186    0
        const AllocationTrace trace = traceOf({a(0, 100), a(1, 50), f(0), a(2, 10), f(1), f(2)});
        TraceTrial trial(trace, bump());
        for (const std::uint64_t footprint : {100U, 162U, 162U, 186U, 186U, 0U}) {
            trial.step();
            QCOMPARE(trial.totals().footprint, footprint);
        }
        QCOMPARE(trial.totals().peakLiveBytes, 150U);
        QCOMPARE(trial.totals().footprintAtPeakLive, 162U);
        QCOMPARE(trial.totals().peakFootprint, 186U);
        QCOMPARE(trial.totals().liveAtPeakFootprint, 60U); // where it was reached first
        const double sum =
            0 + (162.0 / 150 - 1) + (162.0 / 50 - 1) + (186.0 / 60 - 1) + (186.0 / 10 - 1);
        compareFigure(trial, "overhead_mean", sum / 5); // nothing is live after the last operation
        compareFigure(trial, "overhead_at_peak_live", 162.0 / 150 - 1);
        compareFigure(trial, "overhead_at_peak_footprint", 186.0 / 60 - 1);
        compareFigure(trial, "overhead_of_peaks", 186.0 / 150 - 1);
        compareFigure(trial, "peak_utilisation", 150.0 / 186);
        compareFigure(trial, "live_bytes", 0);
    }

    void bump_internalFragmentation_isOneLessLiveOverUsed() {
        const AllocationTrace trace = traceOf({a(0, 100), a(1, 50)});
        TraceTrial trial(trace, bump());
        QVERIFY(!figure(trial, "internal_fragmentation"));
        stepAll(trial);
        compareFigure(trial, "internal_fragmentation", 1 - 150.0 / (112 + 64));
    }

    void bump_references_areLoadsAndStoresOfTheAllocatorAlone() {
        const AllocationTrace trace = traceOf({a(0, 100), a(1, 50), f(0), f(1)});
        TraceTrial trial(trace, bump());
        stepAll(trial);
        compareFigure(trial, "allocate_references_mean", 4); // pointer and number, read and written
        compareFigure(trial, "allocate_references_max", 4);
        compareFigure(trial, "free_references_mean", 2.5);
        compareFigure(trial, "free_references_max", 3); // the last one sets the pointer back
    }

    // ---- Compact-fit ----
    void compactFit_freeOfAFullPage_movesOneBlock() {
        const AllocationTrace trace = sevenAnd({f(0), f(1)});
        TraceTrial trial(trace, threeToAPage());
        for (int i = 0; i < 7; ++i) {
            trial.step();
        }
        compareFigure(trial, "pages", 3);
        compareFigure(trial, "full_pages", 2);
        compareFigure(trial, "notfull_pages", 1);
        const std::uint64_t last = trial.addressOf(trial.blocks()[6]);
        const std::uint64_t first = trial.addressOf(trial.blocks()[0]);

        const OperationResult freed = trial.step(); // f 0: the only block of the last page moves
        QCOMPARE(freed.address, first);
        QCOMPARE(freed.counts.moves, 1U);
        QCOMPARE(freed.counts.movedBytes, 5400U);
        QVERIFY(trial.addressOf(trial.blocks()[6]) == first && first != last);
        compareFigure(trial, "pages", 2);
        compareFigure(trial, "notfull_pages", 0);

        QCOMPARE(trial.step().counts.moves, 0U); // f 1: its page becomes the one not-full page
        compareFigure(trial, "notfull_pages", 1);
        compareFigure(trial, "moves", 1);
        compareFigure(trial, "longest_move_bytes", 5400);
        compareFigure(trial, "bytes_moved_per_byte_freed", 5400.0 / 200);
        compareFigure(trial, "peak_pages", 3);
        compareFigure(trial, "peak_notfull", 1);
        QCOMPARE(trial.totals().damagedBlocks, 0U);
    }

    void compactFit_account_isThatOfItsPages() {
        const AllocationTrace trace = sevenAnd({f(0), f(1)});
        TraceTrial trial(trace, threeToAPage());
        stepAll(trial);
        compareFigure(trial, "footprint_bytes", 2 * 16384);
        compareFigure(trial, "header_bytes", 2 * 184);
        compareFigure(trial, "page_internal_bytes", 0);
        compareFigure(trial, "size_external_bytes", 5400);
        compareFigure(trial, "size_external_bound_bytes", 2 * 5400);
        compareFigure(trial, "class_utilisation", 5.0 / 6);
        compareFigure(trial, "internal_fragmentation", 1 - 500.0 / (5 * 5400));
        compareFigure(trial, "overhead_at_peak_live", 3 * 16384.0 / 700 - 1);
        compareFigure(trial, "overhead_of_peaks", 3 * 16384.0 / 700 - 1);
        compareFigure(trial, "k", 1);
    }

    void compactFit_figuresOfPages_areNotOfOthers() {
        const AllocationTrace trace = traceOf({a(0, 100)});
        TraceTrial trial(trace, bump());
        stepAll(trial);
        for (const char* name :
             {"pages", "notfull_pages", "peak_pages", "k", "size_external_bytes"}) {
            QVERIFY2(!figure(trial, name), name);
        }
    }

    // ---- copies in parts, others acting in between ----
    void interleaved_freeOfTheBlockThatIsCopied_givesTheCopyUp() {
        const AllocationTrace trace = sevenAnd({f(0), f(6), f(3)});
        TraceTrial trial(trace, interleaved(threeToAPage(100)));
        for (int i = 0; i < 8; ++i) {
            trial.step();
        }
        QCOMPARE(trial.totals().moves, 0U); // one part of 54 is copied
        const OperationResult aborting = trial.step();
        QCOMPARE(aborting.counts.abortedByFree, 1U);
        trial.step();
        trial.finish();
        compareFigure(trial, "aborted_by_free", 1);
        compareFigure(trial, "aborted_by_compaction", 0);
        QCOMPARE(trial.totals().liveBlocks, 4U);
        QCOMPARE(trial.totals().damagedBlocks, 0U);
        QVERIFY(trial.picture().whole());
    }

    void interleaved_compactionOfTheTarget_copiesFromTheOriginal() {
        // f 0: block 6 is copied into its place. f 1: that page is not full any more. f 3: a block
        // of that page is to move; the lowest one is the copy under way, which is given up: block 6
        // comes from where it was.
        const AllocationTrace trace = sevenAnd({f(0), f(1), f(3), f(2), f(4), f(5), f(6)});
        TraceTrial trial(trace, interleaved(threeToAPage(100)));
        for (int i = 0; i < 9; ++i) {
            trial.step();
        }
        const std::uint64_t gap = trial.addressOf(trial.blocks()[3]);
        QCOMPARE(trial.step().counts.abortedByCompaction, 1U);
        trial.finish();
        QCOMPARE(trial.totals().moves, 1U);
        QCOMPARE(trial.addressOf(trial.blocks()[6]), gap);
        QVERIFY(trial.picture().whole());
        stepAll(trial); // reads what had been written before the move
        compareFigure(trial, "aborted_by_compaction", 1);
        compareFigure(trial, "aborted_by_free", 0);
        QCOMPARE(trial.totals().damagedBlocks, 0U);
        QCOMPARE(trial.totals().liveBlocks, 0U);
    }

    void interleaved_copyLeftAlone_goesOnWithEachOperation() {
        std::vector<TraceOperation> more{f(0)};
        for (std::uint32_t id = 7; id < 70; ++id) {
            more.push_back(a(id, 10));
        }
        const AllocationTrace trace = sevenAnd(more);
        TraceTrial trial(trace, interleaved(threeToAPage(100)));
        std::uint64_t operations = 0;
        while (trial.totals().moves == 0 && !trial.done()) {
            trial.step();
            ++operations;
        }
        QCOMPARE(operations, 8U + 53U); // 54 parts; the first belongs to the free itself
    }

    void together_partsOfACopy_endWithinTheFree() {
        const AllocationTrace trace = sevenAnd({f(0)});
        TraceTrial trial(trace, threeToAPage(100));
        stepAll(trial);
        QCOMPARE(trial.totals().moves, 1U);
        QCOMPARE(trial.totals().longestMove, 5400U);
    }

    // ---- what is no ordinary operation ----
    void refused_requestAndItsFree_areCounted() {
        AllocatorSettings settings = bump();
        settings.heapSize = settings.heapLimit = 4096;
        const AllocationTrace trace = traceOf({a(0, 4000), a(1, 4000), f(1), a(2, 90), r(1, 3, 9)});
        TraceTrial trial(trace, settings);
        const std::vector<OperationEnd> expected{OperationEnd::Done, OperationEnd::Refused,
                                                 OperationEnd::Ignored, OperationEnd::Done,
                                                 OperationEnd::Refused};
        QVERIFY(stepAll(trial) == expected);
        compareFigure(trial, "ops", 5);
        compareFigure(trial, "failed", 2);
        compareFigure(trial, "ignored", 1);
        compareFigure(trial, "live_bytes", 4090);
    }

    void reference2009_leavesOutAndChangesRequests() {
        AllocatorSettings settings = defaultSettings(AllocatorKind::CompactFit);
        settings.preset = AllocatorPreset::Reference2009;
        const AllocationTrace trace =
            traceOf({a(0, 0), a(1, 7992), a(2, 7996), a(3, 16000), a(4, 16001), f(4), a(5, 7988)});
        TraceTrial trial(trace, settings);
        const std::vector<OperationEnd> expected{
            OperationEnd::Done,     OperationEnd::Done,    OperationEnd::Done, OperationEnd::Done,
            OperationEnd::Filtered, OperationEnd::Ignored, OperationEnd::Done};
        QVERIFY(stepAll(trial) == expected);
        compareFigure(trial, "filtered", 4);
        compareFigure(trial, "live_bytes", 1 + 7988 + 7988 + 16000 + 7988);
    }

    void lenientRow_changesNothing() {
        const AllocationTrace trace = traceOf({a(0, 100), bad(), a(1, 50)});
        TraceTrial trial(trace, bump());
        const std::vector<OperationEnd> expected{OperationEnd::Done, OperationEnd::Bad,
                                                 OperationEnd::Done};
        QVERIFY(stepAll(trial) == expected);
        compareFigure(trial, "bad_lines", 1);
        compareFigure(trial, "ops", 3);
        compareFigure(trial, "live_bytes", 150);
        compareFigure(trial, "footprint_bytes", 162);
    }

    void realloc_isOneOperation_newCopyOld() {
        const AllocationTrace trace = traceOf({a(0, 20), r(0, 1, 100), r(1, 2, 5), f(2)});
        TraceTrial trial(trace, bump());
        trial.step();
        const OperationResult larger = trial.step();
        QVERIFY(larger.end == OperationEnd::Done);
        QCOMPARE(larger.address, *trial.firstAddress() + 32); // before the old one ends
        QCOMPARE(larger.counts.references(), 4U + 2U);        // of malloc and free
        QCOMPARE(trial.totals().liveBlocks, 1U);
        QCOMPARE(trial.totals().liveBytes, 100U);
        QVERIFY(!trial.blocks()[0].live() && trial.blocks()[1].live());
        stepAll(trial);
        QCOMPARE(trial.totals().operations, 4U);
        QCOMPARE(trial.totals().allocations, 1U); // reallocs are neither
        QCOMPARE(trial.totals().frees, 1U);
        QCOMPARE(trial.totals().damagedBlocks, 0U);
        QCOMPARE(trial.totals().liveBlocks, 0U);
    }

    void overwrittenPayload_isSeenWhenItIsFreed() {
        const AllocationTrace trace = traceOf({a(0, 20), a(1, 20), f(0), f(1)});
        TraceTrial trial(trace, bump());
        trial.step();
        trial.step();
        trial.memory().backing().store(trial.addressOf(trial.blocks()[1]) + 19, 1, 0);
        stepAll(trial);
        QCOMPARE(trial.totals().damagedBlocks, 1U);
    }
};

QTEST_GUILESS_MAIN(TestExperimentTraceTrial)
#include "tst_experiment_trace_trial.moc"
