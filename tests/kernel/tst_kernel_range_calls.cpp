#include "fragscope/kernel/paging/area_calls.h"
#include "fragscope/kernel/paging/demand_paging.h"
#include "fragscope/kernel/paging/mark_sweeper.h"
#include "fragscope/kernel/paging/page_marks.h"
#include "fragscope/kernel/paging/range_calls.h"

#include <QTest>

#include "kernel/support/kernel_bench.h"

using namespace fragscope;
using namespace fragscope::test;

namespace {

constexpr VirtAddr base{0x10000000};

KernelSettings with(PagingSettings paging) {
    KernelSettings settings;
    settings.paging = paging;
    return settings;
}

class Bench : public KernelBench {
public:
    explicit Bench(PagingSettings paging = {})
        : KernelBench(with(paging), 2, kib(512)), process(makeProcess()) {}

    RangeRequest reserve(std::uint64_t pages, VirtAddr at = VirtAddr(0)) {
        RangeRequest request{.pages = PageCount(pages), .at = at};
        spawn(0, reserveRange(kernel, process, request), process.number);
        (void)run();
        return request;
    }

    AccessRequest access(std::uint64_t page, AccessKind kind, std::uint64_t value = 0) {
        AccessRequest request = requestFor(process, base + bytesOf(PageCount(page)), kind, value);
        spawn(0, accessOnce(kernel, request), process.number);
        (void)run();
        return request;
    }

    void write(std::uint64_t page, std::uint64_t value) {
        (void)access(page, AccessKind::Write, value);
    }

    std::uint64_t read(std::uint64_t page) { return access(page, AccessKind::Read).value; }

    void mark(std::uint64_t first, std::uint64_t pages, MarkMode mode) {
        spawn(0,
              markPages(kernel, process, pageOf(base) + PageCount(first), PageCount(pages), mode),
              process.number);
        (void)run();
    }

    void giveBack(std::uint64_t first, std::uint64_t pages) {
        spawn(0,
              giveBackPages(kernel, process, pageOf(base) + PageCount(first), PageCount(pages),
                            GiveBackMode::Unmap),
              process.number);
        (void)run();
    }

    void sweep(std::uint64_t most = ~0ULL) {
        spawn(1, sweepMarks(kernel, PageCount(most)));
        (void)run();
    }

    PageEntry entry(std::uint64_t page) {
        return DemandPaging::entryOf(process, pageOf(base) + PageCount(page));
    }

    Process& process;
};

} // namespace

/// Areas in runs of pages, and pages that are given back without their frame.
class TestRangeCalls : public QObject {
    Q_OBJECT

private slots:

    void reserve_anywhere_takesTheFirstGap_elseTheEnd() {
        Bench bench;
        QCOMPARE(bench.reserve(4).at, base);
        QCOMPARE(bench.reserve(4).at.value, base.value + 4 * pageBytes);
        bench.giveBack(1, 2);
        QCOMPARE(bench.reserve(2).at.value, base.value + pageBytes);
        bench.giveBack(6, 2);
        QCOMPARE(bench.reserve(3).at.value, base.value + 6 * pageBytes); // passes the old end
        QCOMPARE(bench.process.map.areaEnd().value, base.value + 9 * pageBytes);
        QCOMPARE(bench.process.map.count(), 2U); // one area and the limit
        QCOMPARE(bench.process.use.reserved, 9U);
        QCOMPARE(bench.process.use.resident, 0U);
    }

    void reserve_overTheLimit_isRefused() {
        Bench bench({.commitLimit = kib(16)});
        QVERIFY(bench.reserve(4).granted);
        QVERIFY(!bench.reserve(1).granted);
        QCOMPARE(bench.all(EventKind::ReserveRefused).size(), 1U);
        QCOMPARE(bench.process.use.reserved, 4U);
    }

    void marked_isTaken_unlessItWasWrittenAgain() {
        Bench bench;
        (void)bench.reserve(3);
        for (std::uint64_t page = 0; page < 3; ++page) {
            bench.write(page, 100 + page);
        }
        const std::uint64_t free = bench.freeFrames();
        bench.mark(0, 3, MarkMode::MayGo);
        QCOMPARE(bench.kernel.paging().marked(), 3U);
        QCOMPARE(bench.read(0), 100U); // until it is taken
        bench.write(1, 201);
        bench.sweep();
        QCOMPARE(bench.freeFrames(), free + 2);
        QCOMPARE(bench.kernel.paging().marked(), 0U);
        QCOMPARE(bench.read(1), 201U);
        QCOMPARE(bench.entry(0).state, PageState::OnDemand);
        QCOMPARE(bench.read(0), 0U);
        const Event swept = bench.all(EventKind::MarksSwept).back();
        QCOMPARE(swept.value, 2U);
        QCOMPARE(swept.a, 1U);
    }

    void markedOnceMore_countsAsNotWrittenAgain() {
        Bench bench;
        (void)bench.reserve(1);
        bench.write(0, 1);
        bench.mark(0, 1, MarkMode::MayGo);
        bench.write(0, 2); // used and freed again before anybody swept
        bench.mark(0, 1, MarkMode::MayGo);
        QCOMPARE(bench.kernel.paging().marked(), 1U);
        bench.sweep();
        QCOMPARE(bench.process.use.resident, 0U);
    }

    void sweep_takesAtMostTheQuantum() {
        Bench bench;
        (void)bench.reserve(5);
        for (std::uint64_t page = 0; page < 5; ++page) {
            bench.write(page, 1);
        }
        bench.mark(0, 5, MarkMode::MayGo);
        bench.sweep(2);
        QCOMPARE(bench.kernel.paging().marked(), 3U);
        QCOMPARE(bench.process.use.resident, 3U);
    }

    void mark_isOneShootdown_convertOneForEachPage() {
        Bench bench;
        (void)bench.reserve(4);
        for (std::uint64_t page = 0; page < 4; ++page) {
            bench.write(page, 1);
        }
        bench.mark(0, 4, MarkMode::MayGo);
        QCOMPARE(bench.all(EventKind::ShootdownSent).size(), 1U);
    }

    void leaked_staysMapped_andTheNextAreaFindsTheOldData() {
        Bench bench;
        (void)bench.reserve(3);
        bench.write(0, 7);
        bench.write(1, 8);
        bench.mark(0, 3, MarkMode::Leak);
        QCOMPARE(bench.process.use.leaked, 2U);
        QCOMPARE(bench.process.use.reserved, 0U);
        QCOMPARE(bench.process.use.resident, 2U);
        QCOMPARE(bench.entry(2).state, PageState::NotUsed); // it had no frame to lose
        QCOMPARE(bench.read(1), 8U);                        // silently
        QCOMPARE(bench.all(EventKind::InvalidAccess).size(), 0U);
        QCOMPARE(bench.reserve(1).at, base);
        QCOMPARE(bench.read(0), 7U);
        QCOMPARE(bench.process.use.leaked, 1U);
        QCOMPARE(bench.process.use.reserved, 1U);
        QCOMPARE(bench.all(EventKind::LeakedPages).back().a, 1U);
    }

    void leaked_comesBackAtTheEndOfTheProcess_counted() {
        Bench bench;
        (void)bench.reserve(4);
        const std::uint64_t free = bench.freeFrames();
        for (std::uint64_t page = 0; page < 4; ++page) {
            bench.write(page, 1);
        }
        bench.mark(0, 3, MarkMode::Leak);
        QCOMPARE(bench.freeFrames(), free - 4);
        bench.kernel.end(bench.process, ProcessState::Exited);
        const Event last = bench.all(EventKind::LeakedPages).back();
        QCOMPARE(last.rule, Rule::EndOfProcess);
        QCOMPARE(last.value, 3U);
        QCOMPARE(last.a, 0U);
        QVERIFY(bench.freeFrames() >= free);
    }

    void notice_isSentExactlyWhenFewerFramesThanTheWatermarkAreFree() {
        Bench bench({.lowWatermark = 5});
        auto& listener = bench.kernel.paging().lowMemory().listen(bench.process, true);
        (void)bench.reserve(200);
        std::uint64_t page = 0;
        while (bench.kernel.paging().lowMemory().freeFrames() > 5) {
            bench.write(page++, 1);
        }
        QCOMPARE(listener.asked, 0U); // five are left
        bench.write(page++, 1);
        QCOMPARE(listener.asked, 1U);
        const Event notice = bench.all(EventKind::LowMemoryNotice).back();
        QCOMPARE(notice.value, 4U);
        QCOMPARE(notice.a, 5U);
        bench.write(page++, 1);
        QCOMPARE(listener.asked, 1U); // it knows
        bench.giveBack(0, 4);
        bench.write(page++, 1); // 3 + 4 - 1: as many as the watermark again
        QCOMPARE(listener.asked, 1U);
        bench.write(page++, 1);
        bench.write(page++, 1);
        QCOMPARE(listener.asked, 2U);
    }
};

QTEST_APPLESS_MAIN(TestRangeCalls)

#include "tst_kernel_range_calls.moc"
