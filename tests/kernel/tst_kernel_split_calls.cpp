// The split allocation that the thread of seed 001 warns of: with paging and without.
#include <QTest>

#include "kernel/support/segment_bench.h"
#include "kernel/support/segment_machine.h"
#include <rapidcheck.h>

using namespace fragscope;
using namespace fragscope::test;

namespace {

using Runs = std::vector<std::int64_t>;

SegmentSettings split() {
    SegmentSettings settings;
    settings.placement = SegmentPlacement::Split;
    settings.alignAbove = PageCount(100'000);
    return settings;
}

SegmentMemorySettings machine(SegmentAddresses addresses) {
    SegmentMemorySettings settings;
    settings.heap = split();
    settings.addresses = addresses;
    return settings;
}

/// A heap of 100 frames with holes of 10 and 7 between segments that stay.
struct Gaps {
    explicit Gaps(SegmentMachine& machine) : bench(machine), process(bench.makeProcess()) {
        for (const std::uint64_t frames : {10ULL, 3ULL, 7ULL, 1516ULL}) {
            calls.push_back(bench.allocate(process, frames));
        }
        for (std::uint64_t i = 0; i < 3; ++i) {
            bench.write(process, calls[1].at + bytesOf(PageCount(i)), 0xf0 + i);
        }
        bench.release(process, calls[0].at);
        bench.release(process, calls[2].at);
    }

    SegmentMachine& bench;
    Process& process;
    std::vector<SegmentCall> calls;
};

} // namespace

class KernelSplitCalls : public QObject {
    Q_OBJECT

private slots:

    void wholeRunIsTakenIfThereIsOne() {
        SegmentBench bench(split(), oneZone(100));
        QCOMPARE(bench.allocate(10).why, Rule::SegmentBestFit);
        QCOMPARE(bench.runs(), (Runs{10, -90}));
    }

    void twoPiecesServeWhatNoRunHolds() {
        SegmentBench bench(split(), oneZone(30));
        const SegmentId a = bench.allocate(10).segment;
        bench.allocate(3);
        const SegmentId b = bench.allocate(8).segment;
        bench.allocate(9);
        bench.release(a);
        bench.release(b);
        const SegmentRequest request = bench.allocate(15);
        QCOMPARE(request.why, Rule::SplitAllocation);
        QCOMPARE(bench.base(request.segment), 0ULL); // the largest run
        QCOMPARE(bench.base(request.second), 13ULL); // what holds the rest
        QCOMPARE(bench.runs(), (Runs{10, 3, 5, -3, 9}));
        QCOMPARE(bench.table.segment(request.segment).asked.value, 15ULL);
        QCOMPARE(bench.table.segment(request.second).asked.value, 0ULL);
        QCOMPARE(bench.issue(), std::string());
        QCOMPARE(bench.allocate(4).why, Rule::SegmentsOutOfMemory);
        bench.release(request.segment);
        QCOMPARE(bench.allocate(14).why, Rule::SegmentsOutOfMemory);
    }

    void threePiecesAreNone() {
        SegmentBench bench(split(), oneZone(30));
        std::vector<SegmentId> segments;
        for (int i = 0; i < 6; ++i) {
            segments.push_back(bench.allocate(5).segment);
        }
        for (std::size_t i = 0; i < 6; i += 2) {
            bench.release(segments[i]);
        }
        QCOMPARE(bench.allocate(11).why, Rule::SegmentsFragmented);
        QCOMPARE(bench.allocate(10).why, Rule::SplitAllocation);
    }

    /// Two mappings, one run of addresses: nobody notices.
    void pagingMakesItHarmless() {
        SegmentMachine bench(machine(SegmentAddresses::Virtual));
        Gaps gaps(bench);
        const SegmentCall array = bench.allocate(gaps.process, 15);
        QVERIFY(array.segment != 0);
        QCOMPARE(bench.all(EventKind::SegmentInPieces).size(), std::size_t{1});
        for (std::uint64_t i = 0; i < 15; ++i) {
            QCOMPARE(bench.read(gaps.process, array.at + bytesOf(PageCount(i))), 0ULL);
            QVERIFY(bench.write(gaps.process, array.at + bytesOf(PageCount(i)), 100 + i));
        }
        for (std::uint64_t i = 0; i < 15; ++i) {
            QCOMPARE(bench.read(gaps.process, array.at + bytesOf(PageCount(i))), 100 + i);
        }
        for (std::uint64_t i = 0; i < 3; ++i) {
            QCOMPARE(bench.read(gaps.process, gaps.calls[1].at + bytesOf(PageCount(i))), 0xf0 + i);
        }
        QCOMPARE(bench.issue(), std::string());
        bench.release(gaps.process, array.at); // both pieces
        QCOMPARE(bench.kernel.segments()->heap().table().freeFrames(0).value, 17ULL);
        QCOMPARE(bench.issue(), std::string());
        QVERIFY(!bench.write(gaps.process, array.at + ByteCount(12 * pageBytes), 1));
    }

    /// Without paging the address behind the first piece is the neighbour's.
    void withoutPagingTheSeamLeadsToForeignMemory() {
        SegmentMachine bench(machine(SegmentAddresses::Physical));
        Gaps gaps(bench);
        QCOMPARE(gaps.calls[1].at.value, (512ULL + 10) * pageBytes); // its place in memory
        const SegmentCall array = bench.allocate(gaps.process, 15);
        QCOMPARE(array.at.value, 512ULL * pageBytes);
        for (std::uint64_t i = 0; i < 10; ++i) {
            QCOMPARE(bench.read(gaps.process, array.at + bytesOf(PageCount(i))), 0ULL);
        }
        for (std::uint64_t i = 0; i < 3; ++i) { // a new array should be zero
            const VirtAddr element = array.at + bytesOf(PageCount(10 + i));
            QCOMPARE(bench.read(gaps.process, element), 0xf0 + i);
            QVERIFY(bench.write(gaps.process, element, 1));
            QCOMPARE(bench.read(gaps.process, gaps.calls[1].at + bytesOf(PageCount(i))), 1ULL);
        }
        bench.release(gaps.process, array.at); // both pieces
        QCOMPARE(bench.kernel.segments()->heap().table().freeFrames(0).value, 17ULL);
    }

    void withoutPagingNothingKeepsAProcessOut() {
        SegmentMachine bench(machine(SegmentAddresses::Physical));
        Process& first = bench.makeProcess();
        Process& second = bench.makeProcess();
        const SegmentCall call = bench.allocate(first, 2);
        bench.allocate(second, 2);
        QVERIFY(bench.write(first, call.at, 5));
        QCOMPARE(bench.read(second, call.at), 5ULL);
        bench.release(second, call.at); // but a call for another's segment is refused
        QCOMPARE(bench.all(EventKind::SegmentFreeRefused).size(), std::size_t{1});
        bench.release(first, call.at);
        QCOMPARE(bench.all(EventKind::SegmentFreeRefused).size(), std::size_t{1});
        const SegmentCall refused = bench.allocate(first, 4000);
        QVERIFY(refused.refused());
    }

    /// The array of areas has room for one more entry, but two pieces need two.
    void fullArrayOfAreasGivesBothPiecesBack() {
        SegmentMemorySettings settings = machine(SegmentAddresses::Virtual);
        settings.areas = 1;
        SegmentMachine probe(settings);
        const std::uint64_t most =
            probe.kernel.segments()->areasOf(probe.makeProcess()).capacity() - 4;
        SegmentMachine bench(settings, mib(2) + bytesOf(PageCount(most)));
        Process& process = bench.makeProcess();
        std::vector<SegmentCall> calls;
        for (std::uint64_t i = 0; i < most; ++i) {
            calls.push_back(bench.allocate(process, 1));
            QVERIFY(!calls.back().refused());
        }
        bench.release(process, calls[1].at);
        bench.release(process, calls[3].at);
        QVERIFY(bench.allocate(process, 2).refused());
        QCOMPARE(bench.all(EventKind::SegmentInPieces).size(), std::size_t{1});
        QCOMPARE(bench.all(EventKind::SegmentRefused).back().rule, Rule::NoRoomForArea);
        QCOMPARE(bench.kernel.segments()->heap().table().freeFrames(0).value, 2ULL);
        QCOMPARE(bench.issue(), std::string());
    }

    /// Random calls with paging: contents, books and tables hold after each.
    void invariantsHold() {
        QVERIFY(rc::check([] {
            Rng rng(*rc::gen::arbitrary<std::uint64_t>());
            SegmentMachine bench(machine(SegmentAddresses::Virtual), mib(4));
            Process& process = bench.makeProcess();
            std::vector<std::pair<SegmentCall, std::uint64_t>> live;
            for (int i = 0; i < 40; ++i) {
                if (live.empty() || rng.below(5) < 3) {
                    const SegmentCall call = bench.allocate(process, 1 + rng.below(120));
                    if (!call.refused()) {
                        live.emplace_back(call, i);
                        const VirtAddr last = call.at + bytesOf(call.frames) - ByteCount(wordBytes);
                        RC_ASSERT(bench.write(process, call.at, live.back().second));
                        RC_ASSERT(bench.write(process, last, live.back().second));
                    }
                } else {
                    const std::size_t n = rng.below(live.size());
                    const auto [call, stamp] = live[n];
                    const VirtAddr last = call.at + bytesOf(call.frames) - ByteCount(wordBytes);
                    RC_ASSERT(bench.read(process, call.at) == stamp);
                    RC_ASSERT(bench.read(process, last) == stamp);
                    bench.release(process, call.at);
                    live.erase(live.begin() + static_cast<std::ptrdiff_t>(n));
                }
                const std::string issue = bench.issue();
                RC_ASSERT(issue == "");
            }
            for (const auto& [call, stamp] : live) {
                bench.release(process, call.at);
            }
            RC_ASSERT(bench.kernel.segments()->heap().table().freeFrames(0).value == 512U);
        }));
    }
};

QTEST_GUILESS_MAIN(KernelSplitCalls)
#include "tst_kernel_split_calls.moc"
