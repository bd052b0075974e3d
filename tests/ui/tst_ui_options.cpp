#include <QTest>

#include "gui/options.h"

using namespace fragscope;

namespace {

QStringList split(const char* line) {
    return QString::fromLatin1(line).split(QLatin1Char(' '), Qt::SkipEmptyParts);
}

} // namespace

class TestOptions : public QObject {
    Q_OBJECT

private slots:

    void nothing_isAWindowWithoutARun() {
        const Expected<ParsedOptions> parsed = parseOptions({});
        QVERIFY(parsed.ok());
        QVERIFY(parsed->options.input.isEmpty());
        QVERIFY(!parsed->options.takesPicture());
        QCOMPARE(parsed->options.size, QSize(1920, 1080));
    }

    void all_areRead() {
        const Expected<ParsedOptions> parsed = parseOptions(
            split("run.db#3 --screenshot out.png --at 1284 --size 1280x720 --theme dark"));
        QVERIFY(parsed.ok());
        QCOMPARE(parsed->options.input, QStringLiteral("run.db#3"));
        QCOMPARE(parsed->options.screenshot, QStringLiteral("out.png"));
        QCOMPARE(parsed->options.step, std::optional<std::uint64_t>(1284));
        QCOMPARE(parsed->options.size, QSize(1280, 720));
        QCOMPARE(parsed->options.theme, std::optional(ThemeName::Dark));
    }

    void mistakes_areUsageErrorsThatNameThem_data() {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<QString>("named");
        QTest::newRow("two inputs") << QByteArray("a.toml b.toml") << "b.toml";
        QTest::newRow("unknown option") << QByteArray("--frobnicate") << "frobnicate";
        QTest::newRow("step") << QByteArray("a.toml --at soon") << "soon";
        QTest::newRow("negative step") << QByteArray("a.toml --at=-1") << "-1";
        QTest::newRow("size") << QByteArray("a.toml --size 1280") << "1280";
        QTest::newRow("tiny size") << QByteArray("a.toml --size 10x10") << "10x10";
        QTest::newRow("huge size") << QByteArray("a.toml --size 99999x99999") << "99999x99999";
        QTest::newRow("theme") << QByteArray("a.toml --theme pink") << "pink";
        QTest::newRow("picture of nothing") << QByteArray("--screenshot out.png") << "scenario";
    }

    void mistakes_areUsageErrorsThatNameThem() {
        QFETCH(QByteArray, line);
        QFETCH(QString, named);
        const Expected<ParsedOptions> parsed = parseOptions(split(line.constData()));
        QVERIFY(!parsed.ok());
        QCOMPARE(parsed.error().code, ExitCode::Usage);
        QVERIFY2(parsed.error().reason.find(named.toStdString()) != std::string::npos,
                 parsed.error().reason.c_str());
    }

    void helpAndVersion_comeBeforeTheRest() {
        QCOMPARE(parseOptions(split("--help --theme light"))->early, EarlyExit::Help);
        QCOMPARE(parseOptions(split("--version"))->early, EarlyExit::Version);
        QVERIFY(helpText().contains(QStringLiteral("--screenshot")));
    }
};

QTEST_GUILESS_MAIN(TestOptions)
#include "tst_ui_options.moc"
