#include <QTest>

#include "hardware/support/paged_machine.h"
#include <cstdlib>
#include <rapidcheck.h>
#include <set>

using namespace fragscope;
using namespace fragscope::test;

namespace {

constexpr unsigned pages = 12;
constexpr unsigned frames = 6;
constexpr unsigned pcids = 3;

VirtAddr pageAt(unsigned n) {
    return VirtAddr(0x7f0000400000 + n * 37 * pageBytes);
}

PhysAddr frameAt(unsigned n) {
    return PhysAddr(0x2000000 + n * pageBytes);
}

/// What one address may translate to: the table now, or any contents of the leaf since the last
/// invalidation that covered it (SDM vol. 3A, 4.10.2.2 and 4.10.4). Nothing = not present.
struct Possible {
    std::set<std::optional<std::uint64_t>> sinceInvalidation;
};

/// Random page-table edits, accesses and invalidations on a machine, beside a model that knows
/// which answers the architecture allows, and that a page whose every allowed answer agrees must
/// give it.
class CoherenceModel {
public:
    CoherenceModel(const TlbConfig& tlb, bool usePcids)
        : machine_(configWith(tlb)), usePcids_(usePcids) {
        if (usePcids) {
            machine_.mmu.writeCr4(machine_.cpu, 0x20 | 1U << 17);
        }
        for (unsigned n = 0; n < pages; ++n) {
            leaves_[n] = machine_.map(pageAt(n), frameAt(0), 0);
        }
        for (auto& ofPcid : possible_) {
            for (Possible& page : ofPcid) {
                page.sinceInvalidation = {std::nullopt};
            }
        }
    }

    void step(unsigned op, unsigned page, unsigned value) {
        switch (op) {
        case 0:
        case 1:
            poke(page, value);
            break;
        case 2:
            machine_.mmu.invalidatePage(machine_.cpu, pageAt(page));
            forget(pcid_, page);
            break;
        case 3:
            switchTo(value, value % 2 == 0);
            break;
        default:
            access(page, static_cast<AccessKind>(value % 4));
        }
        RC_ASSERT(machine_.cpu.tlb().check() == 0U);
    }

private:
    static CpuConfig configWith(const TlbConfig& tlb) {
        CpuConfig config;
        config.tlb = tlb;
        return config;
    }

    void poke(unsigned page, unsigned value) {
        const bool present = value % (frames + 1) != frames;
        const std::uint64_t target = frameAt(value % (frames + 1)).value;
        machine_.memory.store(leaves_[page], present ? target | PagedMachine::pageFlags : target);
        current_[page] = present ? std::optional(target) : std::nullopt;
        for (auto& ofPcid : possible_) {
            ofPcid[page].sinceInvalidation.insert(current_[page]);
        }
    }

    void forget(unsigned pcid, unsigned page) {
        possible_[pcid][page].sinceInvalidation = {current_[page]};
    }

    void switchTo(unsigned value, bool keep) {
        pcid_ = usePcids_ ? value % pcids : 0;
        const std::uint64_t keepBit = usePcids_ && keep ? 1ULL << 63 : 0;
        machine_.mmu.writeCr3(machine_.cpu, machine_.root.value | pcid_ | keepBit);
        if (keepBit == 0) {
            for (unsigned page = 0; page < pages; ++page) {
                forget(pcid_, page);
            }
        }
    }

    void access(unsigned page, AccessKind kind) {
        const auto result = machine_.mmu.translate(machine_.cpu, pageAt(page), kind);
        const std::optional<std::uint64_t> got =
            result.ok() ? std::optional(result->paddr.value) : std::nullopt;
        RC_ASSERT(possible_[pcid_][page].sinceInvalidation.contains(got));
        if (!got) { // not present is never remembered, so it is what the table says
            RC_ASSERT(!current_[page]);
            forget(pcid_, page);
        }
    }

    PagedMachine machine_;
    bool usePcids_;
    unsigned pcid_ = 0;
    std::array<PhysAddr, pages> leaves_;
    std::array<std::optional<std::uint64_t>, pages> current_{};
    std::array<std::array<Possible, pages>, pcids> possible_;
};

struct Operation {
    unsigned op;
    unsigned page;
    unsigned value;
};

void runSequence(const TlbConfig& tlb, bool usePcids) {
    const auto seeds =
        *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::arbitrary<std::uint32_t>());
    CoherenceModel model(tlb, usePcids);
    for (const std::uint32_t seed : seeds) {
        model.step(seed % 8, seed / 8 % pages, seed / 1024);
    }
}

TlbConfig smallTlb() {
    TlbConfig tlb;
    tlb.first = {2, 2, Replacement::Lru};
    return tlb;
}

TlbConfig bigTlb() {
    TlbConfig tlb = smallTlb();
    tlb.instruction = {2, 2, Replacement::TreePlru};
    tlb.second = {4, 4, Replacement::Random};
    tlb.pml4Entries = 1;
    tlb.pdptEntries = 2;
    tlb.pdEntries = 2;
    return tlb;
}

} // namespace

class TlbPropertiesTest : public QObject {
    Q_OBJECT

private slots:
    void anySequence_givesOnlyAnswersSinceTheLastInvalidation_data();
    void anySequence_givesOnlyAnswersSinceTheLastInvalidation();
};

void TlbPropertiesTest::anySequence_givesOnlyAnswersSinceTheLastInvalidation_data() {
    QTest::addColumn<bool>("big");
    QTest::addColumn<bool>("pcids");
    QTest::newRow("one small TLB") << false << false;
    QTest::newRow("one small TLB, PCIDs") << false << true;
    QTest::newRow("two levels and structure caches") << true << false;
    QTest::newRow("two levels and structure caches, PCIDs") << true << true;
}

void TlbPropertiesTest::anySequence_givesOnlyAnswersSinceTheLastInvalidation() {
    QFETCH(bool, big);
    QFETCH(bool, pcids);
    rc::detail::TestParams params = rc::detail::configuration().testParams;
    if (std::getenv("RC_PARAMS") == nullptr) {
        params.seed = 1; // the same sequences in every run, unless asked otherwise
    }
    params.maxSuccess = 300;
    params.maxSize = 300;
    const auto result =
        rc::detail::checkTestable([&] { runSequence(big ? bigTlb() : smallTlb(), pcids); },
                                  rc::detail::TestMetadata(), params);
    std::ostringstream text;
    rc::detail::printResultMessage(result, text);
    QVERIFY2(result.template is<rc::detail::SuccessResult>(), text.str().c_str());
}

QTEST_GUILESS_MAIN(TlbPropertiesTest)
#include "tst_hardware_tlb_properties.moc"
