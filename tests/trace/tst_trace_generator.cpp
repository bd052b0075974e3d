#include "fragscope/trace/generate/distributions.h"
#include "fragscope/trace/generate/fixed_point.h"
#include "fragscope/trace/generator.h"

#include <QTest>

#include "support/print.h"
#include "trace/trace_files.h"
#include <algorithm>
#include <map>
#include <set>

using namespace fragscope;

namespace {

AllocationTrace generated(std::string_view specification) {
    auto trace = generateTrace(specification);
    return trace ? std::move(trace).value() : AllocationTrace{};
}

/// Sizes of the live blocks, by id.
using Live = std::map<std::uint32_t, std::uint64_t>;

/// Applies an operation; false if it is not valid.
bool apply(Live& live, const TraceOperation& operation) {
    if (operation.kind == TraceKind::Free) {
        return live.erase(operation.id) == 1;
    }
    if (operation.kind == TraceKind::Reallocate && live.erase(operation.oldId) != 1) {
        return false;
    }
    return operation.kind != TraceKind::Bad && live.emplace(operation.id, operation.size).second;
}

/// What calls `seen(live, operation)` after each operation; false at the first that is not valid.
template <class Seen> bool replay(const AllocationTrace& trace, Seen seen) {
    Live live;
    return std::all_of(trace.operations.begin(), trace.operations.end(),
                       [&](const TraceOperation& operation) {
                           const bool valid = apply(live, operation);
                           seen(live, operation);
                           return valid;
                       });
}

double meanLive(const AllocationTrace& trace) {
    double sum = 0;
    const bool valid =
        replay(trace, [&](const Live& live, const TraceOperation&) { sum += double(live.size()); });
    return valid ? sum / double(trace.operations.size()) : -1;
}

GeneratorSettings sizesOf(SizeShape shape) {
    GeneratorSettings settings;
    settings.sizes = shape;
    settings.smallest = 16;
    settings.largest = 65536;
    return settings;
}

/// Share of 100,000 drawn sizes for which `holds` is true.
template <class Holds> double share(const GeneratorSettings& settings, Holds holds) {
    const SizeSource sizes(settings);
    Rng rng(7);
    int count = 0;
    for (int n = 0; n < 100'000; ++n) {
        count += holds(sizes.draw(rng)) ? 1 : 0;
    }
    return count / 100'000.0;
}

bool near(double value, double wanted, double tolerance) {
    return value > wanted - tolerance && value < wanted + tolerance;
}

} // namespace

class TestTraceGenerator : public QObject {
    Q_OBJECT

private slots:

    void fixedLog2_andExp2_areInverse() {
        QCOMPARE(fixedLog2(1), 0ULL);
        QCOMPARE(fixedLog2(1ULL << 40), 40ULL << 16);
        QCOMPARE(fixedLog2(3), 103872ULL); // log2 3 = 1.5849625, times 65536 is 103872.1
        QCOMPARE(fixedExp2(0), 1ULL);
        QCOMPARE(fixedExp2(40ULL << 16), 1ULL << 40);
        QCOMPARE(fixedExp2((20ULL << 16) + 32768), 1482910ULL); // 2^20.5
        for (std::uint64_t x = 1; x < (1ULL << 47); x = x * 5 / 3 + 1) {
            const std::uint64_t back = fixedExp2(fixedLog2(x));
            QVERIFY(back <= x && back >= x - x / 40'000 - 1);
        }
        QCOMPARE(fixedProduct(~0ULL, ~0ULL), ~0ULL);
        QCOMPARE(fixedProduct(3ULL << 16, 5ULL << 16), 15ULL << 16);
    }

    void sizes_followTheirDistribution() {
        using S = std::uint64_t;
        QVERIFY(near(share(sizesOf(SizeShape::Uniform), [](S s) { return s < 32776; }), 0.5, 0.01));
        QCOMPARE(share(sizesOf(SizeShape::Constant), [](S s) { return s == 16; }), 1.0);

        GeneratorSettings exponential = sizesOf(SizeShape::Exponential);
        exponential.mean = 1016; // P(size < 16 + 1000) = 1 - 1/e
        QVERIFY(near(share(exponential, [](S s) { return s < 1016; }), 0.632, 0.01));

        GeneratorSettings power = sizesOf(SizeShape::PowerLaw);
        power.exponent = 100; // P(size >= 32) = 1/2, of those below the cut
        QVERIFY(near(share(power, [](S s) { return s >= 32; }), 0.5, 0.01));
        power.exponent = 200;
        QVERIFY(near(share(power, [](S s) { return s >= 32; }), 0.25, 0.01));

        // log-uniform: as many from 16 to 1024 as from 1024 to 65536
        QVERIFY(
            near(share(sizesOf(SizeShape::LogUniform), [](S s) { return s < 1024; }), 0.5, 0.01));

        GeneratorSettings bimodal = sizesOf(SizeShape::Bimodal);
        bimodal.share = 80;
        QVERIFY(near(share(bimodal, [](S s) { return s <= 16 + 4095; }), 0.8, 0.01));
        QVERIFY(near(share(bimodal, [](S s) { return s >= 65536 - 4095; }), 0.2, 0.01));
    }

    void lifetimes_haveTheirMeanAndShape() {
        for (const char* shape : {"exponential", "uniform", "constant", "generational"}) {
            const AllocationTrace trace =
                generated(std::string("random,ops=60000,live=500,min=8,max=8,lifetimes=") + shape);
            // The heap fills at first; generational lifetimes are long and vary much.
            const double mean = meanLive(trace);
            QVERIFY2(near(mean, 480, 60), (shape + std::to_string(mean)).c_str());
        }
        const auto dyingYoung = [](const char* shape) {
            GeneratorSettings settings;
            settings.live = 1000;
            settings.lifetimes = shape == std::string("generational") ? LifetimeShape::Generational
                                                                      : LifetimeShape::Exponential;
            const LifetimeSource lifetimes(settings);
            Rng rng(3);
            int young = 0;
            for (int n = 0; n < 100'000; ++n) {
                young += lifetimes.draw(rng) < 300 ? 1 : 0;
            }
            return young / 100'000.0;
        };
        QVERIFY(near(dyingYoung("exponential"), 0.259, 0.01));  // 1 - e^-0.3
        QVERIFY(near(dyingYoung("generational"), 0.858, 0.01)); // 0.9 (1 - e^-3) + 0.1 * 0.032
    }

    void generate_every_isValidWithinItsRangesAndDeterministic_data() {
        QTest::addColumn<QString>("name");
        for (const GeneratorInfo& info : traceGenerators()) {
            const QByteArray name(info.name.data(), static_cast<qsizetype>(info.name.size()));
            QTest::newRow(name) << QString(name);
        }
    }

    void generate_every_isValidWithinItsRangesAndDeterministic() {
        QFETCH(QString, name);
        const bool ranged = name != "every-other";
        const std::string text = name.toStdString() + ",ops=20000,live=100,min=24" +
                                 (ranged ? ",max=5000" : "") + ",seed=5";
        const AllocationTrace trace = generated(text);
        QCOMPARE(trace.operations.size(), std::size_t{20'000});
        QCOMPARE(trace.name, text);
        QCOMPARE(trace.header[0].value, text);
        std::uint64_t line = 0;
        std::size_t mostLive = 0;
        bool inRange = true;
        const bool valid = replay(trace, [&](const Live& live, const TraceOperation& operation) {
            inRange = inRange && operation.line == ++line && operation.size <= 5000;
            inRange = inRange && (operation.kind == TraceKind::Free || operation.size >= 24);
            mostLive = std::max(mostLive, live.size());
        });
        QVERIFY(valid && inRange);
        QVERIFY2(mostLive >= 80 && mostLive <= (name == "every-other" ? 125U : 250U),
                 std::to_string(mostLive).c_str());
        QVERIFY(generated("generate:" + text).operations == trace.operations);
        const bool seeded = ranged && name != "robson";
        QCOMPARE(generated(text + ",seed=6").operations != trace.operations, seeded);
    }

    void generate_endFree_leavesNothingLive() {
        for (const GeneratorInfo& info : traceGenerators()) {
            const std::string name(info.name);
            Live last;
            const AllocationTrace trace = generated(name + ",ops=1001,live=50,end=free");
            QVERIFY(replay(trace, [&](const Live& live, const TraceOperation&) { last = live; }));
            QVERIFY(trace.operations.size() >= 1001);
            QVERIFY2(last.empty(), name.c_str());
        }
    }

    void generate_fifo_freesTheOldest() {
        std::uint32_t next = 1;
        bool oldest = true;
        const bool valid = replay(generated("fifo,ops=5000,live=7"), [&](const Live& live,
                                                                         const TraceOperation& o) {
            oldest = oldest && (o.kind != TraceKind::Free || o.id == next++) && live.size() <= 7;
        });
        QVERIFY(valid && oldest);
        QVERIFY(next > 2000);
    }

    void generate_lifo_freesTheYoungest() {
        bool youngest = true;
        int frees = 0;
        const bool valid = replay(
            generated("lifo,ops=5000,live=50"), [&](const Live& live, const TraceOperation& o) {
                if (o.kind == TraceKind::Free) {
                    ++frees;
                    youngest = youngest && (live.empty() || live.rbegin()->first < o.id);
                }
            });
        QVERIFY(valid && youngest);
        QVERIFY(frees > 2000);
    }

    void generate_ramp_reachesItsHeightAndNothing() {
        std::set<std::size_t> heights;
        QVERIFY(
            replay(generated("ramp,ops=1000,live=50"),
                   [&](const Live& live, const TraceOperation&) { heights.insert(live.size()); }));
        QCOMPARE(heights.size(), std::size_t{51});
        QCOMPARE(*heights.rbegin(), std::size_t{50});
    }

    void generate_everyOther_leavesHolesOfOneBlock() {
        QCOMPARE(shown(generated("every-other,ops=13,live=4,min=10")),
                 std::string("a1:10@1 a2:10@2 a3:10@3 a4:10@4 f2@5 f4@6 a5:20@7 f1@8 f3@9 f5@10 "
                             "a6:10@11 a7:10@12 a8:10@13"));
    }

    void generate_classCrossing_staysAtPowersOfTwo() {
        const AllocationTrace trace = generated("class-crossing,ops=5000,live=20,min=20,max=300");
        std::set<std::uint64_t> sizes;
        int reallocations = 0;
        for (const TraceOperation& operation : trace.operations) {
            if (operation.kind != TraceKind::Free) {
                sizes.insert(operation.size);
            }
            reallocations += operation.kind == TraceKind::Reallocate ? 1 : 0;
        }
        QVERIFY((sizes == std::set<std::uint64_t>{32, 33, 64, 65, 128, 129, 256, 257}));
        QVERIFY(reallocations > 3000);
    }

    void generate_growing_growsByHalf() {
        const AllocationTrace trace = generated("growing,ops=5000,live=3,min=100,max=1000");
        Live sizes;
        bool good = true;
        for (const TraceOperation& operation : trace.operations) {
            if (operation.kind == TraceKind::Reallocate) {
                const std::uint64_t old = sizes[operation.oldId];
                good = good && operation.size == old + old / 2 + 1 && operation.size <= 1000;
            }
            sizes[operation.id] = operation.size;
        }
        QVERIFY(good);
    }

    void generate_phases_useBandsOfSizes() {
        const AllocationTrace trace =
            generated("phases,ops=8000,live=100,min=16,max=4112,phase=1000,survivors=0");
        std::set<std::uint64_t> bands;
        std::uint64_t inFirst = 0;
        for (const TraceOperation& operation : trace.operations) {
            if (operation.kind == TraceKind::Allocate) {
                bands.insert(std::min<std::uint64_t>((operation.size - 16) / 1024, 3));
                inFirst += operation.line <= 1000 && operation.size > 16 + 1024 ? 1U : 0U;
            }
        }
        QCOMPARE(bands.size(), std::size_t{4});
        QCOMPARE(inFirst, 0ULL);
    }

    void generate_phases_leaveSurvivors() {
        const auto leastLive = [](const char* survivors) {
            std::size_t least = 1000;
            const bool valid =
                replay(generated(std::string("phases,ops=3000,live=100,phase=1000,survivors=") +
                                 survivors),
                       [&](const Live& live, const TraceOperation& operation) {
                           least = operation.line > 1000 ? std::min(least, live.size()) : least;
                       });
            return valid ? least : 1001;
        };
        QCOMPARE(leastLive("0"), std::size_t{0});
        const std::size_t half = leastLive("50"); // of about 100 at the end of the first phase
        QVERIFY2(half > 30 && half < 70, std::to_string(half).c_str());
    }

    void generate_robson_drivesFirstFitToItsBound() {
        // First fit by address. Robson's bound for M live bytes: M (log2(32) / 2 + 1) = 3.5 M.
        const AllocationTrace trace = generated("robson,ops=3000,live=1024,min=1,max=32");
        std::map<std::uint64_t, std::uint64_t> blocks; // address -> size
        std::map<std::uint32_t, std::uint64_t> addresses;
        std::uint64_t highest = 0;
        std::uint64_t mostLive = 0;
        QVERIFY(replay(trace, [&](const Live& live, const TraceOperation& operation) {
            if (operation.kind == TraceKind::Free) {
                blocks.erase(addresses[operation.id]);
                return;
            }
            std::uint64_t at = 0;
            for (const auto& [address, size] : blocks) {
                if (address - at >= operation.size) {
                    break;
                }
                at = address + size;
            }
            blocks[at] = operation.size;
            addresses[operation.id] = at;
            highest = std::max(highest, at + operation.size);
            std::uint64_t bytes = 0;
            for (const auto& [id, size] : live) {
                bytes += size;
            }
            mostLive = std::max(mostLive, bytes);
        }));
        QCOMPARE(mostLive, 1024ULL);
        QVERIFY2(highest > 1024 * 34 / 10, std::to_string(highest).c_str());
    }

    void generate_shownBegin_isTheSameOnEveryMachine() {
        QCOMPARE(shown(generated("random,ops=8,live=2,sizes=power-law,seed=1")),
                 std::string("a1:23@1 f1@2 a2:16@3 f2@4 a3:27@5 f3@6 a4:17@7 f4@8"));
    }

    void generate_wrongSpecification_saysWhy_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("reason");
        QTest::newRow("name") << "fivo"
                              << "unknown generator `fivo`, did you mean `fifo`?";
        QTest::newRow("no name") << ""
                                 << "unknown generator ``";
        QTest::newRow("key") << "fifo,opps=3"
                             << "unknown key of the generator fifo: `opps`, did";
        QTest::newRow("key of another") << "fifo,young=3"
                                        << "known are ops, seed, live";
        QTest::newRow("no value") << "fifo,ops"
                                  << "`ops` is not KEY=VALUE";
        QTest::newRow("number") << "fifo,ops=x"
                                << "ops: `x` is not a number from 1 to 100000000";
        QTest::newRow("range") << "fifo,live=0"
                               << "live: `0` is not a number from 1 to 10000000";
        QTest::newRow("size") << "fifo,min=4 KB"
                              << "min: `4 KB` is not a size from 1 to 1407374883";
        QTest::newRow("shape") << "fifo,sizes=round"
                               << "sizes: `round` is none of uniform, ";
        QTest::newRow("end") << "fifo,end=now"
                             << "end: `now` is none of keep, free";
        QTest::newRow("min over max") << "fifo,min=99,max=98"
                                      << "min is 99 and over max";
    }

    void generate_wrongSpecification_saysWhy() {
        QFETCH(QString, text);
        QFETCH(QString, reason);
        const auto trace = readTrace("generate:" + text.toStdString());
        QVERIFY(!trace);
        QVERIFY(trace.error().code == ExitCode::BadInput);
        QCOMPARE(trace.error().file, "generate:" + text.toStdString());
        QVERIFY2(contains(trace.error().text(), reason.toStdString()),
                 trace.error().text().c_str());
    }

    void registry_defaultsAreThoseThatHold() {
        std::set<std::string_view> known;
        for (const GeneratorKey& key : generatorKeys()) {
            QVERIFY(known.insert(key.name).second);
            QVERIFY(key.sentence.ends_with('.'));
        }
        for (const GeneratorInfo& info : traceGenerators()) {
            QVERIFY(info.sentence.ends_with('.'));
            const std::string name(info.name);
            const AllocationTrace plain = generated(name);
            for (const GeneratorKey& key : generatorKeys()) {
                const bool taken =
                    std::find(info.keys.begin(), info.keys.end(), key.name) != info.keys.end();
                if (taken && !key.value.starts_with("an eighth")) {
                    const std::string text =
                        name + "," + std::string(key.name) + "=" + std::string(key.value);
                    QVERIFY2(generated(text).operations == plain.operations, text.c_str());
                }
            }
            for (const std::string_view key : info.keys) {
                QVERIFY(known.contains(key));
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestTraceGenerator)
#include "tst_trace_generator.moc"
