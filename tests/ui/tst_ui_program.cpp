#include "fragscope/base/error.h"

#include <QFile>
#include <QImage>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

using namespace fragscope;

namespace {

const QByteArray scenario =
    "format = 1\n[machine]\nmemory = \"2 MiB\"\n[[process]]\nname = \"p\"\nblocks = [\"256 KiB @ "
    "frame 96\", \"64 KiB @ frame 320\"]\naccesses = 300\n";

struct Outcome {
    int code = -1;
    QString out;
    QString err;
};

/// Runs the window's program.
Outcome run(const QStringList& arguments) {
    QProcess process;
    process.start(qEnvironmentVariable("FRAGSCOPE_WINDOW"), arguments);
    Outcome outcome;
    if (process.waitForFinished(60'000) && process.exitStatus() == QProcess::NormalExit) {
        outcome.code = process.exitCode();
    }
    outcome.out = QString::fromUtf8(process.readAllStandardOutput());
    outcome.err = QString::fromUtf8(process.readAllStandardError());
    return outcome;
}

int code(ExitCode exitCode) {
    return static_cast<int>(exitCode);
}

} // namespace

class TestProgram : public QObject {
    Q_OBJECT

private slots:

    void initTestCase() { QVERIFY(!qEnvironmentVariableIsEmpty("FRAGSCOPE_WINDOW")); }

    void screenshot_ofAScenario_hasTheSizeAskedFor() {
        const QString picture = path("out.png");
        const Outcome outcome = run({write("small.toml", scenario), QStringLiteral("--screenshot"),
                                     picture, QStringLiteral("--size"), QStringLiteral("1200x760"),
                                     QStringLiteral("--at"), QStringLiteral("100")});
        QVERIFY2(outcome.code == 0, qPrintable(outcome.err));
        QCOMPARE(QImage(picture).size(), QSize(1200, 760));
        QVERIFY(outcome.out.isEmpty());
        QCOMPARE(outcome.err, QString());
    }

    void screenshot_themes_differ() {
        const QString file = write("small.toml", scenario);
        for (const char* theme : {"light", "dark"}) {
            const Outcome outcome = run({file, QStringLiteral("--screenshot"), path(theme),
                                         QStringLiteral("--theme"), QLatin1String(theme)});
            QVERIFY2(outcome.code == 0, qPrintable(outcome.err));
        }
        QVERIFY(QImage(path("light"), "PNG") != QImage(path("dark"), "PNG"));
    }

    void badInput_isToldWithItsExitCode_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("expected");
        QTest::addColumn<QString>("said");
        const QString out = path("never.png");
        QTest::newRow("missing file") << QStringList{path("missing.toml"), "--screenshot", out}
                                      << code(ExitCode::BadInput) << "missing.toml";
        QTest::newRow("wrong key")
            << QStringList{write("wrong.toml", scenario + "[mover]\nspeed = 3\n"), "--screenshot",
                           out}
            << code(ExitCode::BadInput) << "wrong.toml:9";
        QTest::newRow("does not fit")
            << QStringList{write("fit.toml", QByteArray(scenario).replace("256 KiB", "9 MiB")),
                           "--screenshot", out}
            << code(ExitCode::BadInput) << "blocks";
        QTest::newRow("foreign database")
            << QStringList{write("foreign.db", "SQLite format 3" + QByteArray(200, 'x')),
                           "--screenshot", out}
            << code(ExitCode::BadInput) << "foreign.db";
        QTest::newRow("step too far")
            << QStringList{write("small.toml", scenario), "--screenshot", out, "--at", "99999999"}
            << code(ExitCode::BadInput) << "99999999";
        QTest::newRow("folder missing")
            << QStringList{write("small.toml", scenario), "--screenshot", path("no/such/out.png")}
            << code(ExitCode::SystemRefused) << "out.png";
        QTest::newRow("usage") << QStringList{"--theme", "pink"} << code(ExitCode::Usage) << "pink";
    }

    void badInput_isToldWithItsExitCode() {
        QFETCH(QStringList, arguments);
        QFETCH(int, expected);
        QFETCH(QString, said);
        const Outcome outcome = run(arguments);
        QVERIFY2(outcome.code == expected, qPrintable(QString::number(outcome.code) + outcome.err));
        QVERIFY2(outcome.err.contains(said), qPrintable(outcome.err));
        QVERIFY(outcome.out.isEmpty());
        QVERIFY(!QFile::exists(path("never.png")));
    }

    void version_isOnStandardOutput() {
        const Outcome outcome = run({QStringLiteral("--version")});
        QCOMPARE(outcome.code, 0);
        QVERIFY(outcome.out.startsWith(QStringLiteral("fragscope ")));
    }

private:
    [[nodiscard]] QString path(const char* name) const {
        return folder_.filePath(QLatin1String(name));
    }

    QString write(const char* name, const QByteArray& content) {
        QFile file(path(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size()) {
            qFatal("cannot write %s", name);
        }
        return file.fileName();
    }

    QTemporaryDir folder_;
};

QTEST_GUILESS_MAIN(TestProgram)
#include "tst_ui_program.moc"
