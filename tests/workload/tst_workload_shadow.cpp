#include "fragscope/workload/shadow.h"

#include <QTest>

#include "kernel/support/kernel_bench.h"
#include "support/print.h"

using namespace fragscope;
using fragscope::test::KernelBench;

namespace {

constexpr std::uint64_t here = 100;  ///< frame of the first page
constexpr std::uint64_t there = 200; ///< where it is copied to
constexpr VirtAddr start{0x10000000};

/// A process with a block of two pages under a shadow copy; accesses and moves made by hand.
struct Shadowed {
    Shadowed() {
        bench.events.attach(shadow, Shadow::kinds());
        bench.addBlock(process, 2, here);
    }

    ~Shadowed() { bench.events.detach(shadow); }

    Shadowed(const Shadowed&) = delete;
    Shadowed& operator=(const Shadowed&) = delete;

    void store(std::uint64_t frame, std::uint64_t value, std::uint64_t page = 0) {
        const PhysAddr place = startOf(FrameNumber(frame)) + ByteCount(16);
        bench.memory.storeQuietly(place, value);
        bench.events.emit({.kind = EventKind::Store,
                           .size = wordBytes,
                           .object = process.number,
                           .vaddr = addressOf(page),
                           .paddr = place.value,
                           .value = value});
    }

    void load(std::uint64_t frame, std::uint32_t by = 1, VirtAddr area = start) {
        const PhysAddr place = startOf(FrameNumber(frame)) + ByteCount(16);
        bench.events.emit({.kind = EventKind::Load,
                           .size = wordBytes,
                           .object = by,
                           .vaddr = area.value + 16,
                           .paddr = place.value,
                           .value = bench.memory.load(place)});
    }

    static std::uint64_t addressOf(std::uint64_t page) {
        return start.value + page * pageBytes + 16;
    }

    void takeDestination() {
        bench.kernel.frames().take(FrameNumber(there), PageCount(1), FrameUse::Data, 1,
                                   Rule::ScenarioSaysSo);
    }

    void unmap() { (void)process.tables.exchange(pageOf(start), Rule::ExchangeClearsPte); }

    void copy() {
        bench.memory.copy(startOf(FrameNumber(there)), startOf(FrameNumber(here)),
                          ByteCount(pageBytes));
        bench.events.emit({.kind = EventKind::PageCopied,
                           .object = 1,
                           .vaddr = start.value,
                           .paddr = startOf(FrameNumber(there)).value,
                           .value = pageBytes,
                           .a = startOf(FrameNumber(here)).value});
    }

    void map(std::uint64_t frame) {
        (void)process.tables.map(pageOf(start), {.frame = FrameNumber(frame)},
                                 Rule::AbsentToPresent);
    }

    [[nodiscard]] std::size_t complaints() const {
        std::size_t count = 0;
        for (const EventKind kind : {EventKind::LostWrite, EventKind::StaleRead,
                                     EventKind::ForeignAccess, EventKind::InvariantBroken}) {
            count += bench.all(kind).size();
        }
        return count;
    }

    KernelBench bench;
    Shadow shadow{bench.kernel};
    Process& process = bench.makeProcess(start);
};

} // namespace

/// What the shadow copy says of accesses and moves, right ones and wrong ones.
class TestWorkloadShadow : public QObject {
    Q_OBJECT

private slots:

    void rightMove_accessesBeforeAndAfter_sayNothing() {
        Shadowed run;
        run.takeDestination();
        run.store(here, 7);
        run.load(here);
        run.unmap();
        run.copy();
        run.map(there);
        run.load(there);
        run.store(there, 8);
        run.load(there);
        QCOMPARE(run.complaints(), std::size_t{0});
    }

    void writeThroughStaleTranslation_isLost() {
        Shadowed run;
        run.takeDestination();
        run.store(here, 7);
        run.unmap();
        run.copy();
        run.map(there);
        run.store(here, 9); // some CPU still leads there
        const auto lost = run.bench.all(EventKind::LostWrite);
        QCOMPARE(lost.size(), std::size_t{1});
        QVERIFY(lost[0].rule == Rule::WriteThroughStale);
        QCOMPARE(lost[0].vaddr, Shadowed::addressOf(0));
        QCOMPARE(lost[0].value, 9U); // written
        QCOMPARE(lost[0].a, 7U);     // what the program will read
        QCOMPARE(run.complaints(), std::size_t{1});
    }

    void writeAfterTheCopyBeforeTheMap_isLost() {
        Shadowed run;
        run.takeDestination();
        run.store(here, 7);
        run.unmap();
        run.copy();
        run.store(here, 9);
        run.map(there);
        const auto lost = run.bench.all(EventKind::LostWrite);
        QCOMPARE(lost.size(), std::size_t{1}); // once, not again when the page is mapped
        QVERIFY(lost[0].rule == Rule::WriteUnreachable);
        QCOMPARE(lost[0].a, 7U);
    }

    void copyBeforeTheLastWrite_isFoundWhenThePageIsMapped() {
        Shadowed run;
        run.takeDestination();
        run.bench.memory.copy(startOf(FrameNumber(there)), startOf(FrameNumber(here)),
                              ByteCount(pageBytes));
        run.store(here, 9);
        run.unmap();
        run.map(there);
        const auto lost = run.bench.all(EventKind::LostWrite);
        QCOMPARE(lost.size(), std::size_t{1});
        QVERIFY(lost[0].rule == Rule::WriteUnreachable);
        QCOMPARE(lost[0].vaddr, Shadowed::addressOf(0));
        QCOMPARE(lost[0].value, 9U);
        QCOMPARE(lost[0].a, 0U);
    }

    void readOfTheOldPlace_afterAWriteToTheNew_isStale() {
        Shadowed run;
        run.takeDestination();
        run.store(here, 7);
        run.unmap();
        run.copy();
        run.map(there);
        run.load(here); // still equal: harmless
        QCOMPARE(run.complaints(), std::size_t{0});
        run.store(there, 8);
        run.load(here);
        const auto stale = run.bench.all(EventKind::StaleRead);
        QCOMPARE(stale.size(), std::size_t{1});
        QCOMPARE(stale[0].value, 7U);
        QCOMPARE(stale[0].a, 8U);
        QCOMPARE(stale[0].vaddr, Shadowed::addressOf(0));
    }

    void frameOfNobody_isAForeignAccess() {
        Shadowed run;
        run.load(150);
        const auto foreign = run.bench.all(EventKind::ForeignAccess);
        QCOMPARE(foreign.size(), std::size_t{1});
        QCOMPARE(foreign[0].paddr, startOf(FrameNumber(150)).value + 16);
    }

    void frameOfAnotherProcess_isAForeignAccess() {
        Shadowed run;
        Process& other = run.bench.makeProcess(VirtAddr(0x20000000));
        run.bench.addBlock(other, 1, 150);
        run.store(150, 5);
        const auto foreign = run.bench.all(EventKind::ForeignAccess);
        QCOMPARE(foreign.size(), std::size_t{1});
        QCOMPARE(foreign[0].object, 1U);
        QCOMPARE(foreign[0].a, std::uint64_t{other.number});
    }

    void sharedFrame_writtenByOneReadByTheOther_isNoComplaint() {
        Shadowed run;
        Process& other = run.bench.makeProcess(VirtAddr(0x20000000));
        QVERIFY(run.bench.kernel.attachAll(other, run.process));
        run.store(here, 5);
        run.load(here, other.number, VirtAddr(0x20000000));
        QCOMPARE(run.complaints(), std::size_t{0});
    }

    void pageGivenBack_comesAgainWithOtherContents_isNoComplaint() {
        Shadowed run;
        run.takeDestination();
        run.store(here, 7);
        (void)run.process.tables.exchange(pageOf(start), Rule::ScenarioSaysSo);
        run.map(there);
        run.load(there);
        QCOMPARE(run.complaints(), std::size_t{0});
    }

    void compareAll_equalContents_countsTheWords() {
        Shadowed run;
        run.store(here, 7);
        run.shadow.compareAll();
        const auto equal = run.bench.all(EventKind::ContentsEqual);
        QCOMPARE(equal.size(), std::size_t{1});
        QCOMPARE(equal[0].value, 2 * wordsPerPage);
    }

    void compareAll_wordChangedBehindItsBack_breaksI8() {
        Shadowed run;
        run.bench.memory.storeQuietly(startOf(FrameNumber(here + 1)) + ByteCount(24), 1);
        run.shadow.compareAll();
        const auto broken = run.bench.all(EventKind::InvariantBroken);
        QCOMPARE(broken.size(), std::size_t{1});
        QCOMPARE(broken[0].value, 8U);
        QCOMPARE(broken[0].vaddr, start.value + pageBytes + 24);
        QVERIFY(run.bench.all(EventKind::ContentsEqual).empty());
    }
};

QTEST_GUILESS_MAIN(TestWorkloadShadow)
#include "tst_workload_shadow.moc"
