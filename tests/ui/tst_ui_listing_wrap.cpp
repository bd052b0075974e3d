#include "fragscope/kernel/paging/page_marks.h"
#include "fragscope/machine/listings.h"
#include "fragscope/ui/panels/listing_view.h"
#include "fragscope/ui/panels/locals_strip.h"
#include "fragscope/ui/panels/pte_bits.h"
#include "fragscope/ui/widgets/text.h"

#include <QTest>

using namespace fragscope;

class TestListingWrap : public QObject {
    Q_OBJECT

private slots:

    void wrappedLine_everyListing_losesNoWord() {
        for (const Listing* listing : allListings()) {
            for (const std::string_view line : listing->lines) {
                for (const int columns : {20, 24, 80}) {
                    const QStringList parts = wrappedLine(qt(line), columns);
                    for (const QString& part : parts) {
                        QVERIFY2(part.size() <= columns, qPrintable(part));
                    }
                    QCOMPARE(
                        parts.join(QLatin1Char(' ')).split(QLatin1Char(' '), Qt::SkipEmptyParts),
                        qt(line).split(QLatin1Char(' '), Qt::SkipEmptyParts));
                }
            }
        }
    }

    void wrappedLine_continuation_isIndentedDeeper() {
        QCOMPARE(
            wrappedLine(QStringLiteral("  copy the block to its place"), 20),
            (QStringList{QStringLiteral("  copy the block to"), QStringLiteral("    its place")}));
    }

    void wrappedLine_oneLongWord_isCut() {
        const QStringList parts = wrappedLine(QString(50, QLatin1Char('x')), 20);
        QVERIFY(parts.size() >= 3);
    }

    void localText_addressesAreHexadecimal() {
        QCOMPARE(localText(7), QStringLiteral("7"));
        QCOMPARE(localText(0x12359000), QStringLiteral("0x12359000"));
    }

    void entryFields_coverAllBitsOnce() {
        std::uint64_t covered = 0;
        for (const PteBitField& field : entryFields) {
            for (unsigned bit = field.low; bit < field.low + field.count; ++bit) {
                QCOMPARE(covered & (1ULL << bit), std::uint64_t{0});
                covered |= 1ULL << bit;
            }
        }
        QCOMPARE(covered, ~0ULL);
    }

    void flags_inWords() {
        QCOMPARE(flagsInWords(0x67), QStringLiteral("present, writable, user, accessed, dirty"));
        QCOMPARE(flagsInWords(0x1 | page_mark::mayGo | page_mark::leaked),
                 QStringLiteral("present, read-only, supervisor, given back: its frame may be "
                                "taken, leaked: no area has the page"));
        QCOMPARE(flagsInWords(0x1), QStringLiteral("present, read-only, supervisor"));
        QCOMPARE(flagsInWords(0xfe), QStringLiteral("not present"));
        QCOMPARE(flagsInLetters(0x8000000000000067), QStringLiteral("P W U A D XD"));
        QCOMPARE(frameOfEntry(0x80000000005b1067), std::uint64_t{0x5b1});
    }
};

QTEST_GUILESS_MAIN(TestListingWrap)
#include "tst_ui_listing_wrap.moc"
