#include <QTest>

#include "alloc/support/heap_bench.h"
#include <rapidcheck.h>

using namespace fragscope;
using namespace fragscope::test;

namespace {

std::uint64_t usedBlocks(const HeapPicture& picture) {
    return static_cast<std::uint64_t>(
        std::count_if(picture.blocks.begin(), picture.blocks.end(),
                      [](const HeapBlock& block) { return block.used; }));
}

/// Everything comes back: one free block is left, and all pages but those of the heap's words go.
bool isEmptyAfterRelease(HeapBench& bench, const HeapProgram& program) {
    for (const HeapProgram::Live& block : program.live) {
        (void)bench.give(block.address);
    }
    bench.trim(0);
    const HeapPicture picture = bench.picture();
    return picture.whole() &&
           (bench.pages() == 0 ||
            (picture.blocks.size() == 1 && usedBlocks(picture) == 0 && bench.pages() == 1));
}

void checkPrograms(HeapKind kind) {
    QVERIFY(rc::check([&] {
        HeapProgram program;
        program.seed = *rc::gen::arbitrary<std::uint64_t>();
        program.operations = *rc::gen::inRange<std::uint64_t>(1, 200);
        program.aligned = *rc::gen::arbitrary<bool>();
        HeapBench bench(kind);
        bench.limit = kib(256);
        bench.run(runProgram(*bench.heap, bench.arena, program));
        RC_ASSERT(program.wrong.empty());
        const HeapPicture picture = bench.picture();
        RC_ASSERT(picture.fault == "");
        RC_ASSERT(usedBlocks(picture) == program.live.size());
        RC_ASSERT(isEmptyAfterRelease(bench, program));
    }));
}

} // namespace

/// Random programs: no two blocks overlap, the bytes stay a heap, and all memory comes back.
class TestHeapProperties : public QObject {
    Q_OBJECT

private slots:

    void firstFit_random() { checkPrograms(HeapKind::FirstFit); }

    void segregated_random() { checkPrograms(HeapKind::Segregated); }

    void visitedAreas_holdNoWordOfTheHeap_data() {
        QTest::addColumn<int>("kind");
        QTest::newRow("first fit") << static_cast<int>(HeapKind::FirstFit);
        QTest::newRow("segregated") << static_cast<int>(HeapKind::Segregated);
    }

    /// The same scavenger over both heaps: what it visits may read zero afterwards.
    void visitedAreas_holdNoWordOfTheHeap() {
        QFETCH(int, kind);
        HeapBench bench(static_cast<HeapKind>(kind));
        HeapProgram program{.seed = 7, .operations = 400};
        bench.run(runProgram(*bench.heap, bench.arena, program));
        const HeapPicture before = bench.picture();
        std::uint64_t pages = 0;
        for (const FreeArea& area : bench.freeAreas()) {
            const PageRun run = wholePages(area);
            pages += run.pages.value;
            bench.arena.clear(area.start, area.end());
        }
        QVERIFY(pages > 0 && before.whole());
        const HeapPicture after = bench.picture();
        QVERIFY2(after.whole(), after.fault.data());
        QVERIFY(after.blocks == before.blocks);
        bench.run(runProgram(*bench.heap, bench.arena, program)); // and it goes on as a heap
        QVERIFY(bench.picture().whole() && program.wrong.empty());
    }
};

QTEST_APPLESS_MAIN(TestHeapProperties)

#include "tst_alloc_heap_properties.moc"
