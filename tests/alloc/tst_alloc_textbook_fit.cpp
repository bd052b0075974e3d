#include <QTest>

#include "alloc/support/allocator_check.h"
#include "alloc/support/textbook_twin.h"
#include <fstream>

using namespace fragscope;
using namespace fragscope::test;

namespace {

constexpr std::array policies{"first", "best", "worst"};
constexpr std::array orders{"address", "size-ascending", "size-descending", "front", "back"};

/// The only list of the picture as "1000:8;1020:80;".
std::string freeList(AllocatorBench& bench) {
    const HeapPicture heap = bench.picture();
    if (!heap.whole()) {
        return std::string(heap.fault);
    }
    std::string text;
    for (const FreeListMember& member : heap.lists.at(0).members) {
        text +=
            std::to_string(member.start.value) + ":" + std::to_string(member.length.value) + ";";
    }
    return text;
}

struct Operation {
    char kind;
    std::uint64_t id;
    std::uint64_t size;
};

std::vector<Operation> sharedStream() {
    std::ifstream file(std::string(FRAGSCOPE_SOURCE_DIR) +
                       "/scenarios/references/textbook-ops.trace");
    std::vector<Operation> stream;
    Operation operation{};
    while (file >> operation.kind >> operation.id) {
        if (operation.kind == 'a') {
            file >> operation.size;
        }
        stream.push_back(operation);
    }
    return stream;
}

std::vector<Operation> randomStream(std::uint64_t seed) {
    Rng rng(seed);
    std::vector<Operation> stream;
    std::vector<std::uint64_t> live;
    for (std::uint64_t id = 0; stream.size() < 400;) {
        if (live.empty() || rng.below(2) == 0) {
            live.push_back(id);
            stream.push_back({'a', id++, 1 + rng.below(40)});
        } else {
            const auto victim = static_cast<std::ptrdiff_t>(rng.below(live.size()));
            stream.push_back({'f', live[static_cast<std::size_t>(victim)], 0});
            live.erase(live.begin() + victim);
        }
    }
    return stream;
}

/// Allocator and twin side by side; the first step at which they differ, or the number of requests
/// that both refused.
struct Replay {
    std::string differs;
    std::uint64_t failures = 0;
};

Replay replay(const AllocatorSettings& settings, const std::vector<Operation>& stream) {
    AllocatorBench bench(settings);
    TextbookTwin twin(settings);
    std::map<std::uint64_t, std::uint64_t> blocks;
    Replay result;
    for (std::size_t i = 0; i < stream.size(); ++i) {
        const Operation& operation = stream[i];
        if (operation.kind == 'a') {
            const std::uint64_t block = twin.take(operation.size);
            const std::uint64_t wanted = block == ~0ULL ? block : block + settings.header;
            if (bench.take(operation.size) != wanted || bench.counts().searched != twin.searched) {
                result.differs = "request of step " + std::to_string(i);
            }
            result.failures += block == ~0ULL ? 1U : 0U;
            blocks[operation.id] = block;
        } else if (blocks.at(operation.id) != ~0ULL) {
            twin.give(blocks.at(operation.id));
            bench.give(blocks.at(operation.id) + settings.header);
        }
        if (freeList(bench) != twin.text() || !bench.wrong.empty() || !bench.log.wrong.empty()) {
            result.differs = "list after step " + std::to_string(i) + ": " + freeList(bench) +
                             " and not " + twin.text() + bench.wrong + bench.log.wrong;
        }
        if (!result.differs.empty()) {
            break;
        }
    }
    return result;
}

AllocatorSettings textbook(const char* policy, const char* order, const char* coalesce) {
    return allocatorWith("sequential-fit", {{"preset", "textbook"},
                                            {"heap_size", "1000"},
                                            {"policy", policy},
                                            {"order", order},
                                            {"coalesce", coalesce}});
}

} // namespace

/// The preset of the textbook, entry by entry.
class TestTextbookFit : public QObject {
    Q_OBJECT

private slots:

    void preset_setsTheDefaultsOfTheProgram() {
        const AllocatorSettings settings =
            allocatorWith("sequential-fit", {{"preset", "textbook"}});
        QCOMPARE(settings.heapBase, std::uint64_t{1000});
        QCOMPARE(settings.heapSize, std::uint64_t{100});
        QCOMPARE(settings.header, std::uint64_t{0});
        QCOMPARE(settings.alignment, std::uint64_t{1});
    }

    /// The example of the program's own description: heap of 100, headers of 4, alignment 4, best.
    void example_ofTheProgram() {
        AllocatorBench bench(allocatorWith("sequential-fit", {{"preset", "textbook"},
                                                              {"header", "4"},
                                                              {"alignment", "4"},
                                                              {"policy", "best"},
                                                              {"coalesce", "never"}}));
        QCOMPARE(bench.take(3), std::uint64_t{1004});
        QCOMPARE(freeList(bench), std::string("1008:92;"));
        bench.give(1004);
        QCOMPARE(freeList(bench), std::string("1000:8;1008:92;"));
        QCOMPARE(bench.take(5), std::uint64_t{1012});
        QCOMPARE(bench.counts().searched, std::uint64_t{2});
        QCOMPARE(freeList(bench), std::string("1000:8;1020:80;"));
        bench.give(1012);
        QCOMPARE(freeList(bench), std::string("1000:8;1008:12;1020:80;"));
        QCOMPARE(bench.take(8), std::uint64_t{1012});
        QCOMPARE(bench.counts().searched, std::uint64_t{3});
        QVERIFY(bench.rule() == Rule::HeapBestFit);
    }

    /// Without address order most neighbours never merge.
    void merging_needsNeighboursInTheList() {
        AllocatorBench bench(textbook("first", "back", "immediate"));
        const std::uint64_t low = bench.take(10);
        const std::uint64_t high = bench.take(10);
        (void)bench.take(980);
        bench.give(high);
        bench.give(low);
        QCOMPARE(freeList(bench), std::string("1010:10;1000:10;"));
        QVERIFY(bench.rule() == Rule::HeapListed);
        QCOMPARE(bench.take(20), AllocatorBench::refused);
        QVERIFY(bench.rule() == Rule::HeapNoBlock);
    }

    void everyConfiguration_agreesWithTheTwin_data() {
        QTest::addColumn<QString>("policy");
        QTest::addColumn<QString>("order");
        QTest::addColumn<QString>("coalesce");
        for (const char* policy : policies) {
            for (const char* order : orders) {
                for (const char* coalesce : {"never", "immediate"}) {
                    QTest::addRow("%s %s %s", policy, order, coalesce)
                        << policy << order << coalesce;
                }
            }
        }
    }

    void everyConfiguration_agreesWithTheTwin() {
        QFETCH(QString, policy);
        QFETCH(QString, order);
        QFETCH(QString, coalesce);
        AllocatorSettings settings =
            textbook(policy.toStdString().c_str(), order.toStdString().c_str(),
                     coalesce.toStdString().c_str());
        QCOMPARE(replay(settings, sharedStream()).differs, std::string());
        for (std::uint64_t seed = 1; seed <= 3; ++seed) {
            QCOMPARE(replay(settings, randomStream(seed)).differs, std::string());
        }
        settings.header = 5;
        settings.alignment = 8;
        settings.heapBase = 0;
        QCOMPARE(replay(settings, randomStream(4)).differs, std::string());
    }

    void sharedStream_failures_data() {
        QTest::addColumn<QString>("policy");
        QTest::addColumn<QString>("order");
        QTest::addColumn<int>("apart");
        QTest::addColumn<int>("merged");
        const std::array<std::array<int, 10>, 3> failures{
            {{126, 13, 96, 91, 276, 273, 231, 219, 153, 141},
             {96, 8, 96, 88, 96, 89, 96, 93, 96, 93},
             {288, 25, 288, 276, 288, 280, 288, 276, 288, 273}}};
        for (std::size_t policy = 0; policy < 3; ++policy) {
            for (std::size_t order = 0; order < 5; ++order) {
                QTest::addRow("%s %s", policies.at(policy), orders.at(order))
                    << policies.at(policy) << orders.at(order) << failures.at(policy).at(2 * order)
                    << failures.at(policy).at(2 * order + 1);
            }
        }
    }

    /// Requests that fail without and with merging, as the program counts them. What L20 teaches:
    /// merging helps much in address order, little in the others.
    void sharedStream_failures() {
        QFETCH(QString, policy);
        QFETCH(QString, order);
        QFETCH(int, apart);
        QFETCH(int, merged);
        const auto failures = [&](const char* coalesce) {
            const AllocatorSettings settings =
                textbook(policy.toStdString().c_str(), order.toStdString().c_str(), coalesce);
            return static_cast<int>(replay(settings, sharedStream()).failures);
        };
        QCOMPARE(failures("never"), apart);
        QCOMPARE(failures("immediate"), merged);
    }

    /// Next fit: as first fit, but from the rover on.
    void nextFit_goesOnAtTheRest() {
        AllocatorBench bench(textbook("next", "address", "never"));
        const std::uint64_t first = bench.take(10);
        QCOMPARE(bench.take(10), first + 10);
        bench.give(first);
        QCOMPARE(bench.take(5), first + 20);
        QCOMPARE(bench.counts().searched, std::uint64_t{1});
        QCOMPARE(bench.take(975), first + 25);
        QCOMPARE(bench.take(5), first);
        QVERIFY(bench.rule() == Rule::HeapNextFit);
    }

    void random_holdsTheRules() {
        for (const char* policy : {"first", "next", "best", "worst"}) {
            for (const char* order : orders) {
                const AllocatorSettings settings = textbook(policy, order, "immediate");
                const AllocatorTrial trial{.largest = 60, .live = 25, .alignment = 1};
                QCOMPARE(checkAllocator(settings, trial, 2), std::string());
            }
        }
    }

    void doubleFree_isNoticed() {
        AllocatorBench bench(textbook("first", "address", "immediate"));
        const std::uint64_t block = bench.take(10);
        bench.give(block);
        QVERIFY_EXCEPTION_THROWN(bench.give(block), HeapDamaged);
        QVERIFY_EXCEPTION_THROWN(bench.give(block + 3), HeapDamaged);
        QVERIFY_EXCEPTION_THROWN(bench.give(17), HeapDamaged);
    }
};

QTEST_APPLESS_MAIN(TestTextbookFit)

#include "tst_alloc_textbook_fit.moc"
