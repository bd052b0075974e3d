#include "fragscope/alloc/replay/replayed_heap.h"

#include <QTest>

#include "alloc/support/allocator_bench.h"
#include "alloc/support/heap_bench.h"

using namespace fragscope;
using namespace fragscope::test;

namespace {

/// What the tries of operations are made on: the words as they are, or old ones.
class Look : public ArenaReader {
public:
    explicit Look(const FlatArena& arena) : arena_(arena) {}

    [[nodiscard]] std::uint64_t word(VirtAddr at) const override {
        return honest ? arena_.word(at) : 0;
    }

    bool honest = true;

private:
    const FlatArena& arena_;
};

/// A replayed heap over a flat arena, on a scheduler of its own.
class ReplayBench : public HeapBench {
public:
    explicit ReplayBench(const AllocatorSettings& settings)
        : HeapBench(HeapKind::None), look(arena) {
        heap = std::make_unique<ReplayedHeap>(settings, arena, *this, look);
    }

    void decided(Rule why, VirtAddr, std::span<const std::uint64_t, 3>) override {
        reasons.push_back(why);
    }

    Look look;
    std::vector<Rule> reasons;
};

Steps writeOver(Arena& arena, VirtAddr at, std::uint64_t value) {
    co_await arena.store(at, value);
}

AllocatorSettings inBand(std::string_view name) {
    return allocatorWith(
        name, {{"heap_base", "0x10000000"}, {"heap_size", "65536"}, {"heap_limit", "65536"}});
}

/// Addresses that a fixed program gets; the rules of its decisions go to the bench.
std::vector<std::uint64_t> program(ReplayBench& bench) {
    std::vector<std::uint64_t> addresses;
    for (std::uint64_t i = 0; i < 60; ++i) {
        addresses.push_back(bench.take(1 + i * 37 % 500).value);
        if (i % 3 == 2) {
            bench.give(VirtAddr(addresses[i - 1]));
        }
    }
    return addresses;
}

} // namespace

/// Operations of allocators done access by access: what the try saw and what is there may differ.
class TestReplayedHeap : public QObject {
    Q_OBJECT

    static void addAllocators() {
        QTest::addColumn<QByteArray>("name");
        for (const char* name : {"tlsf", "half-fit"}) { // those without books beside the heap
            QTest::newRow(name) << QByteArray(name);
        }
    }

private slots:

    void triesOnOldWords_endInTheSameSteps_data() { addAllocators(); }

    /// With a look that sees nothing but zeros every load gives something else than the try saw:
    /// the rest is tried again each time, and the same comes out.
    void triesOnOldWords_endInTheSameSteps() {
        QFETCH(QByteArray, name);
        ReplayBench honest(inBand(name.constData()));
        ReplayBench stale(inBand(name.constData()));
        stale.look.honest = false;
        const std::vector<std::uint64_t> expected = program(honest);
        QCOMPARE(program(stale), expected);
        QVERIFY(stale.reasons == honest.reasons);
        QCOMPARE(stale.scheduler.steps(), honest.scheduler.steps());
        stale.look.honest = true;
        QVERIFY(stale.picture().whole());
        QVERIFY(stale.picture().blocks == honest.picture().blocks);
    }

    void sameAddresses_asOverPlainBuffers_data() { addAllocators(); }

    void sameAddresses_asOverPlainBuffers() {
        QFETCH(QByteArray, name);
        ReplayBench replayed(inBand(name.constData()));
        AllocatorBench plain(inBand(name.constData()));
        std::vector<std::uint64_t> addresses;
        for (std::uint64_t i = 0; i < 60; ++i) {
            addresses.push_back(plain.take(1 + i * 37 % 500));
            if (i % 3 == 2) {
                plain.give(addresses[i - 1]);
            }
        }
        QCOMPARE(program(replayed), addresses);
    }

    /// A header that somebody has written over is found by the loads of the operation itself.
    void damage_isThrownWhenItIsMet() {
        ReplayBench bench(inBand("tlsf"));
        const VirtAddr first = bench.take(100);
        (void)bench.take(100);
        bench.run(writeOver(bench.arena, first - ByteCount(8), ~0ULL));
        QVERIFY_EXCEPTION_THROWN((void)bench.give(first), HeapDamaged);
    }

    void noRoomForTheHeap_refuses() {
        ReplayBench bench(inBand("tlsf"));
        bench.limit = ByteCount(4096);
        QCOMPARE(bench.take(10).value, std::uint64_t{0});
        bench.limit = mib(1);
        QVERIFY(bench.take(10).value != 0);
    }
};

QTEST_APPLESS_MAIN(TestReplayedHeap)

#include "tst_alloc_replayed_heap.moc"
