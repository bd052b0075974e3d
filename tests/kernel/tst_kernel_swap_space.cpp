#include "fragscope/kernel/memory_bytes.h"
#include "fragscope/kernel/paging/demand_paging.h"
#include "fragscope/kernel/paging/slot_check.h"

#include <QTest>

#include "kernel/support/kernel_bench.h"
#include <rapidcheck.h>

using namespace fragscope;
using namespace fragscope::test;

namespace {

constexpr std::uint64_t slotCount = 12;

KernelSettings withSlots() {
    KernelSettings settings;
    settings.paging.swapSlots = slotCount;
    settings.paging.replacement = PageReplacement::Fifo;
    return settings;
}

/// References by slot, as somebody without any cleverness would keep them.
struct NaiveSlots {
    std::vector<std::uint64_t> references = std::vector<std::uint64_t>(slotCount);

    [[nodiscard]] std::optional<std::uint64_t> lowest() const {
        const auto found = std::find(references.begin(), references.end(), 0U);
        return found == references.end()
                   ? std::nullopt
                   : std::optional(static_cast<std::uint64_t>(found - references.begin()));
    }
};

} // namespace

/// The books of the swap device lie in emulated memory and say what a naive twin says.
class TestSwapSpace : public QObject {
    Q_OBJECT

private slots:

    void slots_anyOrder_agreeWithTheTwin() {
        QVERIFY(rc::check([] {
            KernelBench bench(withSlots());
            SwapSpace& swap = bench.kernel.paging().swap();
            NaiveSlots naive;
            for (int i = *rc::gen::inRange(0, 80); i > 0; --i) {
                const auto slot = *rc::gen::inRange<std::uint64_t>(0, slotCount);
                const bool takes = *rc::gen::arbitrary<bool>();
                if (takes) {
                    const auto expected = naive.lowest();
                    RC_ASSERT(swap.take() == expected);
                    if (expected) {
                        naive.references[*expected] = 1;
                    }
                } else if (naive.references[slot] != 0) {
                    const bool adds = *rc::gen::arbitrary<bool>();
                    adds ? swap.addReference(slot) : swap.drop(slot);
                    naive.references[slot] += adds ? 1 : ~0ULL;
                }
                RC_ASSERT(swap.references(slot) == naive.references[slot]);
                RC_ASSERT(swap.free() ==
                          static_cast<std::uint64_t>(
                              std::count(naive.references.begin(), naive.references.end(), 0U)));
            }
        }));
    }

    void slotMap_liesBetweenGuards_inMemory() {
        KernelBench bench(withSlots());
        const KernelRoot root = *decodeRoot(MachineBytes(bench.memory));
        QCOMPARE(root.slotCount, slotCount);
        const auto slot = bench.kernel.paging().swap().take();
        QCOMPARE(bench.memory.load(root.slotMap + ByteCount(*slot * wordBytes)), 1ULL);
        const KernelPlan& plan = bench.kernel.plan();
        QVERIFY(plan.isGuard(kernel_space::slotMap - ByteCount(1)));
        QVERIFY(plan.isGuard(kernel_space::slotMap + kib(4)));
    }

    void check_ofAReferenceTooMany_names15() {
        KernelBench bench(withSlots());
        QVERIFY(!checkSlots(MachineBytes(bench.memory)));
        (void)bench.kernel.paging().swap().take(); // and no entry names it
        const auto found = checkSlots(MachineBytes(bench.memory));
        QVERIFY(found && found->find("slot 0: 1 references noted, 0 found") != std::string::npos);
    }
};

QTEST_APPLESS_MAIN(TestSwapSpace)

#include "tst_kernel_swap_space.moc"
