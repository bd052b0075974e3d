#include "fragscope/ui/map/physical_map.h"
#include "fragscope/ui/model/facts.h"
#include "fragscope/ui/panels/inspector.h"
#include "fragscope/ui/panels/listing_panel.h"
#include "fragscope/ui/panels/listing_view.h"
#include "fragscope/ui/widgets/card.h"
#include "fragscope/ui/window/cards.h"
#include "fragscope/ui/window/message_bar.h"
#include "fragscope/ui/window/presenter.h"
#include "fragscope/view/page_map_reader.h"

#include <QTest>

#include "ui/window_fixture.h"

using namespace fragscope;
using namespace fragscope::test;

namespace {

constexpr FrameNumber firstShared{64}; ///< of the object in owners.toml

QStringList valuesOf(const std::vector<Fact>& facts, const QString& name) {
    QStringList values;
    for (const Fact& fact : facts) {
        if (fact.name == name) {
            values << fact.value;
        }
    }
    return values;
}

FactTone toneOf(const std::vector<Fact>& facts, const QString& name) {
    for (const Fact& fact : facts) {
        if (fact.name == name) {
            return fact.tone;
        }
    }
    return FactTone::Normal;
}

} // namespace

/// The books of frames as the window shows them, in the lessons of scenarios/frames.
class TestFrames : public QObject {
    Q_OBJECT

private slots:

    void init() { window_ = windowWith(smallMachine()); }

    void cleanup() { window_.reset(); }

    void listing_ofARunWithoutApplication_isTheKernels() {
        const Cards& cards = window_->cards();
        QCOMPARE(cards.applicationCard->title(), QStringLiteral("Application"));
        open("trashed-list");
        goTo(30);
        QCOMPARE(cards.applicationCard->title(), QStringLiteral("Kernel"));
        const Listing* listing = cards.application->view().listing();
        QVERIFY(listing != nullptr);
        const TaskView* kernel = nullptr;
        for (const TaskView& task : scene().moment().state.tasks) {
            QVERIFY(task.role != TaskRole::Application);
            if (task.role != TaskRole::Mover &&
                (kernel == nullptr || task.lastStepCycles > kernel->lastStepCycles)) {
                kernel = &task;
            }
        }
        QVERIFY(kernel != nullptr);
        const CallView& call = kernel->calls.at(kernel->depth);
        QCOMPARE(listing->id, call.listing);
        QCOMPARE(listing->id, ListingId::AllocatePages);
        QCOMPARE(cards.application->view().line(), static_cast<int>(call.line));
    }

    void sharedFrame_clicked_namesEveryOwnerAndTheList() {
        open("owners");
        stepUntilReferences(3);
        PhysicalMap& map = *window_->cards().physical;
        QTest::mouseClick(map.viewport(), Qt::LeftButton, {},
                          map.rectOfFrame(firstShared.value).center());
        const auto* list = window_->cards().inspector->findChild<FactList*>();
        const QString told = list->accessibleDescription();
        for (const char* owner : {"Owner: first at V0x", "Owner: second at V0x",
                                  "Owner: third at V0x", "References: 3;", "List: used;"}) {
            QVERIFY2(told.contains(QLatin1String(owner)), qPrintable(told));
        }
        // The map of the process does not have the page; its tables lead to it.
        const std::vector<WalkRow>& rows = window_->cards().walk->rows();
        QCOMPARE(rows.size(), std::size_t{5});
        QCOMPARE(rows[3].state, WalkRow::State::Leaf);
        QCOMPARE(frameOf(PhysAddr(rows[4].entryPaddr)), firstShared);
        stepUntilReferences(2); // the second detaches first
        QVERIFY(!list->accessibleDescription().contains(QStringLiteral("Owner: second")));
        QVERIFY(list->accessibleDescription().contains(QStringLiteral("Owner: first")));
    }

    void keys_followTheFreeList_thereAndBack() {
        open("owners");
        goTo(100);
        const PageMapReader memory(scene().moment().state.memory);
        const std::vector<FrameNumber> list =
            decodeFrameList(memory, *decodeRoot(memory), FrameList::FreeData);
        QVERIFY(list.size() > 10);
        PhysicalMap& map = *window_->cards().physical;
        QTest::mouseClick(map.viewport(), Qt::LeftButton, {},
                          map.rectOfFrame(list[0].value).center());
        QVERIFY(!map.neighbours().previous);
        for (std::size_t i = 1; i < 8; ++i) {
            QCOMPARE(map.neighbours().next, std::optional(list[i]));
            QTest::keyClick(window_.get(), Qt::Key_N);
            QCOMPARE(map.selected(), std::optional(list[i].value));
            QCOMPARE(map.neighbours().previous, std::optional(list[i - 1]));
        }
        for (std::size_t i = 0; i < 9; ++i) { // twice more than there are: it stays at the head
            QTest::keyClick(window_.get(), Qt::Key_N, Qt::ShiftModifier);
        }
        QCOMPARE(map.selected(), std::optional(list[0].value));
    }

    void neighbours_areDrawn_andGoWithTheSelection() {
        open("owners");
        goTo(100);
        PhysicalMap& map = *window_->cards().physical;
        map.setSelected(firstShared.value);
        map.setNeighbours({});
        const QImage without = map.grab().toImage();
        map.setNeighbours({FrameNumber(200), FrameNumber(90)});
        const QImage with = map.grab().toImage();
        QVERIFY(with != without);
        map.setNeighbours({FrameNumber(90), FrameNumber(200)});
        QVERIFY(map.grab().toImage() != with);
        window_->actions().followAccess->trigger();
        QVERIFY(!map.neighbours().next);
    }

    void trashedList_ownersNoLongerFound_areMarked() {
        open("trashed-list");
        window_->actions().runToEnd->trigger();
        window_->settle();
        int lost = 0;
        for (FrameNumber frame{0}; frame.value < 512; ++frame) {
            const std::optional<FrameBook> book = scene().frameBook(frame);
            const bool agrees = book->owners.size() == book->info.references;
            const FactTone tone = toneOf(factsOf(scene(), frame), QStringLiteral("References"));
            QCOMPARE(tone, agrees ? FactTone::Normal : FactTone::Bad);
            const bool lostAll = !agrees && book->owners.empty();
            QVERIFY(!lostAll || valuesOf(factsOf(scene(), frame), QStringLiteral("Owner")).empty());
            lost += agrees ? 0 : 1;
        }
        QVERIFY(lost > 0);
    }

    void brokenLink_isToldAtBothEnds_otherFramesAreWhole() {
        open("owners");
        goTo(100);
        const PageMapReader memory(scene().moment().state.memory);
        const KernelRoot root = *decodeRoot(memory);
        const auto list = decodeFrameList(memory, root, FrameList::FreeData);
        auto changed = std::make_shared<Snapshot>(scene().moment());
        changed->state.memory.store(frameEntryPlace(root, list[3]) + ByteCount(frame_field::links),
                                    encodeLinks({FrameNumber(0xffff), list[2]}), wordBytes);
        const Scene broken(changed);
        const QString name = QStringLiteral("List");
        QCOMPARE(valuesOf(factsOf(scene(), list[3]), name), QStringList{QStringLiteral("free")});
        const std::vector<Fact> facts = factsOf(broken, list[3]);
        QCOMPARE(valuesOf(facts, name), QStringList{QStringLiteral("free, links broken")});
        QCOMPARE(toneOf(facts, name), FactTone::Bad);
        QCOMPARE(valuesOf(facts, QStringLiteral("Next")),
                 QStringList{QStringLiteral("none: the last")});
        QCOMPARE(toneOf(factsOf(broken, list[2]), name), FactTone::Normal);
        QCOMPARE(valuesOf(factsOf(broken, FrameNumber(1)), name),
                 QStringList{QStringLiteral("none: reserved")});
    }

private:
    void open(const char* lesson) {
        window_->openPath(QStringLiteral(FRAGSCOPE_SOURCE_DIR "/scenarios/frames/%1.toml")
                              .arg(QLatin1String(lesson)));
        window_->settle();
        QVERIFY2(window_->messages().message().isEmpty(),
                 qPrintable(window_->messages().message()));
    }

    void goTo(std::uint64_t step) {
        window_->engine().seekStep(step);
        window_->settle();
        QCOMPARE(scene().moment().state.step, step);
    }

    /// Steps on until so many entries lead to the first frame of the shared object.
    void stepUntilReferences(unsigned references) {
        for (int i = 0; i < 200; ++i) {
            if (scene().frameBook(firstShared)->info.references == references) {
                return;
            }
            window_->actions().step->trigger();
            window_->settle();
        }
        QFAIL("never so many references");
    }

    const Scene& scene() { return *window_->presenter().scene(); }

    std::vector<Fact> factsOf(const Scene& scene, FrameNumber frame) {
        return frameFacts(scene, window_->refresh()->caption->names, frame);
    }

    std::unique_ptr<MainWindow> window_;
};

QTEST_MAIN(TestFrames)
#include "tst_ui_frames.moc"
