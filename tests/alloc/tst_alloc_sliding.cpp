#include <QTest>

#include "alloc/support/allocator_check.h"

using namespace fragscope;
using namespace fragscope::test;

namespace {

constexpr std::uint64_t block = 1024; ///< with its header: a twentieth of the heap
constexpr std::uint64_t payload = block - 16;

AllocatorSettings sliding(std::string_view slide,
                          std::string_view manner = "sliding",
                          std::string_view references = "table") {
    return allocatorWith("sliding", {{"heap_size", "20480"},
                                     {"slide", slide},
                                     {"manner", manner},
                                     {"references", references},
                                     {"table_entries", "1000"}});
}

/// Twenty blocks of 5 %, then the second, fourth, ... fourteenth freed.
struct ThirtyFivePercent {
    explicit ThirtyFivePercent(const AllocatorSettings& settings) : bench(settings) {
        for (int i = 0; i < 20; ++i) {
            handles.push_back(bench.take(payload));
        }
        for (int i = 2; i <= 14; i += 2) {
            bench.give(handle(i));
        }
    }

    [[nodiscard]] std::uint64_t handle(int number) const {
        return handles.at(static_cast<std::size_t>(number) - 1);
    }

    [[nodiscard]] std::uint64_t place(int number) {
        return (bench.addressOf(handle(number)) - bench.extent().start) / block;
    }

    AllocatorBench bench;
    std::vector<std::uint64_t> handles;
};

} // namespace

/// The sliding heap: 35 % free and not to be had (lesson L24), the two manners, the three ways of
/// finding references, and the rules that hold for all allocators.
class TestSliding : public QObject {
    Q_OBJECT

private slots:

    void never_failsAt35Percent() {
        ThirtyFivePercent heap(sliding("never"));
        QCOMPARE(heap.bench.picture().lists.at(0).members.size(), std::size_t{7});
        QCOMPARE(heap.bench.take(2 * block - 16), AllocatorBench::refused);
        QVERIFY(heap.bench.rule() == Rule::HeapNoBlock);
        QCOMPARE(heap.bench.counts().moves, std::uint64_t{0});
        QVERIFY(heap.bench.take(payload) != AllocatorBench::refused); // 5 % are there
    }

    void onFailure_slidesTwelve_inOrder() {
        ThirtyFivePercent heap(sliding("on-failure"));
        QVERIFY(heap.bench.take(2 * block - 16) != AllocatorBench::refused);
        QCOMPARE(heap.bench.counts().moves, std::uint64_t{12});
        QCOMPARE(heap.bench.counts().movedBytes, 12 * block);
        std::uint64_t expected = 0;
        for (const int number : {1, 3, 5, 7, 9, 11, 13, 15, 16, 17, 18, 19, 20}) {
            QCOMPARE(heap.place(number), expected++);
        }
        const HeapPicture picture = heap.bench.picture();
        QCOMPARE(picture.lists.size(), std::size_t{1}); // one hole, at the top
        QCOMPARE(picture.lists.at(0).members.at(0).length.value, 5 * block);
    }

    void twoFinger_movesSix_orderLost() {
        ThirtyFivePercent heap(sliding("on-failure", "two-finger"));
        QVERIFY(heap.bench.take(2 * block - 16) != AllocatorBench::refused);
        QCOMPARE(heap.bench.counts().moves, std::uint64_t{6});
        QCOMPARE(heap.place(20), std::uint64_t{1});
        QCOMPARE(heap.place(15), std::uint64_t{11});
        QCOMPARE(heap.place(13), std::uint64_t{12});
    }

    void dereference_isOneLoad() {
        ThirtyFivePercent heap(sliding("on-failure"));
        heap.bench.observed.resetCounts();
        (void)heap.bench.seen->addressOf(heap.handle(1));
        QCOMPARE(heap.bench.counts().references(), std::uint64_t{1});
    }

    void afterFree_noHoleEver() {
        ThirtyFivePercent heap(sliding("after-free"));
        QCOMPARE(heap.bench.picture().lists.size(), std::size_t{1});
        QCOMPARE(heap.place(20), std::uint64_t{12});
        heap.bench.give(heap.handle(1));
        QCOMPARE(heap.bench.counts().moves, std::uint64_t{12});
    }

    void rewritten_looksAtEachReference() {
        ThirtyFivePercent heap(sliding("on-failure", "sliding", "rewritten"));
        const std::uint64_t stamped = heap.bench.addressOf(heap.handle(20));
        heap.bench.poke(stamped, 77);
        QVERIFY(heap.bench.take(2 * block - 16) != AllocatorBench::refused);
        QCOMPARE(heap.bench.counts().moves, std::uint64_t{12});
        QCOMPARE(heap.bench.peek(heap.bench.addressOf(heap.handle(20))), std::uint8_t{77});
        QVERIFY(heap.bench.log.lines.contains(11));
        QVERIFY(!heap.bench.log.lines.contains(13)); // there is no table
    }

    void oneForgotten_leadsToAnotherBlock() {
        ThirtyFivePercent heap(sliding("on-failure", "sliding", "one-forgotten"));
        heap.bench.poke(heap.bench.addressOf(heap.handle(3)), 3);
        heap.bench.poke(heap.bench.addressOf(heap.handle(5)), 5);
        QVERIFY(heap.bench.take(2 * block - 16) != AllocatorBench::refused);
        QCOMPARE(heap.bench.peek(heap.bench.addressOf(heap.handle(5))), std::uint8_t{5});
        QVERIFY(heap.bench.peek(heap.bench.addressOf(heap.handle(3))) != 3);
        QCOMPARE(heap.place(3), std::uint64_t{2}); // where it was; it lies at 1 now
    }

    void everyLine_isReached() {
        std::set<std::uint16_t> lines;
        for (const char* references : {"table", "rewritten"}) {
            for (const char* manner : {"sliding", "two-finger"}) {
                AllocatorTrial trial{.operations = 300, .refusalKeeps = false, .lines = &lines};
                if (std::string_view(manner) == "two-finger" &&
                    std::string_view(references) != "table") {
                    continue; // refused by validation
                }
                QCOMPARE(checkAllocator(sliding("on-failure", manner, references), trial, 3),
                         std::string());
            }
        }
        QCOMPARE(lines.size(), std::size_t{14});
    }

    void random_both_data() {
        QTest::addColumn<QByteArray>("slide");
        QTest::addColumn<QByteArray>("manner");
        QTest::addColumn<QByteArray>("references");
        for (const char* slide : {"after-free", "on-failure", "never"}) {
            for (const char* references : {"table", "rewritten"}) {
                QTest::addRow("%s %s", slide, references)
                    << QByteArray(slide) << QByteArray("sliding") << QByteArray(references);
            }
            QTest::addRow("%s two fingers", slide)
                << QByteArray(slide) << QByteArray("two-finger") << QByteArray("table");
        }
    }

    void random_both() {
        QFETCH(QByteArray, slide);
        QFETCH(QByteArray, manner);
        QFETCH(QByteArray, references);
        AllocatorTrial trial{.refusalKeeps = slide == "after-free",
                             .oneFreeAtEnd = slide == "after-free"};
        QCOMPARE(
            checkAllocator(sliding(slide.constData(), manner.constData(), references.constData()),
                           trial, 15),
            std::string());
    }

    void twoFingersWithoutTable_isRefused() {
        QVERIFY_EXCEPTION_THROWN((void)sliding("after-free", "two-finger", "rewritten"),
                                 std::runtime_error);
    }
};

QTEST_APPLESS_MAIN(TestSliding)

#include "tst_alloc_sliding.moc"
