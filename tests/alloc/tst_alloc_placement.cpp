#include "fragscope/base/hash.h"
#include "fragscope/trace/read_trace.h"

#include <QTest>

#include "alloc/support/allocator_bench.h"

using namespace fragscope;
using namespace fragscope::test;

namespace {

/// The hash of the offsets of all blocks from the first payload, in the order of the requests; all
/// ones for a request that is refused.
std::uint64_t placementHash(const AllocationTrace& trace, const AllocatorSettings& settings) {
    constexpr std::uint64_t none = Allocator::refused;
    FlatMemory memory(memoryPlan(settings));
    const std::unique_ptr<Allocator> heap = makeAllocator(settings, memory);
    heap->initialise();
    std::vector<std::uint64_t> at(trace.largestId + 1, none);
    std::uint64_t first = none;
    ChainHash hash;
    const auto release = [&](std::uint32_t id) {
        if (at[id] != none) {
            heap->release(at[id]);
        }
        at[id] = none;
    };
    for (const TraceOperation& operation : trace.operations) {
        if (operation.kind == TraceKind::Free) {
            release(operation.id);
            continue;
        }
        at[operation.id] = heap->allocate(operation.size);
        first = first == none ? at[operation.id] : first;
        const std::uint64_t offset = at[operation.id] == none ? none : at[operation.id] - first;
        hash.add(&offset, sizeof(offset));
        if (operation.kind == TraceKind::Reallocate) {
            release(operation.oldId);
        }
    }
    return hash.value();
}

} // namespace

/// Where blocks of the shipped traces come to lie. Every value here was compared, offset by offset,
/// with the published implementation built for its own word size: mattconte/tlsf 3.1; TLSF 2.4.4
/// (32 bits); o1heap 2.1; dlmalloc 2.8.6 as create_mspace_with_base and in its default form, with a
/// break and areas at the addresses of system_areas.h. 1,003,520 bytes are too few for both traces:
/// the placements after refused requests are the same as well.
class TestPlacement : public QObject {
    Q_OBJECT

private slots:

    void placement_isThatOfThePublishedImplementation_data() {
        QTest::addColumn<QByteArray>("allocator");
        QTest::addColumn<QByteArray>("variant");
        QTest::addColumn<quint64>("size");
        QTest::addColumn<quint64>("limit");
        QTest::addColumn<quint64>("sqlite3");
        QTest::addColumn<quint64>("gitLog");
        const quint64 all = 67'108'864;
        const quint64 few = 1'003'520;
        const auto row = [](const char* allocator, const char* variant, quint64 size, quint64 limit,
                            quint64 sqlite3, quint64 gitLog) {
            QTest::addRow("%s %s %llu", allocator, variant, size + limit)
                << QByteArray(allocator) << QByteArray(variant) << size << limit << sqlite3
                << gitLog;
        };
        row("tlsf", "3.1-64", all, all, 0x55349d5e136d4fac, 0xf87546962637d9f5);
        row("tlsf", "3.1-64", few, few, 0xfc3332a0d5f75cfb, 0xb532334a489b96ed);
        row("tlsf", "2.4.4-32", all, all, 0xb9825ca552f066de, 0x80e5dfd93a2954a);
        row("tlsf", "2.4.4-32", few, few, 0x5fc92008f9772e4d, 0x4288efd6c11a64f);
        row("half-fit", "power-of-two", all, all, 0x1117a2fe4ba71a26, 0xb6e0191cf5341345);
        row("half-fit", "power-of-two", few, few, 0x14a6f44346066734, 0xec339b9b6b73b11d);
        row("dlmalloc", "pool", all, all, 0x1e29dd332923241b, 0x8df3cba22d7803c2);
        row("dlmalloc", "pool", few, few, 0x1ae4876f3222f0b9, 0x4ac16ac2110e296f);
        row("dlmalloc", "pool", few, 3'000'000, 0x8f474a71f0831513, 0xc4a7eb6cf8aa57e1);
        row("dlmalloc", "system", all, 4 * all, 0xe8cb9ee8bc9daa09, 0xcac869527e1caf0d);
        row("dlmalloc", "system", few, 3'000'000, 0xa9ef7cc5000f9653, 0xd7742d46ade3685);
    }

    void placement_isThatOfThePublishedImplementation() {
        QFETCH(QByteArray, allocator);
        QFETCH(QByteArray, variant);
        QFETCH(quint64, size);
        QFETCH(quint64, limit);
        QFETCH(quint64, sqlite3);
        QFETCH(quint64, gitLog);
        const AllocatorSettings settings =
            allocatorWith(allocator.toStdString(), {{"variant", variant.toStdString()},
                                                    {"heap_size", std::to_string(size)},
                                                    {"heap_limit", std::to_string(limit)}});
        const std::string folder = FRAGSCOPE_SOURCE_DIR "/scenarios/traces/";
        const auto first = readTrace(folder + "sqlite3.trace.gz");
        const auto second = readTrace(folder + "git-log.trace.gz");
        QVERIFY(first.ok() && second.ok());
        QCOMPARE(placementHash(first.value(), settings), sqlite3);
        QCOMPARE(placementHash(second.value(), settings), gitLog);
    }
};

QTEST_APPLESS_MAIN(TestPlacement)

#include "tst_alloc_placement.moc"
