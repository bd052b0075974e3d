#include "fragscope/base/page.h"

#include <QTest>

#include <thread>
#include <vector>

using namespace fragscope;

class TestBasePage : public QObject {
    Q_OBJECT

private slots:

    void empty_neverWritten_hasNoBytes() {
        const PageRef page;
        QVERIFY(page.empty());
        QCOMPARE(page.bytes(), nullptr);
    }

    void writable_empty_givesZeroBytes() {
        PageRef page;
        std::byte* bytes = page.writable();
        QVERIFY(!page.empty());
        for (std::size_t i = 0; i < pageBytes; ++i) {
            QCOMPARE(bytes[i], std::byte{0});
        }
        QVERIFY(!PageRef::zeroed().same(PageRef::zeroed()));
    }

    void writable_soleOwner_writesInPlace() {
        PageRef page = PageRef::zeroed();
        const std::byte* before = page.bytes();
        page.writable()[5] = std::byte{9};
        QCOMPARE(page.bytes(), before);
    }

    void writable_shared_copiesAndLeavesTheOtherAlone() {
        PageRef first = PageRef::zeroed();
        first.writable()[0] = std::byte{1};
        const PageRef second = first;
        QVERIFY(first.same(second));

        first.writable()[0] = std::byte{2};
        QVERIFY(!first.same(second));
        QCOMPARE(first.bytes()[0], std::byte{2});
        QCOMPARE(second.bytes()[0], std::byte{1});
    }

    void writable_otherOwnerGone_writesInPlaceAgain() {
        PageRef page = PageRef::zeroed();
        const std::byte* before = page.bytes();
        { const PageRef other = page; }
        PageRef moved = std::move(page);
        QCOMPARE(moved.writable(), before);
        PageRef& self = moved;
        moved = self;
        QCOMPARE(moved.writable(), before);
    }

    /// Several threads share a page and each writes its own copy; under TSan and ASan this also
    /// shows that the counting is sound.
    void writable_sharedByThreads_eachSeesItsOwnBytes() {
        PageRef origin = PageRef::zeroed();
        origin.writable()[1] = std::byte{77};
        std::vector<PageRef> pages(4, origin);
        std::vector<std::thread> threads;
        for (std::size_t i = 0; i < pages.size(); ++i) {
            threads.emplace_back([&page = pages[i], i] {
                for (int round = 0; round < 1'000; ++round) {
                    const PageRef snapshot = page;
                    page.writable()[0] = static_cast<std::byte>(i);
                }
            });
        }
        for (std::thread& thread : threads) {
            thread.join();
        }
        for (std::size_t i = 0; i < pages.size(); ++i) {
            QCOMPARE(pages[i].bytes()[0], static_cast<std::byte>(i));
            QCOMPARE(pages[i].bytes()[1], std::byte{77});
        }
        QCOMPARE(origin.bytes()[0], std::byte{0});
    }
};

QTEST_GUILESS_MAIN(TestBasePage)
#include "tst_base_page.moc"
