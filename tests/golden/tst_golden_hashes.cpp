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

    static QString shippedFolder() { return FRAGSCOPE_SOURCE_DIR "/scenarios"; }

    /// "concurrent-move/entry-e" of its file.
    static QString nameOf(const QString& file) {
        QString name = QDir(shippedFolder()).relativeFilePath(file);
        name.chop(static_cast<int>(qstrlen(".toml")));
        return name;
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
        QDirIterator files(shippedFolder(), {"*.toml"}, QDir::Files, QDirIterator::Subdirectories);
        int count = 0;
        while (files.hasNext()) {
            const QString name = nameOf(files.next());
            QVERIFY2(listed.contains(name), qPrintable(name + " is missing in hashes.txt"));
            ++count;
        }
        QVERIFY(count >= 30);
        QCOMPARE(listed.size(), count);
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
        const QString path =
            QString("%1/%2.toml").arg(shippedFolder(), QString(QTest::currentDataTag()));
        QCOMPARE(hashesOf(path, ~0ULL), expected);
    }

    /// Stepping is the same loop as running: a thousand small advances make the same run.
    void scenario_steppedOrRun_sameHashes() {
        for (const char* name : {"/concurrent-move/entry-e.toml", "/frames/owners.toml"}) {
            const QString path = shippedFolder() + name;
            QCOMPARE(hashesOf(path, 1), hashesOf(path, ~0ULL));
            QCOMPARE(hashesOf(path, 7), hashesOf(path, ~0ULL));
        }
    }
};

QTEST_GUILESS_MAIN(TestGoldenHashes)
#include "tst_golden_hashes.moc"
