#include "fragscope/base/rng.h"
#include "fragscope/kernel/paging/page_state.h"

#include <QTest>

#include <rapidcheck.h>

using namespace fragscope;

namespace {

constexpr PageState states[] = {
    PageState::NotUsed,    PageState::OnDemand,    PageState::Allocated, PageState::SwappedOut,
    PageState::FileBacked, PageState::CopyOnWrite, PageState::Shared,    PageState::Guard};

/// How many of the rules of the documented table (all states) an entry fulfils, and which.
std::vector<PageState> statesByTheTable(std::uint64_t v) {
    std::vector<PageState> found;
    const auto rule = [&](bool holds, PageState state) {
        if (holds) {
            found.push_back(state);
        }
    };
    const bool p = v % 2 == 1;
    const std::uint64_t os = v / 512 % 4;
    rule(p && os == 0, PageState::Allocated);
    rule(p && os == 1, PageState::FileBacked);
    rule(p && os == 2, PageState::CopyOnWrite);
    rule(p && os == 3, PageState::Shared);
    const std::uint64_t low = v % 8;
    rule(low == 2 || low == 6, PageState::SwappedOut);
    rule(low == 4, PageState::FileBacked);
    rule(low == 0 && v / 8 % 4 == 0, PageState::NotUsed);
    rule(low == 0 && v / 8 % 4 == 1, PageState::OnDemand);
    rule(low == 0 && v / 8 % 4 == 2, PageState::Guard);
    rule(low == 0 && v / 8 % 4 == 3, PageState::Shared);
    return found;
}

/// 64-bit values whose low bits take every pattern often.
std::uint64_t someValue() {
    return *rc::gen::arbitrary<std::uint64_t>() << *rc::gen::inRange(0, 12) |
           static_cast<std::uint64_t>(*rc::gen::inRange(0, 4096));
}

} // namespace

class TestPageState : public QObject {
    Q_OBJECT

private slots:

    void everyValue_hasExactlyOneState() {
        QVERIFY(rc::check([] {
            const std::uint64_t value = someValue();
            const auto byTable = statesByTheTable(value);
            RC_ASSERT(byTable.size() == 1U);
            RC_ASSERT(decodeEntry(value).state == byTable.front());
            RC_ASSERT(decodeEntry(value).present == (value % 2 == 1));
        }));
    }

    void decodedValue_encodedAgain_saysTheSame() {
        QVERIFY(rc::check([] {
            const std::uint64_t value = someValue();
            for (const EntryFormat& format : entry_format::all) {
                const PageEntry entry = decodeEntry(value, format);
                const auto again = encodeEntry(entry, format);
                RC_ASSERT(again.has_value());
                RC_ASSERT(format.width == 64 || *again >> 32 == 0U);
                RC_ASSERT(decodeEntry(*again, format) == entry);
            }
        }));
    }

    void numbers_upToTheLastBit_fitAndOneMoreDoesNot() {
        for (const EntryFormat& format : entry_format::all) {
            const unsigned bits = format.width - format.slotShift;
            const std::uint64_t last = (1ULL << bits) - 1;
            const PageEntry slot{PageState::SwappedOut, false, last};
            const auto value = encodeEntry(slot, format);
            QVERIFY(value.has_value());
            QCOMPARE(decodeEntry(*value, format), slot);
            QVERIFY(!encodeEntry({PageState::SwappedOut, false, last + 1}, format));
            QVERIFY(!encodeEntry({PageState::Allocated, true, 1ULL << format.frameBits}, format));
        }
    }

    void swapSpace_ofEachFormat_isThatOfTheLesson() {
        // L11: 8 TiB with 31 bits, 4 TiB with 30; 32 ZiB with 63 bits, 16 ZiB with 62.
        QCOMPARE(entry_format::swapOnly32.swapBytesLog2(), 43U);
        QCOMPARE(entry_format::states32.swapBytesLog2(), 42U);
        QCOMPARE(entry_format::swapOnly64.swapBytesLog2(), 75U);
        QCOMPARE(entry_format::states64.swapBytesLog2(), 74U);
        QCOMPARE(entry_format::states32.whenPresent, 3U);
        QCOMPARE(entry_format::states32.whenAbsent, 31U);
        QCOMPARE(entry_format::states64.whenPresent, 10U);
        QCOMPARE(entry_format::states64.whenAbsent, 63U);
    }

    void swapOnlyFormat_hasNoRoomForOtherAbsentStates() {
        for (const PageState state : states) {
            const bool fits = encodeEntry({state, false, 0}, entry_format::swapOnly32).has_value();
            QCOMPARE(fits, state == PageState::SwappedOut);
        }
    }

    void forms_thatAStateDoesNotHave_areRefused() {
        for (const PageState state :
             {PageState::NotUsed, PageState::OnDemand, PageState::Guard, PageState::SwappedOut}) {
            QVERIFY(!encodeEntry({state, true, 1}));
        }
        for (const PageState state : {PageState::Allocated, PageState::CopyOnWrite}) {
            QVERIFY(!encodeEntry({state, false, 0}));
        }
        QVERIFY(!encodeEntry({PageState::OnDemand, false, 1}));
    }

    void transitions_areThoseOfTheTable() {
        // Rows: before; columns in the order of the enumeration: . d A s f c h g
        constexpr std::string_view legal[] = {
            "-d-sfchg", // not used: reserved, mapped, attached, or inherited by a fork
            ".-A--c-g", // allocate on demand; c: the zero page
            ".d-s-c--", // allocated
            ".dA-----", // swapped out
            ".---f---", // file-backed
            ".dAs-c--", // copy-on-write
            ".-----h-", // shared
            ".d------", // guard
        };
        for (std::size_t from = 0; from < pageStateCount; ++from) {
            for (std::size_t to = 0; to < pageStateCount; ++to) {
                QVERIFY2(mayBecome(states[from], states[to]) == (legal[from][to] != '-'),
                         qPrintable(QString("%1 to %2").arg(from).arg(to)));
            }
        }
    }

    void bitRuler_coversEveryBitOnce() {
        QVERIFY(rc::check([] {
            const std::uint64_t value = someValue();
            for (const EntryFormat& format : entry_format::all) {
                const std::uint64_t own =
                    format.width == 64 ? value : value & ((1ULL << format.width) - 1);
                unsigned next = 0;
                std::uint64_t joined = 0;
                for (const EntryField& field : bitRuler(own, format)) {
                    RC_ASSERT(field.low == next);
                    joined |= field.value << field.low;
                    next += field.bits;
                }
                RC_ASSERT(next == format.width);
                RC_ASSERT(joined == own);
            }
        }));
    }
};

QTEST_APPLESS_MAIN(TestPageState)

#include "tst_kernel_page_state.moc"
