#include "fragscope/base/rng.h"
#include "fragscope/hardware/paging/pte.h"
#include "fragscope/kernel/frames/kernel_plan.h"
#include "fragscope/view/frame_classes.h"

#include <QTest>

#include "support/print.h"
#include "view/support/kernel_books.h"
#include <set>

using namespace fragscope;
using namespace fragscope::test;

namespace {

constexpr std::uint64_t frames = 600; // its table fills frames 3 to 5, the last one in part

/// The letters of the frames [first, first + count).
std::string letters(const FrameClasses& classes, std::uint64_t first, std::uint64_t count) {
    std::string text;
    for (std::uint64_t i = first; i < first + count; ++i) {
        text += infoOf(static_cast<FrameClass>((*classes)[i])).letter;
    }
    return text;
}

/// Process 1 with O at 100..103 and A at 120..123, of which the first two pages are in entry E on
/// their way to 104..105; 106..107 wait for the rest. Process 2 at 140..143.
KernelBooks movingBooks() {
    KernelBooks books(frames);
    books.frames(0, 6, {.use = FrameUse::Kernel});
    books.frame(50, {.use = FrameUse::PageTable, .owner = 1});
    books.frame(60, {.use = FrameUse::Hole});
    books.frames(100, 8, {.use = FrameUse::Data, .owner = 1});
    books.frames(120, 4, {.use = FrameUse::Data, .owner = 1});
    books.frames(140, 4, {.use = FrameUse::Data, .owner = 2});
    books.process(1, 8, 0,
                  {KernelBooks::block(0x1000, 100, 'O'), KernelBooks::entryE(0x1004),
                   KernelBooks::block(0x1006, 122, 'A'), KernelBooks::limit(0x1008)});
    books.state.move = {.process = 1,
                        .lengthBytes = 4 * pageBytes,
                        .blockSourcePaddr = 120 * pageBytes,
                        .blockDestinationPaddr = 104 * pageBytes,
                        .blockLengthBytes = 2 * pageBytes};
    return books;
}

/// A frame of each sort beside the blocks of movingBooks: 200 of process 1 alone, 201 of several,
/// 202 the zero page, 203 of process 2 alone, 204 of an object that nobody has attached.
KernelBooks pagedBooks() {
    KernelBooks books = movingBooks();
    books.frame(200, {.use = FrameUse::Data, .owner = 1, .references = 1});
    books.frame(201, {.use = FrameUse::Data, .owner = 2, .references = 3});
    books.frame(202, {.use = FrameUse::Data, .owner = 0, .references = 2});
    books.frame(203, {.use = FrameUse::Data, .owner = 2, .references = 1});
    books.frame(204, {.use = FrameUse::Data, .owner = 0, .references = 0});
    return books;
}

/// Gives process 1 four tables in frames 20 to 23; the lowest describes pages 0 to 511.
void giveTables(KernelBooks& books) {
    for (std::uint64_t frame = 20; frame < 23; ++frame) {
        books.put(PhysAddr(frame * pageBytes),
                  composePte(FrameNumber(frame + 1), pte::present | pte::user).bits);
    }
    books.process(1, 8, 20 * pageBytes,
                  {KernelBooks::block(0x1000, 100, 'O'), KernelBooks::limit(0x1004)});
}

void putEntry(KernelBooks& books, std::uint64_t page, const PageEntry& entry) {
    books.put(PhysAddr(23 * pageBytes + page * wordBytes), *encodeEntry(entry));
}

} // namespace

class TestFrameClasses : public QObject {
    Q_OBJECT

private slots:
    void registry_classes_haveDifferentLettersAndNames();
    void update_beforeBoot_allIsFree();
    void update_midMove_everyClassIsSeen();
    void update_otherFocus_showsItsOwn();
    void update_noFocus_allDataIsOthers();
    void update_pinnedFrames_winOverTheMove();
    void update_sharedFrames_belongToTheFocus();
    void update_nothingChanged_sameObject();
    void update_mapEntryMoved_isSeen();
    void update_lastTablePage_isRead();
    void update_pagesOutsideOfBlocks_haveTheirClasses();
    void update_tablesSayMore_winsOverTheFrameTable();
    void update_onlyAccessedBits_sameObject();
    void update_booksInAList_ownersAreThere();
    void update_randomChanges_equalFreshRead();
    void update_destroyedBooks_neverBreaks();
};

void TestFrameClasses::registry_classes_haveDifferentLettersAndNames() {
    std::set<char> letters;
    std::set<std::string_view> names;
    for (const FrameClassInfo& info : allFrameClasses()) {
        letters.insert(info.letter);
        names.insert(info.name);
        QVERIFY(info.sentence.ends_with('.'));
        QVERIFY(&infoOf(info.frameClass) == &info);
    }
    QCOMPARE(letters.size(), frameClassCount);
    QCOMPARE(names.size(), frameClassCount);
}

void TestFrameClasses::update_beforeBoot_allIsFree() {
    ViewState state;
    state.memory = PageMap(PageCount(10));
    FrameClassifier classifier;
    QCOMPARE(letters(classifier.update(state, 1), 0, 10), std::string(".........."));
}

void TestFrameClasses::update_midMove_everyClassIsSeen() {
    const KernelBooks books = movingBooks();
    FrameClassifier classifier;
    const FrameClasses classes = classifier.update(books.state, 1);
    QCOMPARE(classes->size(), std::size_t{frames});
    QCOMPARE(letters(classes, 0, 8), std::string("KKKKKK.."));
    QCOMPARE(letters(classes, 50, 1), std::string("T"));
    QCOMPARE(letters(classes, 60, 1), std::string("H"));
    QCOMPARE(letters(classes, 99, 10), std::string(".OOOONNRR."));
    QCOMPARE(letters(classes, 119, 6), std::string(".EEAA."));
    QCOMPARE(letters(classes, 139, 6), std::string(".PPPP."));
}

void TestFrameClasses::update_otherFocus_showsItsOwn() {
    KernelBooks books = movingBooks();
    books.process(2, 7, 0, {KernelBooks::block(0x2000, 140, 'O'), KernelBooks::limit(0x2004)});
    FrameClassifier classifier;
    (void)classifier.update(books.state, 1);
    const FrameClasses classes = classifier.update(books.state, 2);
    QCOMPARE(letters(classes, 99, 10), std::string(".PPPPPPPP."));
    QCOMPARE(letters(classes, 139, 6), std::string(".OOOO."));
}

void TestFrameClasses::update_noFocus_allDataIsOthers() {
    FrameClassifier classifier;
    const FrameClasses classes = classifier.update(movingBooks().state, 0);
    QCOMPARE(letters(classes, 99, 10), std::string(".PPPPPPPP."));
}

void TestFrameClasses::update_pinnedFrames_winOverTheMove() {
    KernelBooks books = movingBooks();
    books.frame(101, {.use = FrameUse::Data, .owner = 1, .pins = 1});
    books.frame(121, {.use = FrameUse::Data, .owner = 1, .pins = 2});
    FrameClassifier classifier;
    const FrameClasses classes = classifier.update(books.state, 1);
    QCOMPARE(letters(classes, 100, 4), std::string("ODOO"));
    QCOMPARE(letters(classes, 120, 4), std::string("EDAA"));
}

void TestFrameClasses::update_sharedFrames_belongToTheFocus() {
    KernelBooks books = movingBooks();
    books.process(2, 7, 0, {KernelBooks::block(0x2000, 100, 'O'), KernelBooks::limit(0x2002)});
    FrameClassifier classifier;
    QCOMPARE(letters(classifier.update(books.state, 2), 100, 4), std::string("OOPP"));
}

void TestFrameClasses::update_nothingChanged_sameObject() {
    KernelBooks books = movingBooks();
    FrameClassifier classifier;
    const FrameClasses first = classifier.update(books.state, 1);
    books.put(PhysAddr(100 * pageBytes), 42); // contents, not books
    books.state.nextSeq = 77;
    QVERIFY(classifier.update(books.state, 1) == first);
    books.state.move.blockCopiedBytes = 4096;
    QVERIFY(classifier.update(books.state, 1) != first);
    books.frame(300, {.use = FrameUse::Kernel});
    const FrameClasses third = classifier.update(books.state, 1);
    QCOMPARE(letters(third, 300, 1), std::string("K"));
    QCOMPARE(letters(first, 300, 1), std::string(".")); // a published one stays as it was
}

void TestFrameClasses::update_mapEntryMoved_isSeen() {
    KernelBooks books = movingBooks();
    FrameClassifier classifier;
    (void)classifier.update(books.state, 1);
    books.process(1, 8, 0, // E.start += t and nothing else: the block is reachable at its new place
                  {KernelBooks::block(0x1000, 100, 'O'), KernelBooks::entryE(0x1006),
                   KernelBooks::block(0x1006, 122, 'A'), KernelBooks::limit(0x1008)});
    QCOMPARE(letters(classifier.update(books.state, 1), 99, 10), std::string(".OOOONNRR."));
    books.state.move.blockLengthBytes = 0;
    QCOMPARE(letters(classifier.update(books.state, 1), 99, 10), std::string(".OOOOOORR."));
    books.process(1, 8, 0, {KernelBooks::block(0x1000, 100, 'O'), KernelBooks::limit(0x1008)});
    QCOMPARE(letters(classifier.update(books.state, 1), 99, 10), std::string(".OOOOOOOO."));
}

void TestFrameClasses::update_lastTablePage_isRead() {
    KernelBooks books(frames);
    books.frame(frames - 1, {.use = FrameUse::Kernel});
    FrameClassifier classifier;
    QCOMPARE(letters(classifier.update(books.state, 0), frames - 2, 2), std::string(".K"));
}

void TestFrameClasses::update_pagesOutsideOfBlocks_haveTheirClasses() {
    FrameClassifier classifier;
    KernelBooks books = pagedBooks();
    QCOMPARE(letters(classifier.update(books.state, 1), 199, 7), std::string(".RhzPR."));
    giveTables(books);
    putEntry(books, 3, {PageState::Allocated, true, 200});
    putEntry(books, 4, {PageState::Allocated, true, 201});
    QCOMPARE(letters(classifier.update(books.state, 1), 199, 7), std::string(".ahzPR."));
    QCOMPARE(letters(classifier.update(books.state, 2), 199, 7), std::string(".PhzRR."));
    QCOMPARE(int(classifier.ownerCounts()->at(201)), 3);
    QCOMPARE(int(classifier.ownerCounts()->at(200)), 1);
    books.frame(201, {.use = FrameUse::Data, .owner = 2, .references = 1});
    books.frame(202, {.use = FrameUse::Data, .owner = 0, .references = 1});
    (void)classifier.update(books.state, 2);
    QVERIFY(classifier.ownerCounts() == nullptr); // no frame has several any more
}

void TestFrameClasses::update_tablesSayMore_winsOverTheFrameTable() {
    KernelBooks books = pagedBooks();
    giveTables(books);
    putEntry(books, 5, {PageState::CopyOnWrite, true, 201});
    putEntry(books, 6, {PageState::CopyOnWrite, true, 202}); // of zeros: it stays that
    putEntry(books, 7, {PageState::FileBacked, true, 200});
    putEntry(books, 8, {PageState::SwappedOut, false, 203}); // a slot, not a frame
    FrameClassifier classifier;
    QCOMPARE(letters(classifier.update(books.state, 1), 199, 7), std::string(".fczPR."));
    QCOMPARE(classifier.pages()->size(), std::size_t{1});
    QCOMPARE(letters(classifier.update(books.state, 2), 199, 7), std::string(".PhzRR."));
    QVERIFY(classifier.pages()->empty()); // the second has no tables
}

void TestFrameClasses::update_onlyAccessedBits_sameObject() {
    KernelBooks books = pagedBooks();
    giveTables(books);
    putEntry(books, 5, {PageState::CopyOnWrite, true, 201});
    FrameClassifier classifier;
    const FrameClasses first = classifier.update(books.state, 1);
    const PhysAddr place(23 * pageBytes + 5 * wordBytes);
    books.put(place, books.state.memory.load(place) | pte::accessed);
    QVERIFY(classifier.update(books.state, 1) == first);
    putEntry(books, 5, {PageState::OnDemand, false, 0});
    QVERIFY(classifier.update(books.state, 1) != first);
}

void TestFrameClasses::update_booksInAList_ownersAreThere() {
    KernelBooks books = pagedBooks();
    books.root.booksInList = true;
    books.root.kernelHeap = PhysAddr(30 * pageBytes);
    books.root.heapBytes = pageBytes;
    encodeRoot(books.root, MapRepresentation::StartOnly,
               [&](PhysAddr place, std::uint64_t word) { books.put(place, word); });
    books.frame(200, {.use = FrameUse::Data, .owner = 0, .references = 1});
    books.frame(203, {.use = FrameUse::Data, .owner = 0, .references = 1});
    const auto node = [&](std::uint64_t at, std::uint64_t next, std::uint64_t who) {
        books.put(books.root.kernelHeap + ByteCount(at), next);
        books.put(books.root.kernelHeap + ByteCount(at + 8), who);
    };
    const std::uint64_t heap = kernel_space::heap.value;
    node(32, heap + 64, 200 | std::uint64_t{1} << 32);
    node(64, heap + 96, 203 | std::uint64_t{2} << 32);
    node(96, heap + 128, 202 | std::uint64_t{1} << 32);
    node(128, heap + 160, 202); // the kernel: the zero page
    node(160, 0, 201 | std::uint64_t{2} << 32);
    books.put(KernelRoot::place + ByteCount(kernel_variable::listHead), heap + 32);
    giveTables(books);
    putEntry(books, 3, {PageState::Allocated, true, 200});
    FrameClassifier classifier;
    QCOMPARE(letters(classifier.update(books.state, 1), 199, 7), std::string(".ahzPR."));
    QCOMPARE(letters(classifier.update(books.state, 2), 199, 7), std::string(".PhzRR."));
    books.put(books.root.kernelHeap + ByteCount(64 + 8), 203 | std::uint64_t{1} << 32);
    QCOMPARE(letters(classifier.update(books.state, 2), 203, 1), std::string("P"));
}

void TestFrameClasses::update_randomChanges_equalFreshRead() {
    KernelBooks books = movingBooks();
    FrameClassifier kept;
    Rng rng(1);
    std::vector<ViewState> earlier;
    for (int round = 0; round < 400; ++round) {
        for (std::uint64_t n = rng.below(4); n > 0; --n) {
            books.frame(rng.below(frames), {.use = static_cast<FrameUse>(rng.below(5)),
                                            .owner = static_cast<std::uint16_t>(rng.below(3)),
                                            .pins = static_cast<std::uint16_t>(rng.below(8) / 7)});
        }
        books.state.move.blockSourcePaddr = rng.below(frames) * pageBytes;
        const auto focus = static_cast<std::uint32_t>(rng.below(3));
        earlier.push_back(books.state);
        const ViewState& state =
            rng.below(3) == 0 ? earlier[rng.below(earlier.size())] : books.state;
        FrameClassifier fresh;
        QVERIFY(*kept.update(state, focus) == *fresh.update(state, focus));
    }
}

void TestFrameClasses::update_destroyedBooks_neverBreaks() {
    Rng rng(2);
    for (int round = 0; round < 300; ++round) {
        KernelBooks books = movingBooks();
        for (int n = 0; n < 3; ++n) { // stray writes to root, process table, map
            const std::uint64_t frame = std::array<std::uint64_t, 3>{1, 2, 8}[rng.below(3)];
            const std::uint64_t word = 1 + rng.below(16); // the magic stays
            const std::uint64_t shift = rng.below(64);
            books.put(PhysAddr(frame * pageBytes + word * wordBytes), rng.next() >> shift);
        }
        books.state.move.blockSourcePaddr = rng.next();
        books.state.move.blockDestinationPaddr = rng.next();
        FrameClassifier classifier;
        QCOMPARE(classifier.update(books.state, 1)->size(), std::size_t{frames});
    }
}

QTEST_GUILESS_MAIN(TestFrameClasses)
#include "tst_view_frame_classes.moc"
