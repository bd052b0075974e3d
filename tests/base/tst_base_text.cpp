#include "fragscope/base/text.h"

#include <QTest>

#include "support/print.h"
#include <array>
#include <clocale>

using namespace fragscope;

class TestBaseText : public QObject {
    Q_OBJECT

private slots:

    void text_eachQuantity_hasItsOwnPrefix() {
        QCOMPARE(text(VirtAddr(0x1234000)), std::string("V0x1234000"));
        QCOMPARE(text(PhysAddr(0x1234000)), std::string("P0x1234000"));
        QCOMPARE(text(FrameNumber(1234)), std::string("F1234"));
        QCOMPARE(text(PageNumber(0x1234)), std::string("page 0x1234"));
        QCOMPARE(text(Cycles(1234567)), std::string("1234567 cycles"));
        QCOMPARE(hex(0), std::string("0x0"));
        QCOMPARE(hex(~0ULL), std::string("0xffffffffffffffff"));
    }

    void text_size_largestUnitThatDivides_data() {
        QTest::addColumn<quint64>("bytes");
        QTest::addColumn<QByteArray>("expected");
        QTest::newRow("zero") << quint64{0} << QByteArray("0 B");
        QTest::newRow("bytes") << quint64{100} << QByteArray("100 B");
        QTest::newRow("not a multiple") << quint64{4097} << QByteArray("4097 B");
        QTest::newRow("page") << quint64{4096} << QByteArray("4 KiB");
        QTest::newRow("odd KiB") << quint64{1536} << QByteArray("1536 B");
        QTest::newRow("KiB over a MiB") << quint64{1025u << 10} << QByteArray("1025 KiB");
        QTest::newRow("MiB") << quint64{8u << 20} << QByteArray("8 MiB");
        QTest::newRow("TiB") << quint64{1ULL << 40} << QByteArray("1 TiB");
        QTest::newRow("largest") << ~quint64{0} << QByteArray("18446744073709551615 B");
    }

    void text_size_largestUnitThatDivides() {
        QFETCH(quint64, bytes);
        QFETCH(QByteArray, expected);
        QCOMPARE(text(ByteCount(bytes)), expected.toStdString());
        const auto read = parseSize(expected.toStdString());
        QVERIFY(read.has_value());
        QCOMPARE(read->value, bytes);
    }

    void text_localeWithGrouping_isIgnored() {
        const std::string before = std::setlocale(LC_ALL, nullptr);
        const bool changed = std::setlocale(LC_ALL, "de_DE.UTF-8") != nullptr;
        const std::string written = text(Cycles(1234567));
        std::setlocale(LC_ALL, before.c_str());
        QCOMPARE(written, std::string("1234567 cycles"));
        if (!changed) {
            QSKIP("no German locale installed: written in the default locale only");
        }
    }

    void parseSize_malformedOrTooLarge_isNothing_data() {
        QTest::addColumn<QByteArray>("given");
        for (const char* given :
             {"", " ", "KiB", "-1", "+1", "1.5 MiB", "0x10", "4 kib", "4 KB", "4 KiB KiB",
              "18446744073709551616", "16777216 TiB", "99999999999999999999 KiB"}) {
            QTest::newRow(given) << QByteArray(given);
        }
    }

    void parseSize_malformedOrTooLarge_isNothing() {
        QFETCH(QByteArray, given);
        QVERIFY(!parseSize(given.toStdString()).has_value());
    }

    void parseSize_spacesAndUnits_areRead() {
        QCOMPARE(parseSize("4096").value().value, 4096ULL);
        QCOMPARE(parseSize("64KiB").value().value, 65536ULL);
        QCOMPARE(parseSize("  64   KiB ").value().value, 65536ULL);
        QCOMPARE(parseSize("8 B").value().value, 8ULL);
        QCOMPARE(parseSize("16777215 TiB").value().value, 16777215ULL << 40);
    }

    void parseUnsigned_wholeText_only() {
        QCOMPARE(parseUnsigned("0").value(), 0ULL);
        QCOMPARE(parseUnsigned("18446744073709551615").value(), ~0ULL);
        QCOMPARE(parseUnsigned("0xffffFFFFffffFFFF").value(), ~0ULL);
        for (const char* wrong : {"", "0x", "-1", "+1", " 1", "1 ", "12a", "0x1g",
                                  "18446744073709551616", "0x10000000000000000", "1e3"}) {
            QVERIFY2(!parseUnsigned(wrong).has_value(), wrong);
        }
    }

    void nearestWord_typingMistake_findsTheWord() {
        const std::array<std::string_view, 3> known{"transfer_block", "translation", "order"};
        QCOMPARE(nearestWord("tranfer_block", known), std::string("transfer_block"));
        QCOMPARE(nearestWord("odrer", known), std::string("order"));
        QCOMPARE(nearestWord("order", known), std::string("order"));
        QCOMPARE(nearestWord("colour", known), std::string());
        QCOMPARE(nearestWord("order", {}), std::string());
    }
};

QTEST_GUILESS_MAIN(TestBaseText)
#include "tst_base_text.moc"
