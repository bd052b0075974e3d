#include "fragscope/hardware/paging/pte.h"

#include <QTest>

#include "support/sample_runs.h"
#include <algorithm>

using namespace fragscope;
using fragscope::test::largePageMove;
using fragscope::test::oneMove;
using fragscope::test::SampleRun;
namespace place = fragscope::test::place;

namespace {

using Numbers = std::vector<std::uint64_t>;

void eachEnd() {
    QTest::addColumn<int>("end");
    QTest::newRow("high end") << static_cast<int>(MoveEnd::High);
    QTest::newRow("low end") << static_cast<int>(MoveEnd::Low);
}

MoveEnd fetchedEnd() {
    QFETCH(int, end);
    return static_cast<MoveEnd>(end);
}

RunConfig moveWith(MoveEnd end, std::uint64_t pages, std::uint64_t transferPages) {
    RunConfig config = oneMove(end, pages);
    config.mover.transferBlock = bytesOf(PageCount(transferPages));
    return config;
}

Numbers valuesOf(const std::vector<Event>& events) {
    Numbers values;
    for (const Event& event : events) {
        values.push_back(event.value);
    }
    return values;
}

/// Lines of entry E's listing that the mover ran, repetitions of a line in one piece left out.
Numbers moverLines(const SampleRun& run, ListingId listing) {
    Numbers lines;
    for (const Event& event : run.all(EventKind::TaskStep)) {
        const bool own = event.a == static_cast<std::uint64_t>(listing);
        if (own && (lines.empty() || lines.back() != event.line)) {
            lines.push_back(event.line);
        }
    }
    return lines;
}

std::uint64_t firstSeq(const SampleRun& run, EventKind kind, Rule rule = Rule::None) {
    for (const Event& event : run.log) {
        if (event.kind == kind && (rule == Rule::None || event.rule == rule)) {
            return event.seq;
        }
    }
    return ~0ULL;
}

} // namespace

class TestDefragEntryE : public QObject {
    Q_OBJECT

private slots:

    void move_eitherEnd_contentsEqualInOneBlock_data() { eachEnd(); }

    void move_eitherEnd_contentsEqualInOneBlock() {
        const MoveEnd end = fetchedEnd();
        SampleRun run(oneMove(end));
        run.finish();
        QCOMPARE(run.violationText(), std::string());
        QCOMPARE(run.count(EventKind::MoveDone), std::size_t{1});
        QCOMPARE(run.all(EventKind::ContentsEqual).at(0).value, 16 * wordsPerPage);
        QVERIFY(run.count(EventKind::WaitEnded) > 0); // the application met entry E
        const Process& process = run.process(1);
        QCOMPARE(process.map.blocks(), std::size_t{1});
        const auto extents = process.map.extents();
        const std::uint64_t lowest = end == MoveEnd::High ? place::oldest : place::oldest - 8;
        QCOMPARE(extents.at(0).paddr, lowest * pageBytes);
        QCOMPARE(extents.at(0).length, 16 * pageBytes);
    }

    void move_done_tablesAndFrameTableAgreeWithTheMap_data() { eachEnd(); }

    void move_done_tablesAndFrameTableAgreeWithTheMap() {
        const MoveEnd end = fetchedEnd();
        SampleRun run(oneMove(end));
        run.finish();
        const Process& process = run.process(1);
        const std::uint64_t lowest = end == MoveEnd::High ? place::oldest : place::oldest - 8;
        for (std::uint64_t i = 0; i < 16; ++i) {
            const PageNumber page = pageOf(process.map.areaStart()) + PageCount(i);
            QCOMPARE(Pte{process.tables.leaf(page)}.frame().value, lowest + i);
            const FrameInfo frame = run.parts().kernel.frames().info(FrameNumber(lowest + i));
            QCOMPARE(frame.owner, std::uint16_t{1});
            QCOMPARE(frame.references, std::uint16_t{1});
        }
        const std::uint64_t source = run.all(EventKind::MoveBegun).at(0).a;
        QVERIFY(run.parts().kernel.frames().isFree(frameOf(PhysAddr(source)), PageCount(8)));
        QVERIFY(!process.customHandler);
        QVERIFY(!process.move.active);
        QCOMPARE(process.mapLock, 0U);
    }

    void counts_anyTransferBlock_areExact_data() {
        QTest::addColumn<int>("end");
        QTest::addColumn<int>("transfer");
        for (const int end : {0, 1}) {
            for (const int transfer : {1, 2, 3, 5, 8, 16}) {
                QTest::addRow("%s end, %d pages", end == 0 ? "high" : "low", transfer)
                    << end << transfer;
            }
        }
    }

    void counts_anyTransferBlock_areExact() {
        QFETCH(int, end);
        QFETCH(int, transfer);
        const std::uint64_t pages = 8;
        const auto t = static_cast<std::uint64_t>(transfer);
        const std::uint64_t blocks = (pages + t - 1) / t;
        SampleRun run(moveWith(static_cast<MoveEnd>(end), pages, t));
        run.finish();
        QCOMPARE(run.violationText(), std::string());
        const Event done = run.all(EventKind::MoveDone).at(0);
        QCOMPARE(done.a, pages * pageBytes);
        QCOMPARE(done.b, 2 * blocks);
        QCOMPARE(run.count(EventKind::BlockDone), blocks);
        QCOMPARE(run.count(EventKind::ShootdownSent, Rule::ShootBeforeCopy), blocks);
        QCOMPARE(run.count(EventKind::ShootdownDone, Rule::AllAcked), blocks);
        QCOMPARE(run.count(EventKind::PageCopied), pages);
        QCOMPARE(run.sum(EventKind::PageCopied), pages * pageBytes);
        QCOMPARE(run.count(EventKind::PteStore, Rule::ExchangeClearsPte), pages);
        QCOMPARE(run.count(EventKind::PteStore, Rule::AbsentToPresent), pages);
        QCOMPARE(run.count(EventKind::MapStore, Rule::CoverBlock), blocks);
        QCOMPARE(run.count(EventKind::MapStore, Rule::ReopenBlock), blocks);
    }

    void blocks_lengthNotAMultiple_theLastIsShorter_data() { eachEnd(); }

    void blocks_lengthNotAMultiple_theLastIsShorter() {
        const MoveEnd end = fetchedEnd();
        SampleRun run(moveWith(end, 8, 3));
        run.finish();
        const auto begun = run.all(EventKind::BlockBegun);
        QCOMPARE(valuesOf(begun), Numbers({3 * pageBytes, 3 * pageBytes, 2 * pageBytes}));
        Numbers firstPages;
        const std::uint64_t start = run.all(EventKind::MoveBegun).at(0).vaddr;
        for (const Event& event : begun) {
            firstPages.push_back((event.vaddr - start) / pageBytes);
        }
        QCOMPARE(firstPages, end == MoveEnd::High ? Numbers({0, 3, 6}) : Numbers({5, 2, 0}));
    }

    void listing_oneBlock_linesRunInOrder_data() { eachEnd(); }

    void listing_oneBlock_linesRunInOrder() {
        const MoveEnd end = fetchedEnd();
        SampleRun run(moveWith(end, 8, 8), RecordLevel::Full);
        run.finish();
        const ListingId listing =
            end == MoveEnd::High ? ListingId::EntryEHigh : ListingId::EntryELow;
        QCOMPARE(moverLines(run, listing),
                 Numbers({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}));
    }

    void copy_blockCovered_noCpuCanReachIt_data() { eachEnd(); }

    void copy_blockCovered_noCpuCanReachIt() {
        // Between the shootdown and the reopening of a block no access of it is made.
        SampleRun run(moveWith(fetchedEnd(), 8, 2), RecordLevel::Full);
        run.finish();
        std::uint64_t start = 0;
        std::uint64_t length = 0;
        std::uint64_t accesses = 0;
        for (const Event& event : run.log) {
            if (event.kind == EventKind::ShootdownDone) {
                start = event.vaddr;
                length = 2 * pageBytes;
            } else if (event.kind == EventKind::MapStore && event.rule == Rule::ReopenBlock) {
                length = 0;
            } else if (event.kind == EventKind::Load || event.kind == EventKind::Store) {
                ++accesses;
                QVERIFY(event.vaddr < start || event.vaddr - start >= length);
            }
        }
        QVERIFY(accesses > 200);
    }

    void handler_isInstalledBeforeEAndResetAfterIt_data() { eachEnd(); }

    void handler_isInstalledBeforeEAndResetAfterIt() {
        SampleRun run(oneMove(fetchedEnd()));
        run.finish();
        const std::uint64_t installed = firstSeq(run, EventKind::HandlerInstalled);
        const std::uint64_t added = firstSeq(run, EventKind::MapEntryAdded, Rule::CoverBlock);
        const std::uint64_t removed = firstSeq(run, EventKind::MapEntryRemoved, Rule::ReopenBlock);
        const std::uint64_t reset = firstSeq(run, EventKind::HandlerReset);
        QVERIFY(installed < added && added < removed && removed < reset);
        QVERIFY(firstSeq(run, EventKind::FramesFreed, Rule::OldFramesReturned) > removed);
        QVERIFY(reset != ~0ULL);
    }

    void oldFrames_perBlock_areGivenBackBlockByBlock_data() { eachEnd(); }

    void oldFrames_perBlock_areGivenBackBlockByBlock() {
        RunConfig config = moveWith(fetchedEnd(), 8, 3);
        config.mover.oldFrames = OldFrames::PerBlock;
        SampleRun run(config);
        run.finish();
        QCOMPARE(run.violationText(), std::string());
        QCOMPARE(run.count(EventKind::FramesFreed, Rule::OldBlockReturned), std::size_t{3});
        QCOMPARE(run.count(EventKind::FramesFreed, Rule::OldFramesReturned), std::size_t{0});
        std::uint64_t freed = 0;
        for (const Event& event : run.all(EventKind::FramesFreed)) {
            freed += event.rule == Rule::OldBlockReturned ? event.a : 0;
        }
        QCOMPARE(freed, 8U);
    }

    void largePages_transferBlockSmaller_areSplitAndMoved() {
        SampleRun run(largePageMove());
        run.finish();
        QCOMPARE(run.violationText(), std::string());
        QCOMPARE(run.count(EventKind::PteStore, Rule::SplitLarge), std::size_t{1});
        QCOMPARE(run.all(EventKind::MoveDone).at(0).a, largePageBytes);
        QCOMPARE(run.process(1).map.blocks(), std::size_t{1});
        const PageNumber first = pageOf(run.process(1).map.areaStart());
        QVERIFY(Pte{run.process(1).tables.leaf(first)}.large()); // O was left alone
        QVERIFY(!Pte{run.process(1).tables.leaf(first + PageCount(512))}.large());
    }

    void ranges_move_needsNoTableEntries_data() { eachEnd(); }

    void ranges_move_needsNoTableEntries() {
        RunConfig config = moveWith(fetchedEnd(), 8, 2);
        config.machine.translation = TranslationMode::Ranges;
        SampleRun run(config);
        run.finish();
        QCOMPARE(run.violationText(), std::string());
        QCOMPARE(run.count(EventKind::MoveDone), std::size_t{1});
        QCOMPARE(run.count(EventKind::PteStore), std::size_t{0});
        QCOMPARE(run.all(EventKind::MoveDone).at(0).b, 8U);
        QVERIFY(run.count(EventKind::WaitEnded) > 0);
    }

    void free_inMidMove_endsTheMoveEarlier() {
        RunConfig config = moveWith(MoveEnd::High, 8, 2);
        config.processes[0].pattern = Pattern::HotSet; // keeps away from what is given back
        config.processes[0].hotPercent = 100;
        ScriptAction free;
        free.atCycles = 7000; // the first of four blocks is being moved
        free.action = Action::Free;
        free.process = "application";
        free.size = bytesOf(PageCount(3));
        config.script.push_back(free);
        SampleRun run(config);
        run.finish();
        QCOMPARE(run.violationText(), std::string());
        QCOMPARE(valuesOf(run.all(EventKind::BlockBegun)),
                 Numbers({2 * pageBytes, 2 * pageBytes, pageBytes}));
        QCOMPARE(run.process(1).map.extents().at(0).length, 13 * pageBytes);
        // The destination was taken for eight pages; what nobody needs now is given back.
        QVERIFY(run.parts().kernel.frames().isFree(FrameNumber(place::oldest + 13), PageCount(3)));
        QVERIFY(run.parts().kernel.frames().isFree(FrameNumber(place::far), PageCount(8)));
    }
};

QTEST_GUILESS_MAIN(TestDefragEntryE)
#include "tst_defrag_entry_e.moc"
