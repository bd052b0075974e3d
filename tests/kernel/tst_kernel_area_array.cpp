// The virtual side of seed 001: an array of areas with lists of free ones.
#include "fragscope/base/rng.h"
#include "fragscope/kernel/memory_bytes.h"
#include "fragscope/kernel/segments/area_array.h"

#include <QTest>

#include "kernel/support/kernel_bench.h"
#include <map>
#include <rapidcheck.h>

using namespace fragscope;
using namespace fragscope::test;

namespace {

class AreaBench : public KernelBench {
public:
    explicit AreaBench(AreaJoin join)
        : process(makeProcess(VirtAddr(start))), areas(process.map, memory, join) {
        areas.initialise();
    }

    std::uint64_t allocate(std::uint64_t pages, std::uint64_t alignment = 1) {
        const auto found = areas.allocate(PageCount(pages), PageCount(alignment),
                                          {PhysAddr(0x400000), 1}, Rule::ScenarioSaysSo);
        return found ? (found->start.value - start) / pageBytes : ~0ULL;
    }

    bool release(std::uint64_t page) {
        return areas.release(VirtAddr(start + page * pageBytes), Rule::ScenarioSaysSo);
    }

    /// "B4 f2 ": blocks and free areas with their pages.
    [[nodiscard]] std::string picture() const {
        std::string text;
        for (const Extent& extent : process.map.extents()) {
            text += extent.kind == EntryKind::Free ? "f" : "B";
            text += std::to_string(extent.length / pageBytes) + " ";
        }
        return text;
    }

    /// "" or what is wrong with the lists.
    [[nodiscard]] std::string issue(bool joined) const {
        const MachineBytes bytes(memory);
        const auto root = decodeRoot(bytes);
        const ProcessInfo info = decodeProcesses(bytes, *root).front();
        std::map<std::uint64_t, std::uint32_t> listed;
        for (std::uint32_t list = 0; list <= AreaArray::lists; ++list) {
            for (const std::uint64_t at : decodeAreaList(bytes, info, list)) {
                if (!listed.emplace(at, list).second) {
                    return "in two lists";
                }
            }
        }
        bool freeBefore = false;
        std::uint64_t end = start;
        for (const Extent& extent : process.map.extents()) {
            const bool free = extent.kind == EntryKind::Free;
            if (extent.start != end) {
                return "a gap in the array";
            }
            end += extent.length;
            if (free != listed.contains(extent.start)) {
                return "free but in no list, or the other way round";
            }
            if (free &&
                listed[extent.start] != AreaArray::listFor(pagesFor(ByteCount(extent.length)))) {
                return "in the wrong list";
            }
            if (joined && free && freeBefore) {
                return "free neighbours";
            }
            freeBefore = free;
            listed.erase(extent.start);
        }
        return listed.empty() ? "" : "listed but no area";
    }

    static constexpr std::uint64_t start = 0x10000000;
    Process& process;
    AreaArray areas;
};

} // namespace

class KernelAreaArray : public QObject {
    Q_OBJECT

private slots:

    void growsAndShrinks() {
        AreaBench bench(AreaJoin::AtFree);
        QCOMPARE(bench.process.map.count(), std::size_t{1});
        QCOMPARE(bench.allocate(4), 0ULL);
        QCOMPARE(bench.allocate(8), 4ULL);
        QCOMPARE(bench.allocate(4), 12ULL);
        QCOMPARE(bench.process.map.count(), std::size_t{4}); // three areas and the limit
        QVERIFY(bench.release(4));
        QCOMPARE(bench.picture(), std::string("B4 f8 B4 "));
        QVERIFY(bench.release(0));
        QCOMPARE(bench.picture(), std::string("f12 B4 "));
        QVERIFY(bench.release(12));
        QCOMPARE(bench.picture(), std::string("f16 "));
        QCOMPARE(bench.process.map.count(), std::size_t{2});
    }

    void listsServeEqualSizesFirst() {
        AreaBench bench(AreaJoin::Never);
        for (const std::uint64_t pages : {3ULL, 1ULL, 100ULL, 1ULL, 3ULL, 1ULL, 80ULL, 1ULL}) {
            bench.allocate(pages);
        }
        for (const std::uint64_t page : {0ULL, 4ULL, 105ULL, 109ULL}) {
            QVERIFY(bench.release(page));
        }
        QCOMPARE(bench.picture(), std::string("f3 B1 f100 B1 f3 B1 f80 B1 "));
        QCOMPARE(bench.allocate(3), 105ULL);  // freed last
        QCOMPARE(bench.allocate(70), 109ULL); // the smaller of the two large ones
        QCOMPARE(bench.allocate(2), 4ULL);    // best fit of the large ones before a larger list
        QCOMPARE(bench.issue(false), std::string());
    }

    void alignmentLeavesAFreeAreaInFront() {
        AreaBench bench(AreaJoin::AtFree);
        bench.allocate(3);
        QCOMPARE(bench.allocate(600, 512), 512ULL);
        QCOMPARE(bench.picture(), std::string("B3 f509 B600 "));
        QCOMPARE(bench.allocate(500), 3ULL);
        QCOMPARE(bench.issue(true), std::string());
    }

    void joinsOnFailureBeforeTheSpaceGrows() {
        for (const AreaJoin join : {AreaJoin::OnFailure, AreaJoin::Never}) {
            AreaBench bench(join);
            bench.allocate(4);
            bench.allocate(4);
            bench.allocate(1);
            bench.release(0);
            bench.release(4);
            QCOMPARE(bench.allocate(8), join == AreaJoin::OnFailure ? 0ULL : 9ULL);
            QCOMPARE(bench.issue(false), std::string());
        }
    }

    void releaseOfWhatIsNoBlockIsRefused() {
        AreaBench bench(AreaJoin::AtFree);
        bench.allocate(4);
        QVERIFY(!bench.release(1));
        QVERIFY(!bench.release(4));
        QVERIFY(bench.release(0));
        QVERIFY(!bench.release(0));
    }

    void aFullArrayRefuses() {
        AreaBench bench(AreaJoin::AtFree);
        std::size_t areas = 0;
        while (bench.allocate(1) != ~0ULL) {
            ++areas;
        }
        QVERIFY(areas >= bench.areas.capacity() - 4);
        QVERIFY(bench.process.map.count() <= bench.areas.capacity());
        QCOMPARE(bench.issue(true), std::string());
    }

    /// Binary search: entries compared grow with the logarithm, moved ones with the number.
    void searchIsLogarithmicAndInsertionIsNot() {
        AreaBench bench(AreaJoin::AtFree);
        for (int i = 0; i < 96; ++i) {
            bench.allocate(2);
        }
        const AreaArray::Work before = bench.areas.work();
        QVERIFY(bench.areas.indexOf(VirtAddr(AreaBench::start + 2 * 40 * pageBytes)).has_value());
        QVERIFY(bench.areas.work().compared - before.compared <= 7); // 97 entries
        bench.release(0);
        bench.allocate(1); // cuts the first area: all behind it move up
        QCOMPARE(bench.areas.work().moved - before.moved, 96ULL);
    }

    void invariantsHold() {
        QVERIFY(rc::check([] {
            Rng rng(*rc::gen::arbitrary<std::uint64_t>());
            const auto join = static_cast<AreaJoin>(rng.below(3));
            AreaBench bench(join);
            std::map<std::uint64_t, std::uint64_t> live;
            for (int i = 0; i < 120; ++i) {
                if (live.empty() || rng.below(5) < 3) {
                    const std::uint64_t pages = 1 + rng.below(1 + rng.below(100));
                    const std::uint64_t alignment = 1ULL << rng.below(6);
                    const std::uint64_t at = bench.allocate(pages, alignment);
                    if (at != ~0ULL) {
                        RC_ASSERT(at % alignment == 0U);
                        live[at] = pages;
                    }
                } else {
                    auto chosen = live.begin();
                    std::advance(chosen, rng.below(live.size()));
                    RC_ASSERT(bench.release(chosen->first));
                    live.erase(chosen);
                }
                RC_ASSERT(bench.issue(join == AreaJoin::AtFree) == std::string());
                std::size_t blocks = 0;
                for (const Extent& extent : bench.process.map.extents()) {
                    if (extent.kind == EntryKind::Block) {
                        ++blocks;
                        const auto known = live.find((extent.start - AreaBench::start) / pageBytes);
                        RC_ASSERT(known != live.end());
                        RC_ASSERT(known->second == extent.length / pageBytes);
                    }
                }
                RC_ASSERT(blocks == live.size());
            }
        }));
    }
};

QTEST_GUILESS_MAIN(KernelAreaArray)
#include "tst_kernel_area_array.moc"
