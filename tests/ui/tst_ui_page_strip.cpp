#include "fragscope/ui/map/page_strip.h"

#include <QTest>

using namespace fragscope;

namespace {

constexpr auto onDemand = static_cast<std::uint8_t>(PageState::OnDemand);
constexpr auto allocated =
    static_cast<std::uint8_t>(static_cast<unsigned>(PageState::Allocated) | StateTable::presentBit);

/// A table whose pages [from, to) are in use, allocate on demand.
std::shared_ptr<StateTable> tableAt(std::uint64_t first, std::size_t from, std::size_t to) {
    auto table = std::make_shared<StateTable>();
    table->first = PageNumber(first);
    for (std::size_t i = from; i < to; ++i) {
        table->states[i] = onDemand;
    }
    return table;
}

PageStates statesOf(std::vector<std::shared_ptr<const StateTable>> tables) {
    return std::make_shared<const PageStates::element_type>(std::move(tables));
}

Extent demand(std::uint64_t page, std::uint64_t pages) {
    return {.start = page * pageBytes, .length = pages * pageBytes, .kind = EntryKind::Demand};
}

} // namespace

class TestPageStrip : public QObject {
    Q_OBJECT

private slots:

    void wideCells_areOneForEachPage() {
        const PageStates states = statesOf({tableAt(512, 0, 20)});
        const std::vector<PageCell> cells = pageCells(states, demand(512, 20), 14, 400);
        QCOMPARE(cells.size(), std::size_t{20});
        QVERIFY((cells[3] == PageCell{PageNumber(515), 1, onDemand, 14 + 3 * 20.0, 20}));
    }

    void narrowCells_neighboursOfOneState_areTogether() {
        auto table = tableAt(0, 0, 100);
        table->states[40] = allocated;
        const std::vector<PageCell> cells = pageCells(statesOf({table}), demand(0, 100), 0, 400);
        QCOMPARE(cells.size(), std::size_t{3});
        QVERIFY(cells[1].first == PageNumber(40));
        QCOMPARE(cells[1].state, allocated);
        QCOMPARE(cells[1].left, 160.0);
        QCOMPARE(cells[2].pages, std::uint64_t{59});
    }

    void columns_ofManyPages_haveTheUsualState_andFillTheWidth() {
        // Four pages to a column of 3 pixels; pages without a table are not used.
        auto table = tableAt(0, 0, 512);
        std::fill_n(table->states.begin() + 8, 3, allocated);   // three of a column
        std::fill_n(table->states.begin() + 100, 1, allocated); // one of a column: not seen
        const std::vector<PageCell> cells = pageCells(statesOf({table}), demand(0, 1024), 0, 768);
        QCOMPARE(cells.size(), std::size_t{4});
        QVERIFY(cells[1].first == PageNumber(8));
        QCOMPARE(cells[1].pages, std::uint64_t{4});
        QCOMPARE(cells[1].state, allocated);
        QCOMPARE(cells[3].state, std::uint8_t{0});
        QVERIFY(cells[3].first == PageNumber(512));
        std::uint64_t pages = 0;
        for (const PageCell& cell : cells) {
            pages += cell.pages;
        }
        QCOMPARE(pages, std::uint64_t{1024});
        QVERIFY(qAbs(cells[3].left + cells[3].width - 768) < 0.001);
    }

    void column_partlyWithoutTable_countsThosePages() {
        // Five pages to a column: 510 to 514, of which two have a table.
        const PageStates states = statesOf({tableAt(0, 0, 512)});
        const std::vector<PageCell> cells = pageCells(states, demand(0, 1024), 0, 640);
        QCOMPARE(cells.size(), std::size_t{2});
        QVERIFY(cells[1].first == PageNumber(510));
    }

    void hugeExtent_ofDestroyedBooks_costsOnlyItsColumns() {
        const PageStates states = statesOf({tableAt(0, 0, 512)});
        QVERIFY(pageCells(states, {.start = 0, .length = 1ULL << 62}, 0, 700).size() <= 2);
    }

    void outside_pagesThatTheMapCovers_areLeftOut() {
        const PageStates states = statesOf({tableAt(0, 10, 20), tableAt(512, 5, 8)});
        QVERIFY(extentsOutside(states, {demand(0, 600)}).empty());
        const std::vector<Extent> rest = extentsOutside(states, {demand(12, 3)});
        QCOMPARE(rest.size(), std::size_t{3}); // before, behind, and the second table
        QCOMPARE(rest[0].start, 10 * pageBytes);
        QCOMPARE(rest[0].length, 2 * pageBytes);
        QCOMPARE(rest[1].start, 15 * pageBytes);
        QCOMPARE(rest[1].length, 5 * pageBytes);
        QCOMPARE(rest[2].start, 517 * pageBytes);
        QCOMPARE(rest[2].index, outsideMap);
    }

    void outside_smallGaps_doNotEndARun() {
        auto table = tableAt(0, 0, 4);
        table->states[20] = allocated; // 16 pages behind
        table->states[60] = allocated; // more
        const std::vector<Extent> rest = extentsOutside(statesOf({table}), {});
        QCOMPARE(rest.size(), std::size_t{2});
        QCOMPARE(rest[0].length, 21 * pageBytes);
        QCOMPARE(rest[1].start, 60 * pageBytes);
    }
};

QTEST_GUILESS_MAIN(TestPageStrip)
#include "tst_ui_page_strip.moc"
