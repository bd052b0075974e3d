#include "fragscope/base/rng.h"
#include "fragscope/kernel/layout.h"

#include <QTest>

#include <map>

using namespace fragscope;

namespace {

/// Words by address; what was never stored is zero.
class Words : public MemoryReader {
public:
    [[nodiscard]] std::uint64_t read(PhysAddr address, unsigned) const override {
        const auto found = words.find(address.value);
        return found == words.end() ? 0 : found->second;
    }

    void storeEntry(PhysAddr place, const MapEntry& entry) {
        words[place.value + map_field::start] = entry.start;
        words[place.value + map_field::place] = entry.place;
        words[place.value + map_field::length] = entry.length;
        words[place.value + map_field::rights] = encodeRights(entry);
    }

    std::map<std::uint64_t, std::uint64_t> words;
};

MapEntry block(std::uint64_t start, std::uint64_t place, std::uint64_t length = 0) {
    return {.start = start, .place = place, .length = length, .label = 'A'};
}

MapEntry noAccess(std::uint64_t start, std::uint64_t length = 0) {
    return {.start = start, .length = length, .kind = EntryKind::NoAccess, .writable = false};
}

MapEntry limit(std::uint64_t start) {
    return {.start = start, .kind = EntryKind::Limit};
}

bool same(const MapEntry& a, const MapEntry& b) {
    return a.start == b.start && a.place == b.place && a.length == b.length && a.kind == b.kind &&
           a.writable == b.writable && a.label == b.label;
}

} // namespace

class TestKernelLayout : public QObject {
    Q_OBJECT

private slots:

    void root_encoded_decodesTheSame() {
        Words words;
        const KernelRoot root{.magic = KernelRoot::magicValue,
                              .frameCount = 512,
                              .frameTable = PhysAddr(0x3000),
                              .processTable = PhysAddr(0x2000),
                              .processSlots = 64};
        encodeRoot(root, MapRepresentation::StartLength,
                   [&](PhysAddr place, std::uint64_t word) { words.words[place.value] = word; });
        const auto decoded = decodeRoot(words);
        QVERIFY(decoded.has_value());
        QCOMPARE(decoded->frameCount, root.frameCount);
        QCOMPARE(decoded->frameTable.value, root.frameTable.value);
        QCOMPARE(decoded->processTable.value, root.processTable.value);
        QCOMPARE(decoded->processSlots, root.processSlots);
        QCOMPARE(decodeRepresentation(words), MapRepresentation::StartLength);
        QCOMPARE(frameEntryPlace(*decoded, FrameNumber(3)).value, 0x3030U);
    }

    void root_magicMissing_isNothing() { QVERIFY(!decodeRoot(Words()).has_value()); }

    void root_wrongRepresentation_readsAsStartOnly() {
        Words words;
        words.words[KernelRoot::place.value + 40] = 99;
        QCOMPARE(decodeRepresentation(words), MapRepresentation::StartOnly);
    }

    void frame_drawnFields_decodeTheSame() {
        Rng rng(1);
        for (int i = 0; i < 1000; ++i) {
            const FrameInfo frame{.use = static_cast<FrameUse>(rng.below(5)),
                                  .owner = static_cast<std::uint16_t>(rng.next()),
                                  .references = static_cast<std::uint16_t>(rng.next()),
                                  .pins = static_cast<std::uint16_t>(rng.next())};
            const FrameInfo decoded = decodeFrame(encodeFrame(frame));
            QCOMPARE(decoded.use, frame.use);
            QCOMPARE(decoded.owner, frame.owner);
            QCOMPARE(decoded.references, frame.references);
            QCOMPARE(decoded.pins, frame.pins);
        }
    }

    void frame_useOutOfRange_readsAsHole() { QCOMPARE(decodeFrame(0xff).use, FrameUse::Hole); }

    void processes_slotsInUse_areListedAscending() {
        Words words;
        KernelRoot root;
        root.processTable = PhysAddr(0x2000);
        root.processSlots = 64;
        const std::uint64_t third = 0x2000 + 2 * processEntryBytes;
        words.words[0x2000 + process_field::state] =
            encodeProcessState(ProcessState::Running, true);
        words.words[third + process_field::state] = encodeProcessState(ProcessState::Killed, false);
        words.words[third + process_field::cr3] = 0x7000;
        words.words[third + process_field::map] = 0x6000;
        words.words[third + process_field::entryCount] = 4;
        const auto processes = decodeProcesses(words, root);
        QCOMPARE(processes.size(), 2U);
        QCOMPARE(processes[0].number, 1U);
        QVERIFY(processes[0].customHandler);
        QCOMPARE(processes[1].number, 3U);
        QCOMPARE(processes[1].state, ProcessState::Killed);
        QVERIFY(!processes[1].customHandler);
        QCOMPARE(processes[1].cr3, 0x7000U);
        QCOMPARE(processes[1].map.value, 0x6000U);
        QCOMPARE(processes[1].entryCount, 4U);
    }

    void mapEntry_drawnFields_decodeTheSame() {
        Rng rng(2);
        for (int i = 0; i < 1000; ++i) {
            Words words;
            const MapEntry entry{.start = rng.next(),
                                 .place = rng.next(),
                                 .length = rng.next(),
                                 .kind = static_cast<EntryKind>(rng.below(3)),
                                 .writable = rng.below(2) == 1,
                                 .label = static_cast<std::uint8_t>(rng.next())};
            words.storeEntry(PhysAddr(0x5000), entry);
            QVERIFY(same(decodeMapEntry(words, PhysAddr(0x5000)), entry));
        }
    }

    void map_countPastTheFrame_isCutOff() {
        ProcessInfo process;
        process.map = PhysAddr(0x5000);
        process.entryCount = 1000000;
        QCOMPARE(decodeMap(Words(), process).size(), pageBytes / mapEntryBytes);
    }

    void extents_startOnly_reachToTheNextStart() {
        const auto extents =
            extentsOf({block(0x1000, 0x10000), block(0x3000, 0x40000), limit(0x6000)},
                      MapRepresentation::StartOnly);
        QCOMPARE(extents.size(), 2U);
        QCOMPARE(extents[0].length, 0x2000U);
        QCOMPARE(extents[0].paddr, 0x11000U);
        QCOMPARE(extents[1].length, 0x3000U);
        QCOMPARE(extents[1].paddr, 0x43000U);
        QCOMPARE(extents[1].index, 1U);
    }

    void extents_startBase_leadToTheBase() {
        const auto extents =
            extentsOf({block(0x1000, 0x10000), limit(0x3000)}, MapRepresentation::StartBase);
        QCOMPARE(extents.size(), 1U);
        QCOMPARE(extents[0].paddr, 0x10000U);
    }

    void extents_startLength_leaveAHoleBehindAShortEntry() {
        const auto extents =
            extentsOf({block(0x1000, 0, 0x1000), block(0x3000, 0, 0x9000), limit(0x6000)},
                      MapRepresentation::StartLength);
        QCOMPARE(extents[0].length, 0x1000U); // the hole is [0x2000, 0x3000)
        QCOMPARE(extents[1].length, 0x3000U); // never past the next start
    }

    void extents_equalStarts_theLaterEntryWins() {
        const auto high =
            extentsOf({block(0, 0), noAccess(0x2000), block(0x2000, 0x8000), limit(0x4000)},
                      MapRepresentation::StartOnly);
        QCOMPARE(high.size(), 2U);
        QCOMPARE(high[1].kind, EntryKind::Block);
        QCOMPARE(high[1].index, 2U);
    }

    void extents_entryE_isAnExtentWithoutAccess() {
        const auto extents =
            extentsOf({block(0, 0), noAccess(0x2000), block(0x3000, 0x8000), limit(0x4000)},
                      MapRepresentation::StartOnly);
        QCOMPARE(extents.size(), 3U);
        QCOMPARE(extents[1].kind, EntryKind::NoAccess);
        QCOMPARE(extents[1].length, 0x1000U);
    }

    void extents_startsOutOfOrder_coverNothingTwice() {
        const auto extents = extentsOf({block(0x5000, 0), block(0x1000, 0), limit(0x6000)},
                                       MapRepresentation::StartOnly);
        QCOMPARE(extents.size(), 1U);
        QCOMPARE(extents[0].start, 0x1000U);
    }
};

QTEST_GUILESS_MAIN(TestKernelLayout)
#include "tst_kernel_layout.moc"
