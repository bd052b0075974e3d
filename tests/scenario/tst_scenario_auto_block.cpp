#include "fragscope/defrag/transfer_block.h"

#include <QtTest>

#include "support/print.h"

using namespace fragscope;

class TestScenarioAutoBlock : public QObject {
    Q_OBJECT

private slots:

    void autoBlock_defaults_printItsArithmetic() {
        // fixed: 2*4 stores + 100 + 600 + 200 shootdown + 300 + 400 + 200 fault + 2*10 steps =
        // 1828; page: 1200 + 2*4 + 2*30 = 1268; (20000 - 1828) / 1268 = 14.3
        const auto block = autoTransferBlock(CostModel{}, 2, 20'000);
        QCOMPARE(block.size, kib(56));
        QCOMPARE(block.arithmetic,
                 std::string("(20000 cycles limit - 1828 fixed) / 1268 per page of 4 KiB, rounded "
                             "down = 14 pages = 56 KiB"));
    }

    void autoBlock_oneCpu_needsNoShootdown() {
        const auto alone = autoTransferBlock(CostModel{}, 1, 20'000);
        QVERIFY(alone.arithmetic.find("- 928 fixed") != std::string::npos);
    }

    void autoBlock_moreCpus_neverGrows() {
        ByteCount last = autoTransferBlock(CostModel{}, 1, 50'000).size;
        for (std::uint32_t cpus = 2; cpus <= 16; ++cpus) {
            const ByteCount size = autoTransferBlock(CostModel{}, cpus, 50'000).size;
            QVERIFY(size <= last);
            last = size;
        }
    }

    void autoBlock_limitTooSmall_takesOnePageAndSaysSo() {
        const auto block = autoTransferBlock(CostModel{}, 2, 1000);
        QCOMPARE(block.size, kib(4));
        QVERIFY(block.arithmetic.ends_with("the limit cannot be kept: 3096 cycles"));
    }

    void autoBlock_exactBorder_isKept() {
        QCOMPARE(autoTransferBlock(CostModel{}, 2, 1828 + 2 * 1268).size, kib(8));
        QCOMPARE(autoTransferBlock(CostModel{}, 2, 1828 + 2 * 1268 - 1).size, kib(4));
    }

    void autoBlock_freeCopies_staysBounded() {
        CostModel free;
        free.copyPage = 0;
        free.kernelStore = 0;
        free.invalidatePage = 0;
        QCOMPARE(autoTransferBlock(free, 2, ~0ULL).size, gib(16));
    }
};

QTEST_GUILESS_MAIN(TestScenarioAutoBlock)
#include "tst_scenario_auto_block.moc"
