#include "fragscope/base/rng.h"
#include "fragscope/kernel/layout.h"

#include <QTest>

#include <map>

using namespace fragscope;

namespace {

/// Words by address; what was never put reads zero.
class Words : public MemoryReader {
public:
    [[nodiscard]] std::uint64_t read(PhysAddr address, unsigned) const override {
        const auto found = words_.find(address.value);
        return found == words_.end() ? 0 : found->second;
    }

    void put(PhysAddr address, std::uint64_t word) { words_[address.value] = word; }

private:
    std::map<std::uint64_t, std::uint64_t> words_;
};

constexpr KernelRoot sampleRoot{.magic = KernelRoot::magicValue,
                                .frameCount = 2048,
                                .frameTable = PhysAddr(0x3000),
                                .processTable = PhysAddr(0x2000),
                                .processSlots = 64,
                                .ownerPool = PhysAddr(0x13000),
                                .ownerNodes = 512,
                                .kernelHeap = PhysAddr(0x15000),
                                .heapBytes = 0x4000,
                                .reservedFrames = 32,
                                .zoneEnd = 128,
                                .kernelTables = PhysAddr(0x19000),
                                .booksInList = true,
                                .kernelPagesCounted = false};

void putRoot(Words& memory, const KernelRoot& root, MapRepresentation representation) {
    encodeRoot(root, representation,
               [&](PhysAddr place, std::uint64_t word) { memory.put(place, word); });
}

void putEntry(Words& memory, PhysAddr place, const MapEntry& entry) {
    memory.put(place + ByteCount(map_field::start), entry.start);
    memory.put(place + ByteCount(map_field::place), entry.place);
    memory.put(place + ByteCount(map_field::length), entry.length);
    memory.put(place + ByteCount(map_field::rights), encodeRights(entry));
}

MapEntry
block(std::uint64_t start, std::uint64_t place, char label = 'O', std::uint64_t length = 0) {
    return {.start = start,
            .place = place,
            .length = length,
            .kind = EntryKind::Block,
            .writable = true,
            .label = static_cast<std::uint8_t>(label)};
}

MapEntry gap(std::uint64_t start, std::uint64_t length = 0) {
    return {.start = start, .length = length, .kind = EntryKind::NoAccess, .label = 'E'};
}

MapEntry limit(std::uint64_t start) {
    return {.start = start, .kind = EntryKind::Limit};
}

/// "O 0x1000+0x1000->0x5000 | E ..." of all extents.
std::string shown(const std::vector<Extent>& extents) {
    std::string text;
    for (const Extent& extent : extents) {
        const std::string to =
            extent.kind == EntryKind::Block
                ? QString::asprintf("->%llx", static_cast<unsigned long long>(extent.paddr))
                      .toStdString()
                : "";
        text += QString::asprintf("%c %llx+%llx", extent.label,
                                  static_cast<unsigned long long>(extent.start),
                                  static_cast<unsigned long long>(extent.length))
                    .toStdString() +
                to + " ";
    }
    return text;
}

std::string shown(const std::vector<MapEntry>& entries, MapRepresentation representation) {
    return shown(extentsOf(entries, representation));
}

} // namespace

class TestLayout : public QObject {
    Q_OBJECT

private slots:
    void root_encoded_decodesToTheSame();
    void root_withoutMagic_isNothing();
    void representation_outOfRange_isStartOnly();
    void frame_allFields_surviveEncoding();
    void frame_unknownUse_isHole();
    void frameEntries_neighbours_lieThirtyTwoBytesApart();
    void processes_unusedSlots_areLeftOut();
    void processes_absurdSlotCount_endsSoon();
    void mapEntry_allFields_surviveEncoding();
    void map_countPastTheFrame_isClamped();
    void extents_seedSteps_coverAsTheTableSays_data();
    void extents_seedSteps_coverAsTheTableSays();
    void extents_baseRepresentation_addsDistanceFromStart();
    void extents_lengthRepresentation_leavesHolesAndNeverOverlaps();
    void extents_limitOnlyOrEmptyList_coverNothing();
    void extents_randomLists_followTheLookUpRule();
};

void TestLayout::root_encoded_decodesToTheSame() {
    for (const auto representation : {MapRepresentation::StartOnly, MapRepresentation::StartBase,
                                      MapRepresentation::StartLength}) {
        Words memory;
        putRoot(memory, sampleRoot, representation);
        const auto root = decodeRoot(memory);
        QVERIFY(root.has_value());
        QCOMPARE(root->frameCount, sampleRoot.frameCount);
        QVERIFY(root->frameTable == sampleRoot.frameTable);
        QVERIFY(root->processTable == sampleRoot.processTable);
        QCOMPARE(root->processSlots, sampleRoot.processSlots);
        QVERIFY(root->ownerPool == sampleRoot.ownerPool);
        QCOMPARE(root->ownerNodes, sampleRoot.ownerNodes);
        QVERIFY(root->kernelHeap == sampleRoot.kernelHeap);
        QCOMPARE(root->heapBytes, sampleRoot.heapBytes);
        QCOMPARE(root->reservedFrames, sampleRoot.reservedFrames);
        QCOMPARE(root->zoneEnd, sampleRoot.zoneEnd);
        QVERIFY(root->kernelTables == sampleRoot.kernelTables);
        QCOMPARE(root->booksInList, sampleRoot.booksInList);
        QCOMPARE(root->kernelPagesCounted, sampleRoot.kernelPagesCounted);
        QCOMPARE(decodeRepresentation(memory), representation);
    }
}

void TestLayout::root_withoutMagic_isNothing() {
    Words memory;
    QVERIFY(!decodeRoot(memory));
    putRoot(memory, sampleRoot, MapRepresentation::StartOnly);
    memory.put(KernelRoot::place, KernelRoot::magicValue ^ 1); // a stray write
    QVERIFY(!decodeRoot(memory));
}

void TestLayout::representation_outOfRange_isStartOnly() {
    Words memory;
    memory.put(KernelRoot::place + ByteCount(40), 7);
    QCOMPARE(decodeRepresentation(memory), MapRepresentation::StartOnly);
}

void TestLayout::frame_allFields_surviveEncoding() {
    Rng rng(1);
    for (int i = 0; i < 1000; ++i) {
        const FrameInfo frame{.use = static_cast<FrameUse>(rng.below(5)),
                              .owner = static_cast<std::uint16_t>(rng.next()),
                              .references = static_cast<std::uint16_t>(rng.next()),
                              .pins = static_cast<std::uint16_t>(rng.next()),
                              .age = static_cast<std::uint8_t>(rng.next())};
        const FrameInfo read = decodeFrame(encodeFrame(frame));
        QCOMPARE(read.use, frame.use);
        QCOMPARE(read.owner, frame.owner);
        QCOMPARE(read.references, frame.references);
        QCOMPARE(read.pins, frame.pins);
        QCOMPARE(read.age, frame.age);
    }
    QCOMPARE(encodeFrame({.use = FrameUse::Data, .owner = 2, .references = 1, .pins = 5}),
             std::uint64_t{0x0005'0001'0002'0003});
    QCOMPARE(encodeFrame({}), std::uint64_t{0}); // memory never written says: free
}

void TestLayout::frame_unknownUse_isHole() {
    QCOMPARE(decodeFrame(0xff).use, FrameUse::Hole);
}

void TestLayout::frameEntries_neighbours_lieThirtyTwoBytesApart() {
    QVERIFY(frameEntryPlace(sampleRoot, FrameNumber(0)) == PhysAddr(0x3000));
    QVERIFY(frameEntryPlace(sampleRoot, FrameNumber(300)) == PhysAddr(0x3000 + 9600));
}

void TestLayout::processes_unusedSlots_areLeftOut() {
    Words memory;
    const auto put = [&](std::uint64_t slot, std::uint64_t field, std::uint64_t word) {
        memory.put(sampleRoot.processTable + ByteCount(slot * processEntryBytes + field), word);
    };
    put(0, process_field::state, encodeProcessState(ProcessState::Running, true));
    put(0, process_field::cr3, 0x8000);
    put(0, process_field::map, 0x9000);
    put(0, process_field::entryCount, 4);
    put(5, process_field::state, encodeProcessState(ProcessState::Killed, false));
    const auto processes = decodeProcesses(memory, sampleRoot);
    QCOMPARE(processes.size(), std::size_t{2});
    QCOMPARE(processes[0].number, std::uint32_t{1});
    QCOMPARE(processes[0].state, ProcessState::Running);
    QVERIFY(processes[0].customHandler);
    QCOMPARE(processes[0].cr3, std::uint64_t{0x8000});
    QVERIFY(processes[0].map == PhysAddr(0x9000));
    QCOMPARE(processes[0].entryCount, std::uint64_t{4});
    QCOMPARE(processes[1].number, std::uint32_t{6});
    QCOMPARE(processes[1].state, ProcessState::Killed);
    QVERIFY(!processes[1].customHandler);
}

void TestLayout::processes_absurdSlotCount_endsSoon() {
    KernelRoot root = sampleRoot;
    root.processSlots = ~0ULL;
    QVERIFY(decodeProcesses(Words(), root).empty());
}

void TestLayout::mapEntry_allFields_surviveEncoding() {
    Rng rng(2);
    for (int i = 0; i < 1000; ++i) {
        const MapEntry entry{.start = rng.next(),
                             .place = rng.next(),
                             .length = rng.next(),
                             .kind = static_cast<EntryKind>(rng.below(3)),
                             .writable = rng.below(2) == 0,
                             .label = static_cast<std::uint8_t>(rng.next())};
        Words memory;
        putEntry(memory, PhysAddr(0x9020), entry);
        const MapEntry read = decodeMapEntry(memory, PhysAddr(0x9020));
        QCOMPARE(read.start, entry.start);
        QCOMPARE(read.place, entry.place);
        QCOMPARE(read.length, entry.length);
        QCOMPARE(read.kind, entry.kind);
        QCOMPARE(read.writable, entry.writable);
        QCOMPARE(read.label, entry.label);
    }
}

void TestLayout::map_countPastTheFrame_isClamped() {
    const ProcessInfo process{.number = 1, .map = PhysAddr(0x9000), .entryCount = ~0ULL};
    QCOMPARE(decodeMap(Words(), process).size(), std::size_t{pageBytes / mapEntryBytes});
}

void TestLayout::extents_seedSteps_coverAsTheTableSays_data() {
    QTest::addColumn<quint64>("startOfE");
    QTest::addColumn<quint64>("startOfA");
    QTest::addColumn<QString>("covered");
    // A is [0x2000, 0x6000), transfer blocks of 0x1000: the rows of the table in DEFRAG 1.1.
    QTest::newRow("E added, empty")
        << quint64{0x2000} << quint64{0x2000} << "O 1000+1000->11000 A 2000+4000->32000 ";
    QTest::newRow("A.start += t") << quint64{0x2000} << quint64{0x3000}
                                  << "O 1000+1000->11000 E 2000+1000 A 3000+3000->33000 ";
    QTest::newRow("E.start += t") << quint64{0x3000} << quint64{0x3000}
                                  << "O 1000+2000->11000 A 3000+3000->33000 ";
    QTest::newRow("last block in E")
        << quint64{0x5000} << quint64{0x6000} << "O 1000+4000->11000 E 5000+1000 ";
    QTest::newRow("end, E and A empty")
        << quint64{0x6000} << quint64{0x6000} << "O 1000+5000->11000 ";
}

void TestLayout::extents_seedSteps_coverAsTheTableSays() {
    QFETCH(quint64, startOfE);
    QFETCH(quint64, startOfA);
    QFETCH(QString, covered);
    const std::vector<MapEntry> entries{block(0x1000, 0x10000), gap(startOfE),
                                        block(startOfA, 0x30000, 'A'), limit(0x6000)};
    QCOMPARE(QString::fromStdString(shown(entries, MapRepresentation::StartOnly)), covered);
}

void TestLayout::extents_baseRepresentation_addsDistanceFromStart() {
    const std::vector<MapEntry> entries{block(0x1000, 0x50000), limit(0x3000)};
    QCOMPARE(shown(entries, MapRepresentation::StartBase), std::string("O 1000+2000->50000 "));
    // The torn update of the seed's discussion: start moved, base not yet. All of A is off by t.
    const std::vector<MapEntry> torn{block(0x2000, 0x50000), limit(0x3000)};
    QCOMPARE(shown(torn, MapRepresentation::StartBase), std::string("O 2000+1000->50000 "));
}

void TestLayout::extents_lengthRepresentation_leavesHolesAndNeverOverlaps() {
    const std::vector<MapEntry> entries{block(0x1000, 0x10000, 'O', 0x1000),
                                        block(0x3000, 0x30000, 'A', 0x9000), limit(0x6000)};
    QCOMPARE(shown(entries, MapRepresentation::StartLength),
             std::string("O 1000+1000->11000 A 3000+3000->33000 "));
}

void TestLayout::extents_limitOnlyOrEmptyList_coverNothing() {
    QVERIFY(extentsOf({}, MapRepresentation::StartOnly).empty());
    QVERIFY(extentsOf({limit(0x1000)}, MapRepresentation::StartOnly).empty());
}

/// The look-up rule of DEFRAG 1.1: the last entry with start <= v decides.
void TestLayout::extents_randomLists_followTheLookUpRule() {
    Rng rng(3);
    for (int round = 0; round < 300; ++round) {
        std::vector<MapEntry> entries;
        std::uint64_t start = rng.below(3);
        for (std::uint64_t n = rng.below(8); n > 0; --n) {
            entries.push_back(rng.below(3) == 0 ? gap(start) : block(start, rng.below(100)));
            start += rng.below(4); // equal starts are frequent
        }
        entries.push_back(limit(start));
        const auto extents = extentsOf(entries, MapRepresentation::StartOnly);
        for (std::uint64_t v = 0; v < start + 3; ++v) {
            std::size_t decides = entries.size();
            for (std::size_t i = 0; i < entries.size(); ++i) {
                decides = entries[i].start <= v ? i : decides;
            }
            std::size_t covers = entries.size();
            for (const Extent& extent : extents) {
                if (v >= extent.start && v < extent.start + extent.length) {
                    QCOMPARE(covers, entries.size()); // at most one extent
                    covers = extent.index;
                    QCOMPARE(extent.kind, entries[covers].kind);
                    const bool leads =
                        extent.kind != EntryKind::Block ||
                        extent.paddr + (v - extent.start) == v + entries[covers].place;
                    QVERIFY(leads);
                }
            }
            const bool covered =
                decides < entries.size() && entries[decides].kind != EntryKind::Limit;
            QCOMPARE(covers, covered ? decides : entries.size());
        }
    }
}

QTEST_GUILESS_MAIN(TestLayout)
#include "tst_kernel_layout.moc"
