#include "fragscope/base/rng.h"
#include "fragscope/scenario/reference.h"
#include "fragscope/scenario/scenario.h"

#include <QDirIterator>
#include <QtTest>

#include "scenario/same_config.h"
#include "support/print.h"

using namespace fragscope;

namespace {

const QString folder = QStringLiteral(FRAGSCOPE_SOURCE_DIR "/scenarios");

QStringList shippedFiles() {
    QStringList files;
    QDirIterator entries(folder, {"*.toml"}, QDir::Files, QDirIterator::Subdirectories);
    while (entries.hasNext()) {
        files.append(entries.next());
    }
    files.sort();
    return files;
}

std::string contentsOf(const QString& name) {
    QFile file(name);
    return file.open(QIODevice::ReadOnly) ? file.readAll().toStdString() : std::string();
}

/// Changes a text a little: bytes, cut pieces, repeated pieces, or pieces of another text.
class Mutator {
public:
    explicit Mutator(std::uint64_t seed) : rng_(seed) {}

    std::string mutate(std::string text, const std::string& other) {
        for (std::uint64_t n = 1 + rng_.below(4); n > 0 && !text.empty(); --n) {
            once(text, other);
        }
        return text;
    }

private:
    std::string piece(const std::string& text) {
        const std::size_t at = rng_.below(text.size());
        return text.substr(at, 1 + rng_.below(60));
    }

    void once(std::string& text, const std::string& other) {
        static const std::vector<std::string> tokens{"18446744073709551615",
                                                     "-1",
                                                     "\"",
                                                     "[",
                                                     "]",
                                                     "{",
                                                     "}",
                                                     "=",
                                                     "\n",
                                                     "0x",
                                                     "1e999",
                                                     "nan",
                                                     "\"16 EiB\"",
                                                     "\"0 B\"",
                                                     "[[process]]\n",
                                                     "\xff\xfe",
                                                     std::string(1, '\0'),
                                                     "'''",
                                                     "\"18446744073709551615 KiB\"",
                                                     "[[expect]]\n",
                                                     "..",
                                                     "1979-05-27"};
        const std::size_t at = rng_.below(text.size());
        switch (rng_.below(6)) {
        case 0:
            text[at] = static_cast<char>(rng_.below(256));
            break;
        case 1:
            text.erase(at, 1 + rng_.below(30));
            break;
        case 2:
            text.insert(at, piece(text));
            break;
        case 3:
            text.insert(at, piece(other));
            break;
        case 4:
            text.insert(at, tokens[rng_.below(tokens.size())]);
            break;
        default:
            text.replace(at, rng_.below(12), tokens[rng_.below(tokens.size())]);
            break;
        }
    }

    Rng rng_;
};

} // namespace

class TestScenarioFiles : public QObject {
    Q_OBJECT

private slots:

    void shipped_everyFile_isAWholeLesson_data() { addFiles(); }

    void shipped_everyFile_isAWholeLesson() {
        QFETCH(QString, file);
        std::vector<Error> errors;
        const auto scenario = loadScenario(file.toStdString(), errors);
        QVERIFY2(scenario.has_value(), errors.empty() ? "" : errors.front().text().c_str());
        QVERIFY(!scenario->title.empty());
        QVERIFY(scenario->explanation.size() > 100);
        QVERIFY(scenario->question.ends_with('?'));
        QVERIFY(!scenario->see.empty());
        QVERIFY(!scenario->expect.empty());
        QCOMPARE(scenario->name, QFileInfo(file).completeBaseName().toStdString());
    }

    void shipped_resolvedText_givesTheSameConfiguration_data() { addFiles(); }

    void shipped_resolvedText_givesTheSameConfiguration() {
        QFETCH(QString, file);
        const auto scenario = loadScenario(file.toStdString());
        QVERIFY(scenario.ok());
        const auto again = parseScenario(resolvedText(scenario->config), "");
        QVERIFY2(again.ok(), again ? "" : again.error().text().c_str());
        QVERIFY(same(scenario->config, again->config));
    }

    /// Whatever stands in a file: either a scenario whose text can be read again, or errors that
    /// say where and why.
    void reader_mutatedFiles_neverCrash() {
        const QStringList files = shippedFiles();
        std::uint64_t accepted = 0;
        std::uint64_t refused = 0;
        for (std::uint64_t seed = 0; seed < 6000; ++seed) {
            const QString& name = files[static_cast<qsizetype>(seed) % files.size()];
            const QString& other = files[static_cast<qsizetype>(seed / 7) % files.size()];
            const std::string text = Mutator(seed).mutate(contentsOf(name), contentsOf(other));
            std::vector<Error> errors;
            const auto scenario = readScenario(text, name.toStdString(), errors);
            const QByteArray where = "seed " + QByteArray::number(static_cast<qulonglong>(seed));
            QCOMPARE(scenario.has_value(), errors.empty());
            if (scenario) {
                ++accepted;
                const auto again = parseScenario(resolvedText(scenario->config), "");
                QVERIFY2(again.ok() && same(scenario->config, again->config), where);
            } else {
                ++refused;
                for (const Error& error : errors) {
                    QVERIFY2(!error.file.empty() && !error.reason.empty(), where);
                }
            }
        }
        QVERIFY2(accepted > 100 && refused > 1000, "the mutations are too weak or too strong");
    }

    void reader_deeplyNestedText_isRefused() {
        for (const char* open : {"[", "{a=", "a={a="}) {
            std::string text = "format = 1\nx = ";
            for (int i = 0; i < 20'000; ++i) {
                text += open;
            }
            std::vector<Error> errors;
            QVERIFY(!readScenario(text, "deep.toml", errors));
            QVERIFY(!errors.empty());
        }
    }

    void reference_docs_areUpToDate() {
        const std::string docs =
            contentsOf(QStringLiteral(FRAGSCOPE_SOURCE_DIR "/docs/SCENARIOS.md"));
        const bool same = docs == scenarioReference();
        QVERIFY2(same, "run: fragscope-cli describe --markdown > docs/SCENARIOS.md");
    }

    void reference_everySettingAndChoice_isNamed() {
        const std::string reference = scenarioReference();
        for (const Setting& setting : allSettings()) {
            QVERIFY(reference.find("`" + std::string(setting.key) + "`") != std::string::npos);
            for (const Choice& choice : setting.choices) {
                QVERIFY(reference.find("- `" + std::string(choice.name) + "`: ") !=
                        std::string::npos);
            }
        }
    }

private:
    static void addFiles() {
        QTest::addColumn<QString>("file");
        const QStringList files = shippedFiles();
        QVERIFY(files.size() >= 30);
        for (const QString& file : files) {
            QTest::newRow(qPrintable(QDir(folder).relativeFilePath(file))) << file;
        }
    }
};

QTEST_GUILESS_MAIN(TestScenarioFiles)
#include "tst_scenario_files.moc"
