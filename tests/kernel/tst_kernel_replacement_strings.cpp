#include "fragscope/kernel/replacement/reference_string.h"

#include <QTest>

#include "support/print.h"

using namespace fragscope;
using namespace fragscope::replacement;

class TestKernelReplacementStrings : public QObject {
    Q_OBJECT

private slots:

    void string_anySeparators_isRead_data() {
        QTest::addColumn<std::string>("text");
        const auto row = [](const char* name, const char* text) {
            QTest::newRow(name) << std::string(text);
        };
        row("commas", "1,2w,16");
        row("spaces", "1 2w 16");
        row("newlines", "1\n2w\n16\n");
        row("mixed", "\n 1 ,\t2w\r\n, 0x10 ,\r\n");
        row("comments", "# 7\n1,\n  # , x\n2w\n#\n16");
    }

    void string_anySeparators_isRead() {
        QFETCH(std::string, text);
        const auto string = parseReferences(text);
        QVERIFY2(string.ok(), string.ok() ? "" : string.error().text().c_str());
        const ReferenceString expected{
            {PageNumber(1)}, {PageNumber(2), Use::Write}, {PageNumber(16)}};
        QVERIFY(*string == expected);
    }

    void string_largestNumber_isRead() {
        const auto string = parseReferences("18446744073709551615");
        QVERIFY(string.ok());
        QCOMPARE(string->front().page, PageNumber(~std::uint64_t{0}));
    }

    void string_malformed_isRefusedWithItsPlace_data() {
        QTest::addColumn<std::string>("text");
        QTest::addColumn<quint64>("line");
        QTest::addColumn<quint64>("column");
        QTest::addColumn<std::string>("reason");
        const auto row = [](std::string text, quint64 line, quint64 column, const char* reason) {
            QTest::newRow(reason) << std::move(text) << line << column << std::string(reason);
        };
        row("1,2\n3, x4", 2, 4, "`x4` is not a page number");
        row("1 -2", 1, 3, "`-2` is not a page number");
        row("1 2.5", 1, 3, "`2.5` is not a page number");
        row("w", 1, 1, "`w` is not a page number");
        row("1 2ww", 1, 3, "`2ww` is not a page number");
        row("1;2", 1, 1, "`1;2` is not a page number");
        row("18446744073709551616", 1, 1, "`18446744073709551616` is not a page number");
        row(std::string("1 \0\x1b[2J", 7), 1, 3, "`\\x00\\x1b[2J` is not a page number");
        row("1 # no", 1, 3, "`#` is not a page number");
        row(std::string(50, '9'), 1, 1,
            "`9999999999999999999999999999999999999999...` is not a page number");
        row("1,\n#\n ,2", 3, 2, "a page number is missing before the comma");
        row("\n# nothing\n", 2, 0, "there is no page number");
    }

    void string_malformed_isRefusedWithItsPlace() {
        QFETCH(std::string, text);
        QFETCH(quint64, line);
        QFETCH(quint64, column);
        QFETCH(std::string, reason);
        const auto string = parseReferences(text);
        QVERIFY(!string.ok());
        QCOMPARE(string.error().reason, reason);
        QCOMPARE(string.error().line, line);
        QCOMPARE(string.error().column, column);
        QCOMPARE(string.error().code, ExitCode::BadInput);
    }

    void string_emptyText_isRefused() {
        QCOMPARE(parseReferences("").error().line, 1U);
        QCOMPARE(parseReferences(",").error().reason,
                 std::string("a page number is missing before the comma"));
    }
};

QTEST_GUILESS_MAIN(TestKernelReplacementStrings)
#include "tst_kernel_replacement_strings.moc"
