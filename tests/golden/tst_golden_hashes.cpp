#include "fragscope/machine/machine.h"
#include "fragscope/scenario/scenario.h"

#include <QDirIterator>
#include <QFile>
#include <QTest>

using namespace fragscope;

/// The same scenario and seed give the same events and the same final state in every build, on
/// every machine. The file hashes.txt says which, and how to write it anew.
class TestGoldenHashes : public QObject {
    Q_OBJECT

    /// Every shipped scenario by its name.
    static QMap<QString, QString> shipped() {
        QMap<QString, QString> paths;
        QDirIterator files(FRAGSCOPE_SOURCE_DIR "/scenarios", {"*.toml"}, QDir::Files,
                           QDirIterator::Subdirectories);
        while (files.hasNext()) {
            const QString path = files.next();
            paths[QFileInfo(path).completeBaseName()] = path;
        }
        return paths;
    }

    /// NAME -> "EVENTS STATE" of hashes.txt.
    static QMap<QString, QString> golden() {
        QMap<QString, QString> hashes;
        QFile file(FRAGSCOPE_SOURCE_DIR "/tests/golden/hashes.txt");
        if (!file.open(QIODevice::ReadOnly)) {
            return hashes;
        }
        const QStringList lines = QString::fromUtf8(file.readAll()).split('\n', Qt::SkipEmptyParts);
        for (const QString& line : lines) {
            if (!line.startsWith('#')) {
                hashes[line.section(' ', 0, 0)] = line.section(' ', 1);
            }
        }
        return hashes;
    }

    static QString hashesOf(const QString& path, std::uint64_t stepsAtATime) {
        const auto scenario = loadScenario(path.toStdString());
        if (!scenario) {
            return QString::fromStdString(scenario.error().text());
        }
        EventBus events;
        const auto machine = Machine::create(scenario->config, events);
        if (!machine) {
            return QString::fromStdString(machine.error().text());
        }
        while ((*machine)->advance(nullptr, stepsAtATime) != AdvanceEnd::Finished) {
        }
        return QString("%1 %2")
            .arg((*machine)->eventHash(), 16, 16, QChar('0'))
            .arg((*machine)->stateHash(), 16, 16, QChar('0'));
    }

private slots:

    void shipped_everyScenario_isListed() {
        const QMap<QString, QString> listed = golden();
        for (const QString& name : shipped().keys()) {
            QVERIFY2(listed.contains(name), qPrintable(name + " is missing in hashes.txt"));
        }
        QVERIFY(listed.size() >= 40);
        QCOMPARE(listed.size(), shipped().size());
    }

    void scenario_sameSeed_sameEventsAndState_data() {
        QTest::addColumn<QString>("expected");
        const QMap<QString, QString> listed = golden();
        for (auto entry = listed.begin(); entry != listed.end(); ++entry) {
            QTest::newRow(qPrintable(entry.key())) << entry.value();
        }
    }

    void scenario_sameSeed_sameEventsAndState() {
        QFETCH(QString, expected);
        QCOMPARE(hashesOf(shipped().value(QTest::currentDataTag()), ~0ULL), expected);
    }

    /// Stepping is the same loop as running: a thousand small advances make the same run.
    void scenario_steppedOrRun_sameHashes() {
        for (const char* name : {"entry-e", "owners"}) {
            const QString path = shipped().value(name);
            QCOMPARE(hashesOf(path, 1), hashesOf(path, ~0ULL));
            QCOMPARE(hashesOf(path, 7), hashesOf(path, ~0ULL));
        }
    }
};

QTEST_GUILESS_MAIN(TestGoldenHashes)
#include "tst_golden_hashes.moc"
