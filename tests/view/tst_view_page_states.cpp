#include "fragscope/base/rng.h"
#include "fragscope/hardware/paging/pte.h"
#include "fragscope/view/page_states.h"

#include <QTest>

using namespace fragscope;

namespace {

constexpr std::uint64_t cr3 = 4 * pageBytes;

/// Tables of two leaves: frames 7 and 8 describe pages 0 to 511 and 1024 to 1535.
struct Tables {
    PageMap memory{PageCount(64)};

    Tables() {
        link(4, 0, 5);
        link(5, 0, 6);
        link(6, 0, 7);
        link(6, 2, 8);
        put(7, 0, *encodeEntry({PageState::Guard, false, 0}));
    }

    void put(std::uint64_t frame, std::uint64_t index, std::uint64_t word) {
        memory.store(PhysAddr(frame * pageBytes + index * wordBytes), word);
    }

    void link(std::uint64_t from, std::uint64_t index, std::uint64_t to) {
        put(from, index, composePte(FrameNumber(to), pte::present).bits);
    }
};

} // namespace

class TestPageStates : public QObject {
    Q_OBJECT

private slots:

    void update_eachStateOfTheCodec_isReadBack() {
        Tables tables;
        const std::vector<PageEntry> entries{
            {PageState::NotUsed, false, 0},     {PageState::OnDemand, false, 0},
            {PageState::Guard, false, 0},       {PageState::SwappedOut, false, 77},
            {PageState::FileBacked, false, 3},  {PageState::Shared, false, 9},
            {PageState::Allocated, true, 33},   {PageState::FileBacked, true, 34},
            {PageState::CopyOnWrite, true, 35}, {PageState::Shared, true, 36}};
        for (std::size_t i = 0; i < entries.size(); ++i) {
            tables.put(8, i, *encodeEntry(entries[i]));
        }
        PageStateReader reader;
        const PageStates states = reader.update(tables.memory, cr3);
        QCOMPARE(states->size(), std::size_t{2});
        const StateTable& table = *states->at(1);
        QVERIFY(table.first == PageNumber(1024));
        for (std::size_t i = 0; i < entries.size(); ++i) {
            QCOMPARE(table.stateOf(i), entries[i].state);
            QCOMPARE(table.present(i), entries[i].present);
            QVERIFY(pageEntryIn(states, PageNumber(1024 + i)) == entries[i]);
        }
        QVERIFY(pageEntryIn(states, PageNumber(600)) == PageEntry{}); // no table describes it
        QVERIFY(pageEntryIn(states, PageNumber(1ULL << 40)) == PageEntry{});
    }

    void update_nothingChanged_sameObject_oneTableChanged_theOtherIsKept() {
        Tables tables;
        tables.put(8, 1, *encodeEntry({PageState::OnDemand, false, 0}));
        PageStateReader reader;
        const PageStates first = reader.update(tables.memory, cr3);
        QVERIFY(reader.update(tables.memory, cr3) == first);
        tables.put(8, 1, tables.memory.load(PhysAddr(8 * pageBytes + wordBytes)));
        QVERIFY(reader.update(tables.memory, cr3) == first); // other bytes, the same to say
        const PageMap before = tables.memory;
        tables.put(8, 1, *encodeEntry({PageState::Allocated, true, 40}));
        const PageStates second = reader.update(tables.memory, cr3);
        QVERIFY(second->at(0) == first->at(0));
        QVERIFY(second->at(1) != first->at(1));
        QCOMPARE(second->at(1)->stateOf(1), PageState::Allocated);
        QCOMPARE(first->at(1)->stateOf(1), PageState::OnDemand); // a published one stays
        QCOMPARE(reader.update(before, cr3)->at(1)->stateOf(1), PageState::OnDemand); // back
    }

    void update_kernelHalfLargeEntriesAndNoTables_areLeftOut() {
        Tables tables;
        tables.put(8, 0, *encodeEntry({PageState::Guard, false, 0}));
        tables.link(4, 256, 5);
        tables.put(6, 1, composePte(FrameNumber(8), pte::present | pte::large).bits);
        PageStateReader reader;
        QCOMPARE(reader.update(tables.memory, cr3)->size(), std::size_t{2});
        QVERIFY(reader.update(tables.memory, 0)->empty());
    }

    void update_destroyedTables_ends() {
        Tables tables;
        for (std::uint64_t index = 0; index < 512; ++index) {
            tables.link(5, index, 5); // in circles
        }
        PageStateReader reader;
        QVERIFY(reader.update(tables.memory, cr3)->size() <= 64);
        Rng rng(1);
        for (int round = 0; round < 200; ++round) {
            tables.put(4 + rng.below(3), rng.below(512), rng.next());
            QVERIFY(reader.update(tables.memory, cr3)->size() <= 64);
        }
    }
};

QTEST_GUILESS_MAIN(TestPageStates)
#include "tst_view_page_states.moc"
