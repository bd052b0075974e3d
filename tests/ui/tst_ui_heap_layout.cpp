// How the blocks of a heap lie in rows: pure arithmetic.
#include "fragscope/ui/heap/heap_layout.h"

#include <QTest>

#include <algorithm>
#include <numeric>

using namespace fragscope;

namespace {

constexpr std::uint64_t base = 0x10000000;

/// Blocks of these lengths, used and free in turn, covering the heap.
HeapView heapOf(const std::vector<std::uint64_t>& lengths) {
    HeapView heap;
    std::uint64_t at = base;
    bool used = true;
    for (const std::uint64_t length : lengths) {
        heap.picture.blocks.push_back({VirtAddr(at), ByteCount(length), used});
        at += length;
        used = !used;
    }
    heap.extent = {base, at, at};
    return heap;
}

int widthOf(const std::vector<HeapPiece>& pieces) {
    return std::accumulate(pieces.begin(), pieces.end(), 0,
                           [](int sum, const HeapPiece& each) { return sum + each.span.width; });
}

std::vector<HeapPiece> ofPart(const std::vector<HeapPiece>& pieces, HeapPart part) {
    std::vector<HeapPiece> found;
    std::copy_if(pieces.begin(), pieces.end(), std::back_inserter(found),
                 [part](const HeapPiece& each) { return each.part == part; });
    return found;
}

} // namespace

class TestHeapLayout : public QObject {
    Q_OBJECT

private slots:

    void rows_haveAPowerOfTwoOfBytes_andHoldAll() {
        for (const std::uint64_t bytes : {1ULL, 300ULL, 4096ULL, 70'000ULL, 5'000'000ULL}) {
            const HeapLayout layout(VirtAddr(base), bytes, 6, 700);
            QVERIFY(layout.rows() >= 1 && layout.rows() <= 6);
            QCOMPARE(layout.bytesPerRow() & (layout.bytesPerRow() - 1), std::uint64_t{0});
            QVERIFY(layout.end().value - base >= bytes);
        }
    }

    void spans_coverARangeRowByRow() {
        const HeapLayout layout(VirtAddr(base), 4096, 4, 512); // 1024 bytes, 2 to a pixel
        QCOMPARE(layout.rows(), 4);
        const auto spans = layout.spansOf(VirtAddr(base + 512), ByteCount(2048));
        const std::vector<HeapSpan> expected{{0, 256, 256}, {1, 0, 512}, {2, 0, 256}};
        QCOMPARE(spans, expected);
        QVERIFY(layout.spansOf(VirtAddr(base + 8192), ByteCount(64)).empty());
    }

    /// Whatever a pixel shows, pointing at it finds it: narrow rows and wide ones.
    void addressAt_isTheBlockThatIsPaintedThere() {
        for (const int width : {100, 512, 700, 1500}) {
            const HeapView heap = heapOf({100, 156, 500, 244, 48, 976, 24});
            const HeapLayout layout(VirtAddr(base), 2048, 3, width);
            for (const HeapPiece& piece : heapPieces(heap, layout, {})) {
                for (int x = 0; piece.blocks == 1 && x < piece.span.width; ++x) {
                    const auto at = layout.addressAt(piece.span.row, piece.span.left + x);
                    QVERIFY(at && heap.blockAt(*at) != nullptr);
                    QCOMPARE(heap.blockAt(*at)->start, piece.block);
                }
            }
        }
        QVERIFY(!HeapLayout(VirtAddr(base), 100, 1, 50).addressAt(0, 50));
        QVERIFY(!HeapLayout(VirtAddr(base), 100, 1, 50).addressAt(1, 0));
    }

    void wideBlocks_haveAPieceEach() {
        const HeapView heap = heapOf({512, 512, 1024, 2048});
        const auto pieces = heapPieces(heap, HeapLayout(VirtAddr(base), 4096, 1, 400), {});
        QCOMPARE(pieces.size(), std::size_t{4});
        QCOMPARE(pieces[0].part, HeapPart::Used);
        QCOMPARE(pieces[1].part, HeapPart::Free);
        QCOMPARE(widthOf(pieces), 400);
    }

    void narrowBlocks_areTogether_withTheShareInUse() {
        const HeapView heap = heapOf(std::vector<std::uint64_t>(256, 16)); // half of it used
        const auto pieces = heapPieces(heap, HeapLayout(VirtAddr(base), 4096, 1, 64), {});
        QVERIFY(pieces.size() < 30);
        QCOMPARE(ofPart(pieces, HeapPart::Mixed).size(), pieces.size());
        std::size_t blocks = 0;
        for (const HeapPiece& piece : pieces) {
            blocks += piece.blocks;
            QVERIFY(piece.usedTenth >= 4 && piece.usedTenth <= 6);
        }
        QCOMPARE(blocks, std::size_t{256});
        QCOMPARE(widthOf(pieces), 64);
    }

    void headerAndSlack_lieInsideOfTheirBlock() {
        const HeapView heap = heapOf({1024, 1024});
        const HeapLayout layout(VirtAddr(base), 2048, 1, 2048);
        const auto pieces = heapPieces(heap, layout, [](const HeapBlock& block) {
            return std::optional(HeapHistory::Request{block.start + ByteCount(16), ByteCount(900)});
        });
        const auto header = ofPart(pieces, HeapPart::Header);
        const auto slack = ofPart(pieces, HeapPart::Slack);
        QCOMPARE(header.size(), std::size_t{1});
        QCOMPARE(header[0].span, (HeapSpan{0, 0, 16}));
        QCOMPARE(slack.size(), std::size_t{1});
        QCOMPARE(slack[0].span, (HeapSpan{0, 916, 108}));
    }

    void unreadableRest_isShownAsChange() {
        HeapView heap = heapOf({1024, 1024, 2048});
        heap.picture.blocks.pop_back();
        const auto pieces = heapPieces(heap, HeapLayout(VirtAddr(base), 4096, 1, 400), {});
        QCOMPARE(ofPart(pieces, HeapPart::Change).size(), std::size_t{1});
        QCOMPARE(ofPart(pieces, HeapPart::Change)[0].span, (HeapSpan{0, 200, 200}));
    }

    void hundredThousandBlocks_takeFewPieces() {
        const HeapView heap = heapOf(std::vector<std::uint64_t>(100'000, 48));
        const HeapLayout layout(VirtAddr(base), 4'800'000, 5, 1000);
        const auto pieces = heapPieces(heap, layout, {});
        QVERIFY(pieces.size() <= 5 * 334);
        std::size_t blocks = 0;
        for (const HeapPiece& piece : pieces) {
            blocks += piece.blocks;
        }
        QVERIFY(blocks >= 99'900); // those at the end of a row may be too narrow for a pixel
    }

    void shownBytes_endWithTheLastBlockInUse() {
        QCOMPARE(shownBytes(heapOf({100, 200, 300, 5000})), std::uint64_t{600});
        QCOMPARE(shownBytes(heapOf({})), std::uint64_t{0});
    }
};

QTEST_APPLESS_MAIN(TestHeapLayout)
#include "tst_ui_heap_layout.moc"
