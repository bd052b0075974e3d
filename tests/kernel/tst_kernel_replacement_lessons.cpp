#include "fragscope/kernel/replacement/reference_string.h"

#include <QFile>
#include <QTest>

#include "kernel/support/replay.h"

using namespace fragscope;
using namespace fragscope::replacement;
using replay::difference;

namespace {

/// A file of scenarios/references.
ReferenceString fileString(const QString& name) {
    QFile file(QStringLiteral(FRAGSCOPE_SOURCE_DIR "/scenarios/references/") + name);
    if (!file.open(QIODevice::ReadOnly)) {
        return {};
    }
    const auto string = parseReferences(file.readAll().toStdString());
    return string ? *string : ReferenceString{};
}

/// 50 pages in turn, four times.
ReferenceString loopString() {
    ReferenceString string;
    for (std::uint64_t i = 0; i < 200; ++i) {
        string.push_back({PageNumber(i % 50)});
    }
    return string;
}

ReferenceString stringNamed(const QString& name) {
    return name == QStringLiteral("loop") ? loopString() : fileString(name);
}

std::uint64_t randomHits(std::size_t frames, std::uint64_t seed, const ReferenceString& string) {
    Pager pager(frames, makePolicy(PolicyKind::Random, {frames, {}, seed, string}));
    for (const Reference reference : string) {
        pager.reference(reference);
    }
    return pager.totals().hits;
}

/// The generator that LESSONS states for its strings.
class Generator {
public:
    explicit Generator(std::uint64_t start) : x_(start) {}

    std::uint64_t next() {
        x_ = (1103515245 * x_ + 12345) % (std::uint64_t{1} << 31);
        return x_ >> 16;
    }

private:
    std::uint64_t x_;
};

Settings withLoadedBit(LoadedBit bit) {
    Settings settings;
    settings.clockLoadedBit = bit;
    return settings;
}

/// One row: how many faults a policy has on a string.
void row(const char* string,
         std::size_t frames,
         PolicyKind kind,
         std::uint64_t faults,
         LoadedBit bit = LoadedBit::Set) {
    const std::string name = std::string(string) + ", " + std::to_string(frames) + " frames, " +
                             std::string(nameOf(kind)) + (bit == LoadedBit::Set ? "" : " (R=0)");
    QTest::newRow(name.c_str()) << QString::fromLatin1(string) << frames << kind << bit << faults;
}

} // namespace

Q_DECLARE_METATYPE(PolicyKind)
Q_DECLARE_METATYPE(LoadedBit)

/// The figures of the lessons on replacement, L16 to L19.
class TestKernelReplacementLessons : public QObject {
    Q_OBJECT

private slots:

    void string_ofTheLessons_isWhatTheGeneratorMakes() {
        Generator mix(2);
        ReferenceString w8020;
        for (int i = 0; i < 500; ++i) {
            const bool hot = mix.next() % 100 < 80;
            w8020.push_back({PageNumber(hot ? mix.next() % 20 : 20 + mix.next() % 80)});
        }
        QVERIFY(fileString(QStringLiteral("w8020.trace")) == w8020);
        for (std::size_t i = 0; i < w8020.size(); i += 3) {
            w8020[i].use = Use::Write;
        }
        QVERIFY(fileString(QStringLiteral("w8020-writes.trace")) == w8020);

        Generator steps(3);
        ReferenceString phases;
        for (std::uint64_t i = 0; i < 500; ++i) {
            phases.push_back({PageNumber(8 * (i / 100) + steps.next() % 10)});
        }
        QVERIFY(fileString(QStringLiteral("phases.trace")) == phases);
    }

    void faults_ofALesson_areItsFigures_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<std::size_t>("frames");
        QTest::addColumn<PolicyKind>("kind");
        QTest::addColumn<LoadedBit>("bit");
        QTest::addColumn<std::uint64_t>("faults");
        belady();
        stallings();
        loop();
        mix();
        phases();
    }

    void faults_ofALesson_areItsFigures() {
        QFETCH(QString, name);
        QFETCH(std::size_t, frames);
        QFETCH(PolicyKind, kind);
        QFETCH(LoadedBit, bit);
        QFETCH(std::uint64_t, faults);
        const ReferenceString string = stringNamed(name);
        const PolicyInputs inputs{frames, withLoadedBit(bit), 1, string};
        QCOMPARE(difference(kind, inputs), std::string());
        const Totals totals = replay::replay(kind, inputs).totals;
        QCOMPARE(totals.faults, faults);
        QCOMPARE(totals.hits, string.size() - faults);
        QCOMPARE(totals.references, string.size());
    }

    /// L17: the mean is 144 of 200 hits, and no seed beats OPT.
    void random_onTheLoop_hits144OnAverage() {
        const ReferenceString string = loopString();
        constexpr std::uint64_t seeds = 1000;
        std::uint64_t sum = 0;
        std::uint64_t most = 0;
        for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
            const std::uint64_t hits = randomHits(49, seed, string);
            sum += hits;
            most = std::max(most, hits);
        }
        QCOMPARE((sum + seeds / 2) / seeds, 144U);
        QVERIFY2(most <= 147, std::to_string(most).c_str());
        QVERIFY(most > 144); // the seeds do differ
    }

    /// L18: pages written and not yet saved; those still dirty at the end do not count.
    void lru_withWrites_savesDirtyPages_data() {
        QTest::addColumn<std::size_t>("frames");
        QTest::addColumn<std::uint64_t>("faults");
        QTest::addColumn<std::uint64_t>("dirty");
        QTest::newRow("20 frames") << std::size_t{20} << std::uint64_t{218} << std::uint64_t{98};
        QTest::newRow("40 frames") << std::size_t{40} << std::uint64_t{100} << std::uint64_t{20};
    }

    void lru_withWrites_savesDirtyPages() {
        QFETCH(std::size_t, frames);
        QFETCH(std::uint64_t, faults);
        QFETCH(std::uint64_t, dirty);
        const ReferenceString string = fileString(QStringLiteral("w8020-writes.trace"));
        const PolicyInputs inputs{frames, {}, 1, string};
        QCOMPARE(difference(PolicyKind::Lru, inputs), std::string());
        const Totals totals = replay::replay(PolicyKind::Lru, inputs).totals;
        QCOMPARE(totals.faults, faults);
        QCOMPARE(totals.dirtyEvictions, dirty);
        QCOMPARE(totals.evictions, faults - frames);
    }

private:
    /// L16: FIFO and Clock with R set on load have more faults with more frames.
    static void belady() {
        for (const auto& [frames, fifo, lru, opt] :
             {std::tuple(3U, 9U, 10U, 7U), {4U, 10U, 8U, 6U}}) {
            row("belady.trace", frames, PolicyKind::Fifo, fifo);
            row("belady.trace", frames, PolicyKind::Lru, lru);
            row("belady.trace", frames, PolicyKind::Opt, opt);
            row("belady.trace", frames, PolicyKind::Clock, fifo);
            row("belady.trace", frames, PolicyKind::Clock, lru, LoadedBit::Clear);
        }
    }

    static void stallings() {
        row("stallings.trace", 3, PolicyKind::Fifo, 9);
        row("stallings.trace", 3, PolicyKind::Lru, 7);
        row("stallings.trace", 3, PolicyKind::Opt, 6);
        row("stallings.trace", 3, PolicyKind::Clock, 8);
        row("stallings.trace", 3, PolicyKind::Clock, 6, LoadedBit::Clear);
    }

    /// L17: one frame too few, and nothing is ever found.
    static void loop() {
        for (const PolicyKind kind : {PolicyKind::Lru, PolicyKind::Fifo, PolicyKind::Clock}) {
            row("loop", 49, kind, 200);
            row("loop", 50, kind, 50);
        }
        row("loop", 49, PolicyKind::Opt, 200 - 147);
        row("loop", 49, PolicyKind::Mru, 200 - 147);
    }

    static void mix() {
        row("w8020.trace", 20, PolicyKind::Fifo, 500 - 261);
        row("w8020.trace", 20, PolicyKind::Lru, 500 - 282);
        row("w8020.trace", 20, PolicyKind::Clock, 500 - 275);
        row("w8020.trace", 20, PolicyKind::Clock, 500 - 301, LoadedBit::Clear);
        row("w8020.trace", 20, PolicyKind::Opt, 500 - 390);
    }

    /// L19: with 15 frames FIFO beats LRU.
    static void phases() {
        for (const auto& [frames, lru, fifo] :
             {std::tuple(5U, 243U, 250U), {10U, 46U, 49U}, {15U, 43U, 42U}}) {
            row("phases.trace", frames, PolicyKind::Lru, lru);
            row("phases.trace", frames, PolicyKind::Fifo, fifo);
        }
    }
};

QTEST_GUILESS_MAIN(TestKernelReplacementLessons)
#include "tst_kernel_replacement_lessons.moc"
