#include "fragscope/base/check.h"

#include <QTest>

#include "kernel/support/kernel_bench.h"
#include <optional>

using namespace fragscope;
using fragscope::test::KernelBench;

namespace {

constexpr std::uint64_t frameTotal = 512; ///< of the bench's 2 MiB

/// The frame table once more, as plain as possible.
struct Model {
    explicit Model(FrameTable& table) {
        for (std::uint64_t i = 0; i < frameTotal; ++i) {
            frames.push_back(table.info(FrameNumber(i)));
        }
    }

    [[nodiscard]] bool isFree(std::uint64_t first, std::uint64_t count) const {
        for (std::uint64_t i = first; i < first + count; ++i) {
            if (i >= frameTotal || frames[i].use != FrameUse::Free) {
                return false;
            }
        }
        return true;
    }

    [[nodiscard]] std::optional<std::uint64_t> findRun(std::uint64_t count,
                                                       std::uint64_t from) const {
        for (std::uint64_t first = from; first + count <= frameTotal; ++first) {
            if (isFree(first, count)) {
                return first;
            }
        }
        return std::nullopt;
    }

    [[nodiscard]] std::uint64_t freeCount() const {
        return static_cast<std::uint64_t>(
            std::count_if(frames.begin(), frames.end(),
                          [](const FrameInfo& frame) { return frame.use == FrameUse::Free; }));
    }

    [[nodiscard]] std::uint64_t largestRun() const {
        std::uint64_t count = 0;
        while (findRun(count + 1, 0)) {
            ++count;
        }
        return count;
    }

    std::vector<FrameInfo> frames;
};

/// Draws takes, gives, pins and references, does them in both, and compares after each.
class Comparison {
public:
    Comparison(KernelBench& bench, std::uint64_t seed)
        : table_(bench.kernel.frames()), model_(table_), rng_(seed) {}

    void step() {
        const std::uint64_t count = 1 + rng_.below(20);
        const std::uint64_t from = rng_.below(frameTotal);
        switch (rng_.below(4)) {
        case 0:
        case 1:
            return take(count, from);
        case 2:
            return give();
        default:
            return pin(count);
        }
    }

    /// The first difference in words, empty if there is none.
    [[nodiscard]] QString difference() const {
        for (std::uint64_t i = 0; i < frameTotal; ++i) {
            if (encodeFrame(table_.info(FrameNumber(i))) != encodeFrame(model_.frames[i])) {
                return QString("frame %1").arg(i);
            }
        }
        const auto space = table_.freeSpace();
        if (space.frames.value != model_.freeCount()) {
            return "number of free frames";
        }
        return space.largestRun.value == model_.largestRun() ? "" : "largest run";
    }

private:
    void take(std::uint64_t count, std::uint64_t from) {
        const auto found = table_.findRun(PageCount(count), FrameNumber(from));
        const auto expected = model_.findRun(count, from);
        QCOMPARE(found.has_value(), expected.has_value());
        if (!found) {
            return;
        }
        QCOMPARE(found->value, *expected);
        const auto owner = static_cast<std::uint16_t>(1 + rng_.below(3));
        table_.take(*found, PageCount(count), FrameUse::Data, owner, Rule::FirstFit);
        for (std::uint64_t i = 0; i < count; ++i) {
            model_.frames[*expected + i] = {FrameUse::Data, owner, 1, 0};
        }
        taken_.emplace_back(*expected, count);
    }

    void give() {
        if (taken_.empty()) {
            return;
        }
        const std::size_t index = rng_.below(taken_.size());
        const auto [first, count] = taken_[index];
        taken_.erase(taken_.begin() + static_cast<std::ptrdiff_t>(index));
        table_.give(FrameNumber(first), PageCount(count), Rule::OldFramesReturned);
        for (std::uint64_t i = 0; i < count; ++i) {
            model_.frames[first + i] = {};
        }
    }

    void pin(std::uint64_t count) {
        if (taken_.empty()) {
            return;
        }
        const auto [first, length] = taken_[rng_.below(taken_.size())];
        const std::uint64_t pages = std::min(count, length);
        const int change = rng_.below(2) == 0 ? 1 : -1;
        table_.pin(FrameNumber(first), PageCount(pages), change);
        bool any = false;
        for (std::uint64_t i = 0; i < pages; ++i) {
            auto& pins = model_.frames[first + i].pins;
            pins = static_cast<std::uint16_t>(std::max(0, pins + change));
            any = any || pins != 0;
        }
        QCOMPARE(table_.anyPinned(FrameNumber(first), PageCount(pages)), any);
    }

    FrameTable& table_;
    Model model_;
    Rng rng_;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> taken_;
};

} // namespace

class TestKernelFrameTable : public QObject {
    Q_OBJECT

private slots:

    void anyOperations_drawn_agreeWithANaiveModel() {
        for (std::uint64_t seed = 1; seed <= 10; ++seed) {
            KernelBench bench;
            Comparison comparison(bench, seed);
            for (int i = 0; i < 100; ++i) {
                comparison.step();
                const QString difference = comparison.difference();
                QVERIFY2(
                    difference.isEmpty(),
                    qPrintable(QString("seed %1 step %2: %3").arg(seed).arg(i).arg(difference)));
            }
        }
    }

    void boot_books_areTheKernels() {
        KernelBench bench;
        FrameTable& frames = bench.kernel.frames();
        const std::uint64_t books = bench.kernel.plan().books.value;
        // Null, root, processes, 16 KiB of frame table, 4 KiB of nodes, 16 KiB of heap, and tables:
        // one for each upper level, one for each region.
        QCOMPARE(books, std::uint64_t{3 + 4 + 1 + 4 + 3 + 4});
        for (std::uint64_t i = 0; i < books; ++i) {
            QCOMPARE(frames.info(FrameNumber(i)).use, FrameUse::Kernel);
        }
        QCOMPARE(frames.info(FrameNumber(books)).use, FrameUse::Free);
        QCOMPARE(bench.freeFrames(), frameTotal - books);
    }

    void findRun_severalFit_takesTheLowestAtOrAboveFrom() {
        KernelBench bench;
        FrameTable& frames = bench.kernel.frames();
        frames.take(FrameNumber(100), PageCount(10), FrameUse::Data, 1, Rule::FirstFit);
        QCOMPARE(frames.findRun(PageCount(4), FrameNumber(98))->value, 110U);
        QCOMPARE(frames.findRun(PageCount(2), FrameNumber(98))->value, 98U);
        QCOMPARE(frames.findRun(PageCount(4), FrameNumber(50))->value, 50U);
        QVERIFY(!frames.findRun(PageCount(600), FrameNumber(0)).has_value());
    }

    void findRun_hole_isNeverGivenOut() {
        const MemorySpan hole{startOf(FrameNumber(64)), bytesOf(PageCount(8))};
        KernelBench bench({}, 1, mib(2), {hole});
        FrameTable& frames = bench.kernel.frames();
        QCOMPARE(frames.info(FrameNumber(64)).use, FrameUse::Hole);
        QCOMPARE(frames.findRun(PageCount(10), FrameNumber(60))->value, 72U);
        QVERIFY(!frames.isFree(FrameNumber(62), PageCount(4)));
        QVERIFY_EXCEPTION_THROWN(
            frames.take(FrameNumber(64), PageCount(1), FrameUse::Data, 1, Rule::FirstFit),
            LogicError);
        QVERIFY_EXCEPTION_THROWN(frames.give(FrameNumber(64), PageCount(1), Rule::EndOfProcess),
                                 LogicError);
    }

    void isFree_pastTheEnd_isFalse() {
        KernelBench bench;
        QVERIFY(bench.kernel.frames().isFree(FrameNumber(510), PageCount(2)));
        QVERIFY(!bench.kernel.frames().isFree(FrameNumber(510), PageCount(3)));
    }

    void take_notFree_isALogicError() {
        KernelBench bench;
        FrameTable& frames = bench.kernel.frames();
        frames.take(FrameNumber(100), PageCount(1), FrameUse::Data, 1, Rule::FirstFit);
        QVERIFY_EXCEPTION_THROWN(
            frames.take(FrameNumber(99), PageCount(2), FrameUse::Data, 1, Rule::FirstFit),
            LogicError);
        QVERIFY_EXCEPTION_THROWN(frames.give(FrameNumber(99), PageCount(2), Rule::EndOfProcess),
                                 LogicError);
    }

    void takeKernelFrame_usedBefore_isZeroedAndLowest() {
        KernelBench bench;
        FrameTable& frames = bench.kernel.frames();
        const FrameNumber lowest(bench.kernel.plan().books.value);
        bench.memory.store(startOf(lowest) + ByteCount(8), 77);
        const auto frame = frames.takeKernelFrame(FrameUse::PageTable, 3);
        QCOMPARE(frame->value, lowest.value);
        QCOMPARE(bench.memory.load(startOf(*frame) + ByteCount(8)), 0U);
        QCOMPARE(frames.info(*frame).owner, std::uint16_t{3});
        QCOMPARE(frames.info(*frame).references, std::uint16_t{0});
    }

    void takeKernelFrame_memoryFull_isNothing() {
        KernelBench bench;
        FrameTable& frames = bench.kernel.frames();
        const PageCount books = bench.kernel.plan().books;
        frames.take(FrameNumber(books.value), PageCount(frameTotal) - books, FrameUse::Data, 1,
                    Rule::FirstFit);
        QVERIFY(!frames.takeKernelFrame(FrameUse::PageTable, 1).has_value());
    }

    void releases_giveAndUnpin_areCountedForWhoWaitsForMemory() {
        KernelBench bench;
        FrameTable& frames = bench.kernel.frames();
        frames.take(FrameNumber(100), PageCount(2), FrameUse::Data, 1, Rule::FirstFit);
        const std::uint64_t before = frames.releases();
        frames.pin(FrameNumber(100), PageCount(2), 1);
        QCOMPARE(frames.releases(), before);
        frames.pin(FrameNumber(100), PageCount(2), -1);
        QCOMPARE(frames.releases(), before + 1);
        frames.give(FrameNumber(100), PageCount(2), Rule::EndOfProcess);
        QCOMPARE(frames.releases(), before + 2);
    }

    void events_takeGivePin_nameRunAndOwner() {
        KernelBench bench;
        FrameTable& frames = bench.kernel.frames();
        frames.take(FrameNumber(100), PageCount(3), FrameUse::Data, 7, Rule::FirstFit);
        frames.pin(FrameNumber(101), PageCount(1), 1);
        frames.give(FrameNumber(100), PageCount(3), Rule::EndOfProcess);
        const Event taken = bench.all(EventKind::FramesAllocated).back();
        QCOMPARE(taken.object, 7U);
        QCOMPARE(taken.paddr, startOf(FrameNumber(100)).value);
        QCOMPARE(taken.a, 3U);
        QCOMPARE(taken.rule, Rule::FirstFit);
        QCOMPARE(bench.all(EventKind::FramesPinned).back().value, 1U);
        const Event given = bench.all(EventKind::FramesFreed).back();
        QCOMPARE(given.object, 7U);
        QCOMPARE(given.a, 3U);
    }
};

QTEST_GUILESS_MAIN(TestKernelFrameTable)
#include "tst_kernel_frame_table.moc"
