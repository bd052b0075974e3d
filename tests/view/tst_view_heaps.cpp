// Heaps of processes as the view reads them out of the replica's bytes.
#include "fragscope/alloc/allocators/allocators.h"
#include "fragscope/event/event_kind.h"
#include "fragscope/view/heap/heap_history.h"
#include "fragscope/view/heap/heap_view.h"
#include "fragscope/view/snapshot.h"

#include <QTest>

#include "view/support/heap_program.h"
#include "view/support/live_run.h"
#include <algorithm>
#include <map>
#include <set>

using namespace fragscope;
using namespace fragscope::test;

namespace {

struct Case {
    const char* name;
    AllocatorKind allocator;
    std::vector<std::string> settings;
};

const std::vector<Case>& cases() {
    static const std::vector<Case> all{
        {"compact-fit", AllocatorKind::CompactFit, {"k=1"}},
        {"compact-fit in parts", AllocatorKind::CompactFit, {"k=1", "increment=64"}},
        {"compact-fit off", AllocatorKind::CompactFit, {"k=0"}},
        {"first fit", AllocatorKind::SequentialFit, {"heap_size=65536"}},
        {"tlsf", AllocatorKind::Tlsf, {"heap_size=65536"}},
        {"dlmalloc", AllocatorKind::Dlmalloc, {}},
        {"quick fit", AllocatorKind::QuickFit, {"heap_size=65536"}},
        {"buddy", AllocatorKind::Buddy, {"heap_size=65536"}},
        {"region", AllocatorKind::Region, {}},
        {"bump", AllocatorKind::Bump, {}},
    };
    return all;
}

/// All that is read of a heap at a moment.
struct Shown {
    std::vector<HeapBlock> blocks;
    std::vector<std::vector<FreeListMember>> lists;
    std::string fault;
    std::size_t pages = 0;
    std::uint64_t footprint = 0;
    std::uint64_t live = 0;

    bool operator==(const Shown&) const = default;
};

/// A run with its heap, read at the cursor.
struct HeapRun {
    explicit HeapRun(const RunConfig& config) : run(config), reader(run.timeline.heaps()->at(0)) {}

    HeapViewRef view() {
        const SnapshotRef moment = maker.make(run.timeline, 1);
        history.add(moment->log);
        const auto pages = std::find_if(moment->allPages.begin(), moment->allPages.end(),
                                        [](const ProcessPages& each) { return each.process == 1; });
        const PageCount pool = history.useOf(1, moment->state.nextSeq).pool;
        return pages == moment->allPages.end()
                   ? nullptr
                   : reader.update(moment->state.memory, pages->pages, pool);
    }

    Shown shown() {
        const HeapViewRef seen = view();
        Shown all;
        if (seen != nullptr) {
            all.blocks = seen->picture.blocks;
            for (const FreeListPicture& list : seen->picture.lists) {
                all.lists.push_back(list.members);
            }
            all.fault = std::string(seen->picture.fault);
            all.pages = seen->compactFit ? seen->compactFit->pages.size() : 0;
            all.footprint = seen->footprint;
        }
        all.live = history.useOf(1, run.timeline.state().nextSeq).live.value;
        return all;
    }

    [[nodiscard]] std::uint64_t cursor() const { return run.timeline.state().nextSeq; }

    LiveRun run;
    SnapshotMaker maker;
    HeapHistory history;
    HeapReader reader;
};

/// What the program holds, by the events alone.
struct HeldBlocks {
    std::map<std::uint64_t, std::uint64_t> held; ///< payload: asked for
    std::uint64_t seen = 0;

    void follow(const EventLog& log, std::uint64_t end) {
        for (; seen < end; ++seen) {
            const Event& event = log.at(seen);
            if (event.kind == EventKind::HeapAllocated) {
                held[event.vaddr] = event.value;
            } else if (event.kind == EventKind::HeapFreed) {
                held.erase(event.vaddr);
            } else if (event.kind == EventKind::HeapBlockMoved && held.contains(event.a)) {
                held[event.vaddr] = held[event.a];
                held.erase(event.a);
            }
        }
    }
};

/// Ends after each malloc and each free.
class OperationDone : public StopCondition {
public:
    bool reached(const Event& event) override {
        return event.kind == EventKind::HeapAllocated || event.kind == EventKind::HeapFreeDone;
    }
};

bool endedBefore(const EventLog& log, std::uint32_t process, std::uint64_t end) {
    for (std::uint64_t seq = log.firstSeq(); seq < end; ++seq) {
        const Event& event = log.at(seq);
        if (event.kind == EventKind::ProcessExited && event.object == process) {
            return true;
        }
    }
    return false;
}

void addRows() {
    QTest::addColumn<int>("row");
    for (std::size_t i = 0; i < cases().size(); ++i) {
        QTest::newRow(cases()[i].name) << static_cast<int>(i);
    }
}

RunConfig programOf(int row) {
    const Case& wanted = cases().at(static_cast<std::size_t>(row));
    return heapProgram({heapProcess(wanted.allocator, wanted.settings)});
}

} // namespace

class ViewHeaps : public QObject {
    Q_OBJECT

private slots:

    void betweenOperations_blocksOfTheProgramAreInUse_data() { addRows(); }

    /// What the program holds by the events lies in blocks in use by the bytes, and blocks tile.
    void betweenOperations_blocksOfTheProgramAreInUse() {
        QFETCH(int, row);
        HeapRun heap(programOf(row));
        const AllocatorKind kind = cases().at(static_cast<std::size_t>(row)).allocator;
        const bool together = kind == AllocatorKind::Region || kind == AllocatorKind::Bump;
        OperationDone done;
        HeldBlocks program;
        std::uint64_t looked = 0;
        while (heap.run.timeline.forward(&done, ~0ULL) != AdvanceEnd::Finished) {
            program.follow(heap.run.timeline.log(), heap.cursor());
            const HeapViewRef view = heap.view();
            if (view == nullptr) {
                continue;
            }
            ++looked;
            QVERIFY2(view->picture.whole(), std::string(view->picture.fault).c_str());
            QCOMPARE(view->blocksEnd(), VirtAddr(view->extent.end));
            std::uint64_t sum = 0;
            for (const auto& [payload, asked] : program.held) {
                const HeapBlock* block = view->blockAt(VirtAddr(payload));
                QVERIFY(block != nullptr && block->used);
                sum += asked;
                const auto request =
                    heap.history.requestIn(1, block->start, block->length, heap.cursor());
                QVERIFY(request);
                if (!together) {
                    QCOMPARE(request->payload.value, payload);
                    QCOMPARE(request->asked.value, asked);
                }
            }
            QCOMPARE(heap.history.useOf(1, heap.cursor()).live.value, sum);
            QCOMPARE(heap.history.useOf(1, heap.cursor()).blocks, program.held.size());
        }
        QVERIFY(looked > 100);
    }

    void backwardsShowsTheSame_data() { addRows(); }

    void backwardsShowsTheSame() {
        QFETCH(int, row);
        HeapRun heap(programOf(row));
        std::map<std::uint64_t, Shown> seen;
        std::size_t partial = 0; // moments inside of an operation whose words do not fit
        while (heap.run.timeline.forward(nullptr, 17) != AdvanceEnd::Finished) {
            Shown shown = heap.shown();
            partial += shown.fault.empty() ? 0U : 1U;
            seen.emplace(heap.cursor(), std::move(shown));
        }
        QVERIFY(seen.size() > 30);
        QVERIFY(partial < seen.size());
        for (auto moment = seen.rbegin(); moment != seen.rend(); ++moment) {
            QVERIFY(heap.run.timeline.seek(moment->first));
            QVERIFY(heap.shown() == moment->second);
        }
    }

    void unchangedHeap_isNotReadAgain() {
        HeapRun heap(programOf(0));
        OperationDone done;
        for (int i = 0; i < 20; ++i) {
            heap.run.timeline.forward(&done, ~0ULL);
        }
        const HeapViewRef first = heap.view();
        QVERIFY(first != nullptr);
        QCOMPARE(heap.view(), first);
        heap.run.timeline.forward(&done, ~0ULL);
        heap.run.timeline.forward(&done, ~0ULL);
        QVERIFY(heap.view() != first);
    }

    void compactFit_tableLeadsToTheBlocksInUse() {
        HeapRun heap(programOf(0));
        OperationDone done;
        for (int i = 0; i < 90; ++i) {
            heap.run.timeline.forward(&done, ~0ULL);
        }
        const HeapViewRef view = heap.view();
        QVERIFY(view != nullptr && view->compactFit);
        std::set<std::uint64_t> led;
        for (const HeapTableEntry& entry : view->table) {
            if (entry.block.value != 0) {
                const HeapBlock* block = view->blockAt(entry.block);
                QVERIFY(block != nullptr && block->used && block->start == entry.block);
                QCOMPARE(view->entryOf(*block)->entry, entry.entry);
                led.insert(entry.block.value);
            }
        }
        QCOMPARE(led.size(), view->usedBlocks);
        QVERIFY(view->compactFit->freeEntries + led.size() == view->table.size());
    }

    void freeBlocks_areFoundInTheirList() {
        HeapRun heap(programOf(3));
        OperationDone done;
        for (int i = 0; i < 90; ++i) {
            heap.run.timeline.forward(&done, ~0ULL);
        }
        const HeapViewRef view = heap.view();
        std::size_t found = 0;
        for (const HeapBlock& block : view->picture.blocks) {
            const auto place = view->listOf(block.start);
            QCOMPARE(place.has_value(), !block.used && !block.books);
            found += place ? 1U : 0U;
        }
        QVERIFY(found > 1);
        QVERIFY(!view->listOf(VirtAddr(1)));
    }

    void movesAreTold_betweenTheirEvents() {
        HeapRun heap(programOf(0));
        heap.run.timeline.forward(nullptr, ~0ULL);
        static_cast<void>(heap.view());
        const auto moves = heap.history.movesOf(1, 0, heap.cursor());
        QVERIFY(moves.size() > 3);
        QCOMPARE(heap.history.movesOf(1, moves[1].seq, moves[2].seq + 1).size(), std::size_t{2});
        QCOMPARE(heap.history.movesOf(1, moves[1].seq, moves[1].seq).size(), std::size_t{0});
        const auto last = heap.history.useOf(1, heap.cursor());
        QCOMPARE(last.moves, moves.size());
        QVERIFY(last.movedBytes.value > 0);
        const auto& values = heap.run.timeline.sample().values;
        QCOMPARE(values.at(static_cast<std::size_t>(MetricId::HeapMoves)), moves.size());
        QCOMPARE(values.at(static_cast<std::size_t>(MetricId::HeapBytesMoved)),
                 last.movedBytes.value);
    }

    /// L and H of the sample are the sums over the heaps, at any moment, also after going back.
    void metrics_addUpTheHeaps() {
        LiveRun run(heapProgram({heapProcess(AllocatorKind::CompactFit, {"heap_size=65536"}),
                                 heapProcess(AllocatorKind::Tlsf, {"heap_size=262144"}, 1)}));
        HeapHistory history;
        std::vector<std::uint64_t> moments;
        while (run.timeline.forward(nullptr, 211) != AdvanceEnd::Finished) {
            moments.push_back(run.timeline.state().nextSeq);
        }
        history.add(run.timeline.log());
        std::uint64_t most = 0;
        for (auto seq = moments.rbegin(); seq != moments.rend(); ++seq) {
            QVERIFY(run.timeline.seek(*seq));
            std::uint64_t live = 0;
            std::uint64_t pools = 0;
            for (const std::uint32_t process : {1U, 2U}) {
                const HeapHistory::Use use = history.useOf(process, *seq);
                const bool ended = endedBefore(run.timeline.log(), process, *seq);
                live += ended ? 0 : use.live.value;
                pools += ended ? 0 : bytesOf(use.pool).value;
            }
            const auto& values = run.timeline.sample().values;
            QCOMPARE(values.at(static_cast<std::size_t>(MetricId::HeapLive)), live);
            QCOMPARE(values.at(static_cast<std::size_t>(MetricId::HeapFootprint)), pools);
            most = std::max(most, live);
        }
        QVERIFY(most > 100'000);
    }
};

QTEST_GUILESS_MAIN(ViewHeaps)
#include "tst_view_heaps.moc"
