// The segment heap as the view reads it from bytes and events.
#include "fragscope/base/rng.h"
#include "fragscope/event/event_kind.h"
#include "fragscope/kernel/segments/segment_gaps.h"
#include "fragscope/view/segments/area_view.h"
#include "fragscope/view/segments/segment_classes.h"
#include "fragscope/view/segments/segment_history.h"

#include <QTest>

#include "view/support/segment_bytes.h"

using namespace fragscope;
using namespace fragscope::test;

namespace {

constexpr std::uint64_t frames = 400;

SegmentTable::ZoneSpec
zoneOf(std::uint64_t begin, std::uint64_t end, const std::vector<SegmentTable::Hole>& holes = {}) {
    return {.begin = FrameNumber(begin), .end = FrameNumber(end), .holes = holes};
}

SegmentBooksRef read(const SegmentHeapBooks& heap) {
    return SegmentBooksReader().update(heap.books.state.memory);
}

FrameClasses allFree() {
    return std::make_shared<const std::vector<std::uint8_t>>(frames, std::uint8_t{0});
}

SegmentPicture paint(const SegmentHeapBooks& heap,
                     SegmentColouring colouring,
                     const std::optional<SegmentMotion>& motion = std::nullopt) {
    return paintSegments(allFree(), *read(heap), motion, colouring);
}

FrameClass at(const SegmentPicture& picture, std::uint64_t frame) {
    return static_cast<FrameClass>(picture.frames->at(frame));
}

PageCount sumOf(const SegmentZoneView& zone, GapCause cause) {
    PageCount sum{};
    for (const SegmentGap& gap : zone.gaps) {
        sum += gap.cause == cause ? gap.frames : PageCount(0);
    }
    return sum;
}

} // namespace

class ViewSegments : public QObject {
    Q_OBJECT

private slots:

    void aMachineWithoutAHeapHasNoBooks() {
        const KernelBooks books(frames);
        QVERIFY(SegmentBooksReader().update(books.state.memory) == nullptr);
        QVERIFY(SegmentBooksReader().update(PageMap(PageCount(10))) == nullptr);
    }

    void runsListsAndBirthsAreRead() {
        SegmentHeapBooks heap(frames, {zoneOf(100, 300, {{FrameNumber(200), PageCount(10)}})},
                              true);
        const SegmentId a = heap.take(5);
        const SegmentId b = heap.take(70, 2);
        heap.table.release(a);
        const SegmentBooksRef books = read(heap);
        QVERIFY(books->hasLists);
        QCOMPARE(books->births, 2ULL);
        const SegmentZoneView& zone = books->zones.at(0);
        QCOMPARE(zone.runs.size(), std::size_t{5}); // free, segment, free, hole, free
        QCOMPARE(zone.lists[5], std::vector<SegmentId>{a});
        QCOMPARE(zone.lists[25].size(), std::size_t{1});
        QCOMPARE(zone.lists[0].size(), std::size_t{1});
        QCOMPARE(zone.segmentsEnd, FrameNumber(175));
        QCOMPARE(books->runAt(FrameNumber(105))->id, b);
        QCOMPARE(books->runAt(FrameNumber(174))->owner, 2U);
        QCOMPARE(books->runAt(FrameNumber(175))->state, SegmentState::Free);
        QCOMPARE(books->runAt(FrameNumber(205))->state, SegmentState::Hole);
        QVERIFY(books->runAt(FrameNumber(99)) == nullptr);
        QVERIFY(books->runAt(FrameNumber(300)) == nullptr);
        QCOMPARE(books->run(b)->base, FrameNumber(105));
        QVERIFY(books->run(199) == nullptr);
    }

    void nothingChanged_isTheSameObject() {
        SegmentHeapBooks heap(frames, {zoneOf(100, 300)}, false);
        SegmentBooksReader reader;
        const SegmentBooksRef first = reader.update(heap.books.state.memory);
        heap.books.put(PhysAddr(350 * pageBytes), 7); // no book
        QCOMPARE(reader.update(heap.books.state.memory), first);
        heap.take(3);
        const SegmentBooksRef second = reader.update(heap.books.state.memory);
        QVERIFY(second != first);
        QCOMPARE(first->births, 0ULL); // what was read stays as it was
        QCOMPARE(second->births, 1ULL);
    }

    void gapsAreCutByTheirCause() {
        SegmentHeapBooks heap(frames, {zoneOf(100, 300)}, false);
        const SegmentId low = heap.take(30);  // 100 to 129
        heap.take(10, 1, 16);                 // 130: called aligned, as after a change of mind
        const SegmentId gone = heap.take(20); // 140 to 159
        const SegmentId locked = heap.take(5);
        heap.table.release(low);
        heap.table.release(gone);
        heap.table.setLocks(locked, 1);
        const SegmentBooksRef books = read(heap);
        const SegmentZoneView& zone = books->zones.at(0);
        // Frames 100 to 111 are no multiple of 16, the next segment could begin at 112.
        const std::vector<SegmentGap> expected{
            {FrameNumber(100), PageCount(12), GapCause::Alignment},
            {FrameNumber(112), PageCount(18), GapCause::Free},
            {FrameNumber(140), PageCount(20), GapCause::Locked}};
        QCOMPARE(zone.gaps.size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i) {
            QVERIFY(zone.gaps[i] == expected[i]);
        }
        QCOMPARE(zone.gapAt(FrameNumber(111))->cause, GapCause::Alignment);
        QCOMPARE(zone.gapAt(FrameNumber(112))->cause, GapCause::Free);
        QVERIFY(zone.gapAt(FrameNumber(130)) == nullptr);
        QVERIFY(zone.gapAt(FrameNumber(299)) == nullptr); // room above all segments
        const SegmentPicture picture = paint(heap, SegmentColouring::Age);
        QCOMPARE(at(picture, 111), FrameClass::AlignmentGap);
        QCOMPARE(at(picture, 112), FrameClass::Gap);
        QCOMPARE(at(picture, 159), FrameClass::LockedGap);
        QCOMPARE(at(picture, 299), FrameClass::Free);
    }

    void randomHeaps_gapsAgreeWithTheBooks() {
        for (std::uint64_t seed = 1; seed <= 30; ++seed) {
            Rng rng(seed);
            SegmentHeapBooks heap(
                frames,
                {zoneOf(100, 350,
                        {{FrameNumber(180 + rng.below(40)), PageCount(1 + rng.below(9))}})},
                seed % 2 == 0);
            std::vector<SegmentId> held;
            for (int step = 0; step < 60; ++step) {
                if (const SegmentId id = heap.take(1 + rng.below(12), 1, 1ULL << rng.below(5))) {
                    held.push_back(id);
                    heap.table.setLocks(id,
                                        rng.below(8) == 0 ? std::uint16_t{1} : std::uint16_t{0});
                }
                if (rng.below(2) == 0 && !held.empty()) {
                    const std::size_t i = rng.below(held.size());
                    heap.table.setLocks(held[i], 0);
                    heap.table.release(held[i]);
                    held.erase(held.begin() + static_cast<std::ptrdiff_t>(i));
                }
                const SegmentGaps sums = gapsOf(heap, 0);
                const SegmentZoneView zone = read(heap)->zones.at(0);
                QCOMPARE(sumOf(zone, GapCause::Alignment), sums.alignment);
                QCOMPARE(sumOf(zone, GapCause::Hole), sums.hole);
                QCOMPARE(sumOf(zone, GapCause::Locked), sums.locked);
                QCOMPARE(sumOf(zone, GapCause::Free), sums.free);
            }
        }
    }

    void ageIsInQuarters_oldestFirst() {
        SegmentHeapBooks heap(frames, {zoneOf(100, 300)}, false);
        std::vector<SegmentId> ids;
        for (int i = 0; i < 8; ++i) {
            ids.push_back(heap.take(2));
        }
        heap.table.release(ids[0]); // seven are left: births 2 to 8, quarters of 2, 2, 2 and 1
        const SegmentPicture picture = paint(heap, SegmentColouring::Age);
        QCOMPARE(at(picture, 100), FrameClass::Gap);
        QCOMPARE(at(picture, 102), FrameClass::OldestSegment);
        QCOMPARE(at(picture, 105), FrameClass::OldestSegment);
        QCOMPARE(at(picture, 106), FrameClass::OlderSegment);
        QCOMPARE(at(picture, 110), FrameClass::YoungerSegment);
        QCOMPARE(at(picture, 114), FrameClass::YoungestSegment);
    }

    void ownersAndLocksHaveTheirClasses() {
        SegmentHeapBooks heap(frames, {zoneOf(100, 300)}, false);
        for (std::uint32_t owner = 1; owner <= 8; ++owner) {
            heap.take(1, owner);
        }
        heap.table.setLocks(heap.take(1, 2), 3);
        heap.table.setState(heap.take(1, 2), SegmentState::InTransit);
        const SegmentPicture owners = paint(heap, SegmentColouring::Owner);
        QCOMPARE(at(owners, 100), FrameClass::SegmentOfFirst);
        QCOMPARE(at(owners, 104), FrameClass::SegmentOfFifth);
        QCOMPARE(at(owners, 105), FrameClass::SegmentOfOthers);
        QCOMPARE(at(owners, 107), FrameClass::SegmentOfOthers);
        QCOMPARE(at(owners, 108), FrameClass::SegmentOfSecond);
        const SegmentPicture locks = paint(heap, SegmentColouring::Lock);
        QCOMPARE(at(locks, 107), FrameClass::MovableSegment);
        QCOMPARE(at(locks, 108), FrameClass::LockedSegment);
        for (const SegmentPicture* picture : {&owners, &locks}) {
            QCOMPARE(at(*picture, 109), FrameClass::SegmentInTransit);
        }
    }

    void aMoveShowsSourceAndTarget_andRunsAreJoined() {
        SegmentHeapBooks heap(frames, {zoneOf(100, 300)}, false);
        const SegmentId low = heap.take(20);
        const SegmentId segment = heap.take(6);
        heap.table.release(low);
        const SegmentMove move = heap.table.beginMove(segment, FrameNumber(100));
        SegmentMotion motion{
            .segment = segment, .from = move.from, .to = move.to, .frames = move.frames};
        const SegmentPicture picture = paint(heap, SegmentColouring::Lock, motion);
        QCOMPARE(at(picture, 100), FrameClass::SegmentTarget);
        QCOMPARE(at(picture, 105), FrameClass::SegmentTarget);
        QCOMPARE(at(picture, 120), FrameClass::MovingSegment);
        QCOMPARE(at(picture, 125), FrameClass::MovingSegment);
        QCOMPARE(int(picture.joined->at(100)), 0);
        QCOMPARE(int(picture.joined->at(101)), 1);
        QCOMPARE(int(picture.joined->at(120)), 0);
        QCOMPARE(int(picture.joined->at(126)), 0); // the room above begins
        QCOMPARE(int(picture.joined->at(50)), 0);  // no run of the heap
        heap.table.finishMove(move);
        QCOMPARE(at(paint(heap, SegmentColouring::Lock), 100), FrameClass::MovableSegment);
        QCOMPARE(at(paint(heap, SegmentColouring::Lock), 120), FrameClass::Free);
    }

    void destroyedBooks_neverBreakThePicture() {
        Rng rng(5);
        for (int round = 0; round < 200; ++round) {
            SegmentHeapBooks heap(frames, {zoneOf(100, 300)}, round % 2 == 0);
            for (int i = 0; i < 10; ++i) {
                heap.take(1 + rng.below(20));
            }
            for (int i = 0; i < 6; ++i) {
                const std::uint64_t index = rng.below(heap.shape.words());
                heap.store(index, rng.below(2) == 0 ? rng.next() : rng.below(400));
            }
            const SegmentPicture picture = paint(heap, SegmentColouring::Age);
            QCOMPARE(picture.frames->size(), std::size_t{frames});
        }
    }

    void historyTellsOnlyWhatCameBefore() {
        EventLog log;
        const auto add = [&](Event event) {
            event.seq = log.endSeq();
            event.timeCycles = 10 * event.seq;
            log.append(event);
        };
        const auto moved = [&](std::uint64_t birth, std::uint64_t from, std::uint64_t to) {
            add({.kind = EventKind::SegmentMoved,
                 .rule = Rule::SlideDown,
                 .object = 1,
                 .paddr = to * pageBytes,
                 .value = 2,
                 .a = from * pageBytes,
                 .b = birth});
        };
        moved(7, 90, 80);
        moved(8, 95, 85);
        add({.kind = EventKind::AreasChanged, .object = 3, .value = 12, .a = 4, .b = 2});
        moved(7, 80, 60);
        SegmentHistory history;
        history.add(log);
        history.add(log); // looks at each event once
        QCOMPARE(history.movesOf(7, 4).size(), std::size_t{2});
        QCOMPARE(history.movesOf(7, 4)[0].to, FrameNumber(60)); // latest first
        QCOMPARE(history.movesOf(7, 4)[1].timeCycles, 0ULL);
        QCOMPARE(history.movesOf(7, 3).size(), std::size_t{1});
        QCOMPARE(history.movesOf(7, 0).size(), std::size_t{0});
        QCOMPARE(history.movesOf(9, 4).size(), std::size_t{0});
        QVERIFY(!history.lastAreaChange(3, 2));
        QCOMPARE(history.lastAreaChange(3, 4)->areas, 12ULL);
        QCOMPARE(history.lastAreaChange(3, 4)->compared, 4ULL);
        QCOMPARE(history.lastAreaChange(3, 4)->moved, 2ULL);
        QVERIFY(!history.lastAreaChange(1, 4));
    }
};

QTEST_APPLESS_MAIN(ViewSegments)
#include "tst_view_segments.moc"
