#include "fragscope/base/check.h"

#include <QTest>

#include "kernel/support/kernel_bench.h"

using namespace fragscope;
using fragscope::test::KernelBench;

namespace {

KernelSettings with(MapRepresentation representation) {
    KernelSettings settings;
    settings.representation = representation;
    return settings;
}

void eachRepresentation() {
    QTest::addColumn<int>("representation");
    QTest::newRow("start only") << static_cast<int>(MapRepresentation::StartOnly);
    QTest::newRow("start and base") << static_cast<int>(MapRepresentation::StartBase);
    QTest::newRow("start and length") << static_cast<int>(MapRepresentation::StartLength);
}

} // namespace

class TestKernelMemoryMap : public QObject {
    Q_OBJECT

private slots:

    void freshMap_hasTheLimitOnly() {
        KernelBench bench;
        const MemoryMap& map = bench.makeProcess(VirtAddr(0x40000000)).map;
        QCOMPARE(map.count(), std::size_t{1});
        QCOMPARE(map.entry(0).kind, EntryKind::Limit);
        QCOMPARE(map.areaStart().value, 0x40000000U);
        QCOMPARE(map.areaEnd().value, 0x40000000U);
        QVERIFY(!map.lookUp(VirtAddr(0x40000000)).has_value());
    }

    void lookUp_everyPage_leadsToItsFrame_data() { eachRepresentation(); }

    void lookUp_everyPage_leadsToItsFrame() {
        QFETCH(int, representation);
        KernelBench bench(with(static_cast<MapRepresentation>(representation)));
        Process& process = bench.makeProcess();
        const std::vector<std::pair<std::uint64_t, std::uint64_t>> blocks{
            {3, 200}, {1, 100}, {5, 300}};
        std::vector<std::uint64_t> frames;
        for (const auto& [pages, first] : blocks) {
            bench.addBlock(process, pages, first);
            for (std::uint64_t i = 0; i < pages; ++i) {
                frames.push_back(first + i);
            }
        }
        for (std::uint64_t page = 0; page < frames.size(); ++page) {
            const VirtAddr address(0x10000000 + page * pageBytes + 24);
            const auto extent = process.map.lookUp(address);
            QVERIFY(extent.has_value());
            const std::uint64_t place = extent->paddr + (address.value - extent->start);
            QCOMPARE(place, frames[page] * pageBytes + 24);
        }
        QVERIFY(!process.map.lookUp(VirtAddr(0xfffffff)).has_value());
        QVERIFY(!process.map.lookUp(process.map.areaEnd()).has_value());
        QCOMPARE(process.map.blocks(), std::size_t{3});
    }

    void leadsTo_framesOfABlock_onlyThose_data() { eachRepresentation(); }

    void leadsTo_framesOfABlock_onlyThose() {
        QFETCH(int, representation);
        KernelBench bench(with(static_cast<MapRepresentation>(representation)));
        Process& process = bench.makeProcess();
        bench.addBlock(process, 3, 200);
        QVERIFY(!process.map.leadsTo(FrameNumber(199)));
        QVERIFY(process.map.leadsTo(FrameNumber(200)));
        QVERIFY(process.map.leadsTo(FrameNumber(202)));
        QVERIFY(!process.map.leadsTo(FrameNumber(203)));
    }

    void isNoAccess_entryE_exactlyItsRange_data() { eachRepresentation(); }

    void isNoAccess_entryE_exactlyItsRange() {
        QFETCH(int, representation);
        KernelBench bench(with(static_cast<MapRepresentation>(representation)));
        Process& process = bench.makeProcess();
        bench.addBlock(process, 2, 200);
        bench.addBlock(process, 4, 300);
        test::coverWithE(process.map, 1, 2 * pageBytes);
        for (std::uint64_t page = 0; page < 6; ++page) {
            const bool inside = page == 2 || page == 3;
            QCOMPARE(process.map.isNoAccess(VirtAddr(0x10000000 + page * pageBytes)), inside);
        }
        QVERIFY(!process.map.isNoAccess(VirtAddr(0x10006000)));
    }

    void insertAndRemove_drawn_agreeWithAVector() {
        KernelBench bench;
        MemoryMap& map = bench.makeProcess().map;
        std::vector<std::uint64_t> starts{map.entry(0).start};
        Rng rng(3);
        for (int i = 0; i < 400; ++i) {
            if (starts.size() < map.capacity() && rng.below(3) > 0) {
                const std::size_t at = rng.below(starts.size() + 1);
                const std::uint64_t start = rng.below(1000);
                map.insert(at, {.start = start}, Rule::None);
                starts.insert(starts.begin() + static_cast<std::ptrdiff_t>(at), start);
            } else if (starts.size() > 1) {
                const std::size_t at = rng.below(starts.size());
                map.remove(at, Rule::None);
                starts.erase(starts.begin() + static_cast<std::ptrdiff_t>(at));
            }
            QCOMPARE(map.count(), starts.size());
            for (std::size_t n = 0; n < starts.size(); ++n) {
                QCOMPARE(map.entry(n).start, starts[n]);
            }
        }
    }

    void insert_fullMap_isALogicError() {
        KernelBench bench;
        MemoryMap& map = bench.makeProcess().map;
        while (map.count() < map.capacity()) {
            map.insert(0, {}, Rule::None);
        }
        QVERIFY_EXCEPTION_THROWN(map.insert(0, {}, Rule::None), LogicError);
        QVERIFY_EXCEPTION_THROWN(map.remove(map.count(), Rule::None), LogicError);
    }

    void patch_oneWord_isOneStoreWithOldAndNewValue() {
        KernelBench bench;
        Process& process = bench.makeProcess();
        bench.addBlock(process, 2, 200);
        bench.log.clear();
        const std::uint64_t before = process.map.edits();
        process.map.patch(1, map_field::start, 0x10009000, Rule::CoverBlock);
        QCOMPARE(bench.all(EventKind::PhysStore).size(), std::size_t{1});
        const Event store = bench.all(EventKind::MapStore).at(0);
        QCOMPARE(store.value, 0x10009000U);
        QCOMPARE(store.a, 0x10002000U);
        QCOMPARE(store.b, 1U);
        QCOMPARE(store.object, process.number);
        QCOMPARE(store.rule, Rule::CoverBlock);
        QCOMPARE(store.paddr,
                 startOf(process.map.frame()).value + mapEntryBytes + map_field::start);
        QCOMPARE(process.map.edits(), before + 1);
    }

    void entries_liveInEmulatedMemory_aStrayWriteDestroysThem() {
        KernelBench bench;
        Process& process = bench.makeProcess();
        bench.addBlock(process, 2, 200);
        bench.memory.store(startOf(process.map.frame()) + ByteCount(map_field::start), 0x123000);
        QCOMPARE(process.map.areaStart().value, 0x123000U);
    }
};

QTEST_GUILESS_MAIN(TestKernelMemoryMap)
#include "tst_kernel_memory_map.moc"
