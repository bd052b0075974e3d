#include "fragscope/experiment/trial_figures.h"
#include "fragscope/trace/read_trace.h"

#include <QTest>

#include <map>

using namespace fragscope;

namespace {

const AllocationTrace& shipped(const std::string& name) {
    static std::map<std::string, AllocationTrace> known;
    auto found = known.find(name);
    if (found == known.end()) {
        auto trace = readTrace(FRAGSCOPE_SOURCE_DIR "/scenarios/traces/" + name + ".trace.gz");
        if (!trace) {
            qFatal("%s", trace.error().text().c_str());
        }
        found = known.emplace(name, std::move(trace).value()).first;
    }
    return found->second;
}

AllocatorSettings reference(const char* k) {
    AllocatorSettings settings = defaultSettings(AllocatorKind::CompactFit);
    (void)setAllocatorSetting(settings, "preset", "reference-2009");
    (void)setAllocatorSetting(settings, "k", k);
    return settings;
}

} // namespace

/// The traces of real programs through every allocator, and Compact-fit's figures of the published
/// implementation for one of them.
class TestShippedTraces : public QObject {
    Q_OBJECT

private slots:

    void everyAllocator_servesBoth_data() {
        QTest::addColumn<int>("kind");
        QTest::addColumn<QString>("trace");
        for (const AllocatorInfo& info : allocatorInfos()) {
            if (info.kind == AllocatorKind::Sliding) {
                continue; // a heap that slides after each free moves terabytes here
            }
            for (const char* trace : {"sqlite3", "git-log"}) {
                QTest::addRow("%s %s", std::string(info.name).c_str(), trace)
                    << static_cast<int>(info.kind) << QString(trace);
            }
        }
    }

    void everyAllocator_servesBoth() {
        QFETCH(int, kind);
        QFETCH(QString, trace);
        AllocatorSettings settings = defaultSettings(static_cast<AllocatorKind>(kind));
        if (settings.kind == AllocatorKind::PageAllocator) {
            QVERIFY(setAllocatorSetting(settings, "heap_size", "1 GiB")); // whole pages each
        }
        TraceTrial trial(shipped(trace.toStdString()), settings);
        while (!trial.done()) {
            trial.step();
        }
        trial.finish();
        QCOMPARE(trial.totals().damagedBlocks, std::uint64_t{0});
        const HeapPicture heap = trial.picture();
        QVERIFY2(heap.whole(), std::string(heap.fault).c_str());
        // TLSF 3.1 refuses requests of no bytes, as published; nobody else refuses anything.
        if (settings.kind != AllocatorKind::Tlsf) {
            QCOMPARE(trial.totals().refused, std::uint64_t{0});
        }
        QVERIFY(trial.totals().peakFootprint >= trial.totals().peakLiveBytes);
    }

    void compactFit_reference_hasThePublishedFigures_data() {
        QTest::addColumn<QString>("k");
        QTest::addColumn<quint64>("moves");
        QTest::addColumn<quint64>("bytes");
        QTest::newRow("k = 1") << "1" << quint64{14'581} << quint64{26'008'624};
        QTest::newRow("k = 2") << "2" << quint64{6'241} << quint64{8'525'708};
        QTest::newRow("k = 5") << "5" << quint64{320} << quint64{1'496'320};
        QTest::newRow("off") << "off" << quint64{0} << quint64{0};
    }

    /// Pages at the end and at the peak, moves and bytes of the published C code on the sqlite3
    /// trace, with its filter.
    void compactFit_reference_hasThePublishedFigures() {
        QFETCH(QString, k);
        QFETCH(quint64, moves);
        QFETCH(quint64, bytes);
        TraceTrial trial(shipped("sqlite3"), reference(k.toStdString().c_str()));
        while (!trial.done()) {
            trial.step();
        }
        const TrialState state = stateOf(trial);
        QCOMPARE(state.compactFit->pagesInUse, std::uint64_t{6});
        QCOMPARE(trial.totals().peakPages, std::uint64_t{1136});
        QCOMPARE(trial.totals().moves, moves);
        QCOMPARE(trial.totals().movedBytes, bytes);
        QVERIFY(trial.totals().filtered > 0);
        QCOMPARE(trial.totals().damagedBlocks, std::uint64_t{0});
    }

    void replayAgain_givesTheSame() {
        std::vector<std::uint64_t> first;
        for (int pass = 0; pass < 2; ++pass) {
            TraceTrial trial(shipped("sqlite3"), defaultSettings(AllocatorKind::Tlsf));
            std::vector<std::uint64_t> addresses;
            for (int i = 0; i < 20'000; ++i) {
                addresses.push_back(trial.step().address);
            }
            if (pass == 0) {
                first = addresses;
            }
            QVERIFY(addresses == first);
        }
    }
};

QTEST_GUILESS_MAIN(TestShippedTraces)

#include "tst_experiment_shipped_traces.moc"
