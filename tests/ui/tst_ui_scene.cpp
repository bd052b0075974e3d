#include "fragscope/event/event_kind.h"
#include "fragscope/ui/engine/engine.h"
#include "fragscope/ui/engine/kind_stop.h"
#include "fragscope/ui/model/facts.h"
#include "fragscope/ui/model/scene.h"
#include "fragscope/ui/model/tlb_marks.h"

#include <QTest>

#include "ui/small_machine.h"

using namespace fragscope;
using namespace fragscope::test;

namespace {

constexpr std::uint32_t program = 1;

/// Goes to the moment after `pages` pages of the first transfer block have been copied.
Scene sceneInBlock(Engine& engine, int pages) {
    engine.setFocus(program);
    engine.forwardTo(blockKinds());
    KindSet copied;
    copied.set(static_cast<std::size_t>(EventKind::PageCopied));
    for (int i = 0; i < pages; ++i) {
        engine.forwardTo(copied);
    }
    engine.waitUntilIdle();
    return Scene(engine.latest()->moment);
}

bool hasFact(const std::vector<Fact>& facts, const QString& name, const QString& part) {
    for (const Fact& fact : facts) {
        if (fact.name == name && fact.value.contains(part)) {
            return true;
        }
    }
    return false;
}

} // namespace

class TestScene : public QObject {
    Q_OBJECT

private slots:

    void start_processesAndTheirMaps_areRead() {
        Engine engine;
        engine.open(runOf(smallMachine()));
        engine.setFocus(program);
        engine.waitUntilIdle();
        QVERIFY(!engine.latest()->error);
        const Scene scene(engine.latest()->moment);
        QCOMPARE(scene.processes().size(), std::size_t{2});
        QVERIFY(scene.focus() != nullptr);
        QCOMPARE(scene.focus()->extents.size(), std::size_t{2});
        const std::uint64_t start = scene.focus()->extents.front().start;
        QCOMPARE(scene.frameAt(start), std::optional(FrameNumber(96)));
        const std::optional<PagePlace> page = scene.pageOf(FrameNumber(97));
        QVERIFY(page.has_value());
        QCOMPARE(page->vaddr, start + pageBytes);
        QCOMPARE(page->process, program);
        QCOMPARE(scene.frameInfo(FrameNumber(96)).owner, std::uint16_t{program});
        QVERIFY(!scene.pageOf(FrameNumber(500)));
    }

    void walk_ofEveryPage_leadsWhereTheMapLeads() {
        Engine engine;
        engine.open(runOf(smallMachine()));
        engine.setFocus(program);
        engine.waitUntilIdle();
        const Scene scene(engine.latest()->moment);
        for (const Extent& extent : scene.focus()->extents) {
            for (std::uint64_t offset = 0; offset < extent.length; offset += pageBytes) {
                const TableWalk walk = scene.walk(program, extent.start + offset);
                QVERIFY(walk.mapped());
                QCOMPARE(walk.paddr.value, extent.paddr + offset);
                const std::vector<WalkRow> rows = walkRows(scene, extent.start + offset, walk);
                QCOMPARE(rows.size(), std::size_t{5});
                QCOMPARE(rows[3].state, WalkRow::State::Leaf);
                QCOMPARE(rows.back().entryPaddr, extent.paddr + offset);
            }
        }
    }

    void inBlock_entryE_isTold() {
        Engine engine;
        engine.open(runOf(smallMachine()));
        const Scene scene = sceneInBlock(engine, 3);
        const MoveView& move = scene.moment().state.move;
        QCOMPARE(move.blockLengthBytes, kib(32).value);
        QCOMPARE(move.blockCopiedBytes, 3 * pageBytes);
        const Extent* e = scene.extentOf(move.blockVaddr);
        QVERIFY(e != nullptr);
        QCOMPARE(e->kind, EntryKind::NoAccess);
        QVERIFY(!scene.frameAt(move.blockVaddr));
        const TableWalk walk = scene.walk(program, move.blockVaddr);
        QVERIFY(!walk.mapped());
        QCOMPARE(walkRows(scene, move.blockVaddr, walk).at(3).state, WalkRow::State::Failed);
        QVERIFY(walkSummary(scene, move.blockVaddr, walk).contains(QStringLiteral("waits")));
        const std::vector<Fact> facts = absentPageFacts(scene, move.blockVaddr);
        QVERIFY(hasFact(facts, QStringLiteral("State"), QStringLiteral("entry E")));
        QVERIFY(hasFact(facts, QStringLiteral("Copied"), QStringLiteral("yes")));
        QVERIFY(hasFact(absentPageFacts(scene, move.blockVaddr + 5 * pageBytes),
                        QStringLiteral("Copied"), QStringLiteral("not yet")));
    }

    void fault_atAPresentEntry_marksItWithTheCheck() {
        Engine engine;
        engine.open(runOf(smallMachine()));
        engine.setFocus(program);
        engine.stepForward(50);
        engine.waitUntilIdle();
        const Scene before(engine.latest()->moment);
        const std::uint64_t vaddr = before.focus()->extents.front().start + 0x123;
        const TableWalk walk = before.walk(program, vaddr);
        QCOMPARE(walkRows(before, vaddr, walk).at(3).state, WalkRow::State::Leaf);

        auto later = std::make_shared<Snapshot>(before.moment());
        EventLog log; // with what the processor says of a write to a read-only page
        for (std::uint64_t seq = 0; seq < later->state.nextSeq; ++seq) {
            log.append(later->log.at(seq));
        }
        Event step;
        step.seq = log.endSeq();
        step.kind = EventKind::WalkStep;
        step.task = 2;
        step.object = 1;
        step.vaddr = vaddr;
        step.value = walk.levels.back().entry;
        step.b = static_cast<std::uint64_t>(WalkCheck::ReadOnlyPage);
        log.append(step);
        Event fault;
        fault.seq = log.endSeq();
        fault.kind = EventKind::PageFault;
        fault.task = 2;
        fault.object = program;
        fault.vaddr = vaddr;
        fault.value = 7;
        log.append(fault);
        later->log = log;
        later->state.nextSeq = log.endSeq();
        const Scene scene(later);
        QVERIFY(scene.fault().has_value());
        QCOMPARE(scene.fault()->check, WalkCheck::ReadOnlyPage);
        const WalkRow row = walkRows(scene, vaddr, walk).at(3);
        QCOMPARE(row.state, WalkRow::State::Failed);
        QVERIFY2(row.reason.endsWith(QStringLiteral("read-only-page")), qPrintable(row.reason));
        const QString summary = walkSummary(scene, vaddr, walk);
        QVERIFY2(summary.startsWith(QStringLiteral("#PF 0x7 (user write)")), qPrintable(summary));
        QVERIFY2(summary.contains(QStringLiteral("W = 0")), qPrintable(summary));
        // Another page is not concerned.
        const TableWalk other = scene.walk(program, vaddr + pageBytes);
        QCOMPARE(walkRows(scene, vaddr + pageBytes, other).at(3).state, WalkRow::State::Leaf);
    }

    void frameFacts_sayOwnerEntryAndBytes() {
        Engine engine;
        engine.open(runOf(smallMachine()));
        engine.setFocus(program);
        engine.stepForward(400);
        engine.waitUntilIdle();
        const Scene scene(engine.latest()->moment);
        const Names& names = engine.latest()->caption->names;
        const std::vector<Fact> facts = frameFacts(scene, names, FrameNumber(96));
        QVERIFY(hasFact(facts, QStringLiteral("Owner"), QStringLiteral("program")));
        QVERIFY(hasFact(facts, QStringLiteral("Map entry"), QStringLiteral("256 KiB")));
        const std::uint64_t first = scene.word(PhysAddr(96 * pageBytes)) & 0xff;
        QVERIFY(hasFact(facts, QStringLiteral("Bytes"),
                        QStringLiteral("%1").arg(first, 2, 16, QLatin1Char('0'))));
        QVERIFY(frameTip(scene, names, 0, 512).contains(QStringLiteral("frames 0 to 511")));
        QVERIFY(hasFact(frameFacts(scene, names, FrameNumber(500)), QStringLiteral("Use"),
                        QStringLiteral("free")));
    }

    void accesses_areThoseOfTheChosenProcess_latestFirst() {
        Engine engine;
        engine.open(runOf(smallMachine()));
        engine.setFocus(program);
        engine.stepForward(200);
        engine.waitUntilIdle();
        const Scene scene(engine.latest()->moment);
        QVERIFY(!scene.accesses().empty());
        QVERIFY(scene.accesses().size() <= Scene::mostAccesses);
        for (const AccessMark& mark : scene.accesses()) {
            QCOMPARE(scene.frameAt(mark.vaddr), std::optional(frameOf(PhysAddr(mark.paddr))));
        }
    }

    void tlb_withShootdown_isNeverStaleInsideABlock() {
        Engine engine;
        engine.open(runOf(smallMachine()));
        std::uint64_t used = 0;
        for (int block = 0; block < 3; ++block) {
            const Scene scene = sceneInBlock(engine, 2);
            for (const TlbMarks& cpu : tlbMarks(scene)) {
                for (const TlbSlotMark& slot : cpu.cells) {
                    QVERIFY(slot.state != TlbSlotState::Stale);
                    used += slot.state == TlbSlotState::Fresh ? 1 : 0;
                }
            }
        }
        QVERIFY(used > 0);
    }

    void tlb_withoutShootdown_goesStale() {
        Engine engine;
        engine.open(runOf(machineWithoutShootdown()));
        const Scene scene = sceneInBlock(engine, 2);
        std::uint64_t stale = 0;
        for (const TlbMarks& cpu : tlbMarks(scene)) {
            for (const TlbSlotMark& slot : cpu.cells) {
                if (slot.state == TlbSlotState::Stale) {
                    ++stale;
                    QVERIFY(!slot.truth.isEmpty());
                    const TableWalk walk = scene.walk(program, slot.vaddr);
                    QVERIFY(!walk.mapped() || walk.paddr.value != slot.paddr);
                }
            }
        }
        QVERIFY(stale > 0);
    }
};

QTEST_GUILESS_MAIN(TestScene)
#include "tst_ui_scene.moc"
