#include "fragscope/base/hash.h"

#include <QTest>

#include "support/print.h"
#include <cstring>

using namespace fragscope;

namespace {

std::uint64_t hashText(const char* text, std::uint64_t seed = 0) {
    return hashBytes(text, std::strlen(text), seed);
}

} // namespace

class TestBaseHash : public QObject {
    Q_OBJECT

private slots:

    /// The expected numbers are printed by xxhsum 0.8.1 -H3 and -H2.
    void hashBytes_knownTexts_giveXxh3() {
        QCOMPARE(hashText(""), 0x2d06800538d394c2ULL);
        QCOMPARE(hashText("a"), 0xe6c632b61e964e1fULL);
        QCOMPARE(hashText("entry E"), 0x44f3b491c1f8e9d7ULL);
        std::string numbers; // longer than the short-input paths of the algorithm
        for (int i = 1; i <= 200; ++i) {
            numbers += std::to_string(i) + "\n";
        }
        QCOMPARE(hashText(numbers.c_str()), 0x2d443cd81903b989ULL);
    }

    void contentHash_knownTexts_give128BitXxh3() {
        QCOMPARE(contentHash(""), std::string("99aa06d3014798d86001c324468d497f"));
        QCOMPARE(contentHash("entry E"), std::string("d2752d7147cedbb95895015efafe7bca"));
    }

    void hashBytes_seed_matters() {
        QVERIFY(hashText("entry E", 1) != hashText("entry E"));
        QVERIFY(hashText("", 1) != hashText("", 2));
    }

    void chain_orderOfParts_matters() {
        ChainHash forwards;
        forwards.add("a", 1);
        forwards.add("b", 1);
        ChainHash backwards;
        backwards.add("b", 1);
        backwards.add("a", 1);
        QVERIFY(forwards.value() != backwards.value());

        ChainHash again;
        again.add("a", 1);
        again.add("b", 1);
        QCOMPARE(again.value(), forwards.value());

        ChainHash otherStart; // same end: the whole sequence counts, not its last part
        otherStart.add("c", 1);
        otherStart.add("b", 1);
        QVERIFY(otherStart.value() != forwards.value());
    }
};

QTEST_GUILESS_MAIN(TestBaseHash)
#include "tst_base_hash.moc"
