#include "fragscope/scenario/scenario.h"

#include <QTest>

#include "support/print.h"

using namespace fragscope;

namespace {

QByteArray scenarioWith(const QByteArray& word, const QByteArray& more) {
    return "format = 1\n[mover]\nalgorithm = \"none\"\n[[process]]\nname = \"a\"\n" + more +
           "pattern = \"script\"\nscript = [\"" + word + "\"]\n";
}

std::string firstError(const QByteArray& text) {
    std::vector<Error> errors;
    return readScenario(text.toStdString(), "s.toml", errors) ? "" : errors.front().text();
}

} // namespace

/// The words of a process's script: each is read and written back as it was.
class TestScenarioScriptWords : public QObject {
    Q_OBJECT

private slots:

    void word_readAndWritten_isTheSame_data() {
        QTest::addColumn<QByteArray>("word");
        for (const char* word :
             {"read 0x8", "write 0x10", "scan 0x1000 8 KiB", "touch 0x0 4 KiB", "wait 100",
              "reserve 16 KiB", "convert 0x0 4 KiB", "unmap 0x1000 4 KiB", "exit", "call 64 KiB",
              "alloca 8 KiB", "reclaim", "read rsp-0x8", "write rsp-0x80", "read paged+0x1000",
              "write paged+0x8"}) {
            QTest::newRow(word) << QByteArray(word);
        }
    }

    void word_readAndWritten_isTheSame() {
        QFETCH(const QByteArray, word);
        std::vector<Error> errors;
        const QByteArray text =
            scenarioWith(word, "reserve = \"64 KiB\"\nstack = \"64 KiB\"\nstack_guard = 3\n");
        const auto scenario = readScenario(text.toStdString(), "s.toml", errors);
        QVERIFY2(scenario.has_value(),
                 qPrintable(QString::fromStdString(errors.empty() ? "" : errors.front().text())));
        const std::string written = resolvedText(scenario->config);
        QVERIFY2(written.find("\"" + word.toStdString() + "\"") != std::string::npos,
                 written.c_str());
        QVERIFY(written.find("stack_guard = 3") != std::string::npos);
    }

    void stackWords_misfits_areRefused_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("reason");
        const QByteArray stack = "stack = \"64 KiB\"\n";
        QTest::newRow("no stack") << scenarioWith("call 4 KiB", "reserve = \"4 KiB\"\n")
                                  << QByteArray("its script uses a stack");
        QTest::newRow("above the top")
            << scenarioWith("return 8", stack) << QByteArray("above the top of the stack");
        QTest::newRow("access above the top")
            << scenarioWith("read rsp+0", stack) << QByteArray("above the top of the stack");
        QTest::newRow("another pattern")
            << QByteArray("format = 1\n[mover]\nalgorithm = \"none\"\n[[process]]\nname = \"a\"\n" +
                          stack)
            << QByteArray("only a script uses a stack");
        QTest::newRow("not a place") << scenarioWith("read rsp", stack) << QByteArray("rsp-N");
        QTest::newRow("not of words") << scenarioWith("call 7", stack) << QByteArray("call SIZE");
    }

    void stackWords_misfits_areRefused() {
        QFETCH(const QByteArray, text);
        QFETCH(const QByteArray, reason);
        const std::string error = firstError(text);
        QVERIFY2(error.find(reason.toStdString()) != std::string::npos, error.c_str());
    }
};

QTEST_GUILESS_MAIN(TestScenarioScriptWords)

#include "tst_scenario_script_words.moc"
