#include "fragscope/kernel/paging/entry_layout.h"

#include <QTest>

#include <rapidcheck.h>

using namespace fragscope;

namespace {

/// Any page that the kernel can write: the states, with a number where they have one.
PageEntry anyPage() {
    const auto value = *rc::gen::arbitrary<std::uint64_t>();
    return decodeEntry(value);
}

} // namespace

class TestEntryLayout : public QObject {
    Q_OBJECT

private slots:

    void page_anyLayout_comesBackAsItWas() {
        QVERIFY(rc::check([] {
            const EntryLayout layout{*rc::gen::inRange(0U, 11U), *rc::gen::arbitrary<bool>()};
            const PageEntry page = anyPage();
            const auto entry = encodePage(page, layout);
            RC_ASSERT(entry.has_value());
            const SideWord side{.state =
                                    isSpilled(*entry, layout) ? page.state : PageState::NotUsed,
                                .backing = {}};
            RC_ASSERT(decodePage(*entry, side, layout) == page);
        }));
    }

    void presentStates_spill_byTheBitsLeft() {
        const auto spilled = [](PageState state, unsigned bits) {
            const EntryLayout layout{bits, true};
            return isSpilled(*encodePage({state, true, 7}, layout), layout);
        };
        for (const PageState state : {PageState::Allocated, PageState::FileBacked,
                                      PageState::CopyOnWrite, PageState::Shared}) {
            QVERIFY(spilled(state, 0));
            QCOMPARE(spilled(state, 1), state != PageState::Allocated);
            QVERIFY(!spilled(state, 2) && !spilled(state, 10));
        }
    }

    void absentStates_withoutRoom_leaveAllBitsToTheNumber() {
        const EntryLayout layout{10, false};
        QCOMPARE(*encodePage({PageState::SwappedOut, false, 5}, layout), 10ULL);
        QCOMPARE(*encodePage({PageState::OnDemand, false, 0}, layout), 0ULL);
        QVERIFY(isSpilled(0, layout));
    }

    void sideWord_readAndWritten_isTheSame() {
        for (const BackingKind kind :
             {BackingKind::None, BackingKind::Slot, BackingKind::FilePage}) {
            const SideWord word{PageState::CopyOnWrite, {kind, 0x123456}};
            QVERIFY(decodeSide(encodeSide(word)) == word);
        }
        QCOMPARE(encodeSide({}), 0ULL);
    }

    void sideWord_anyValue_isRead() {
        QVERIFY(rc::check([] {
            const SideWord word = decodeSide(*rc::gen::arbitrary<std::uint64_t>());
            RC_ASSERT(static_cast<std::size_t>(word.state) < pageStateCount);
        }));
    }
};

QTEST_APPLESS_MAIN(TestEntryLayout)

#include "tst_kernel_entry_layout.moc"
