#include "fragscope/base/rng.h"
#include "fragscope/event/event_kind.h"
#include "fragscope/event/rule.h"
#include "fragscope/view/explain.h"
#include "fragscope/view/explain/operand_text.h"
#include "fragscope/view/explain/sentences.h"

#include <QTest>

#include "support/print.h"
#include <set>

using namespace fragscope;

namespace {

/// An event with all fields set to different small values that every style can show.
Event filled(EventKind kind) {
    return {.kind = kind,
            .line = 4,
            .cpu = 1,
            .size = 8,
            .task = 9,
            .object = 2,
            .vaddr = 0x12359000,
            .paddr = 0x40000,
            .value = 2,
            .a = 1,
            .b = 6};
}

} // namespace

class TestExplain : public QObject {
    Q_OBJECT

private slots:
    void describe_everyKind_isItsOwnSentence();
    void describe_everyKind_dependsOnItsFields();
    void describe_everyKind_standsAnyOperand();
    void describe_samples_readAsSentences_data();
    void describe_samples_readAsSentences();
    void describe_names_replaceNumbers();
    void reasonOf_everyRule_fillsAllPlaces();
    void reasonOf_operands_standInTheText();
    void groupedHex_digits_standInFours();
    void fillIn_unknownPlaces_stay();
};

void TestExplain::describe_everyKind_isItsOwnSentence() {
    std::set<std::string> seen;
    for (const EventKindInfo& info : allEventKinds()) {
        const std::string line = describe(filled(info.kind));
        QVERIFY2(line.size() >= 12, line.c_str());
        QVERIFY2(line.find_first_of("{}\n") == std::string::npos, line.c_str());
        QVERIFY2(line.find("no. ") == std::string::npos, line.c_str()); // no unnamed number
        QVERIFY2(line != info.sentence && line.find(info.name) != 0, line.c_str());
        QVERIFY2(seen.insert(line).second, line.c_str());
        QVERIFY(std::string(sentenceOf(info.kind)).find('{') != std::string::npos);
    }
    QCOMPARE(seen.size(), eventKindCount);
}

/// Each field that the registry gives a name is in the sentence. Nobody counts the threads of a
/// process before they start; the operands of a heap's decision stand in the text of its rule.
void TestExplain::describe_everyKind_dependsOnItsFields() {
    const std::set<std::string> notShown{"process-started/a", "heap-decision/value",
                                         "heap-decision/a", "heap-decision/b"};
    for (const EventKindInfo& info : allEventKinds()) {
        const auto check = [&](std::string_view meaning, const char* field, auto change) {
            const std::string key = std::string(info.name) + "/" + field;
            if (meaning.empty() || notShown.contains(key)) {
                return;
            }
            Event other = filled(info.kind);
            change(other);
            QVERIFY2(describe(other) != describe(filled(info.kind)), key.c_str());
        };
        check(info.object, "object", [](Event& e) { e.object = 1; });
        check(info.value, "value", [](Event& e) { e.value = 1; });
        check(info.a, "a", [](Event& e) { e.a = 0; });
        check(info.b, "b", [](Event& e) { e.b = 5; });
    }
}

void TestExplain::describe_everyKind_standsAnyOperand() {
    Rng rng(1);
    for (const EventKindInfo& info : allEventKinds()) {
        for (int i = 0; i < 50; ++i) {
            Event event;
            event.kind = info.kind;
            event.object = static_cast<std::uint32_t>(rng.next());
            event.value = rng.next();
            event.a = rng.next() >> rng.below(64);
            event.b = rng.next() >> rng.below(64);
            const std::string line = describe(event);
            QVERIFY2(!line.empty() && line.find('{') == std::string::npos, line.c_str());
        }
    }
}

void TestExplain::describe_samples_readAsSentences_data() {
    QTest::addColumn<QString>("line");
    QTest::addColumn<int>("kind");
    QTest::addColumn<quint64>("value");
    QTest::addColumn<quint64>("a");
    const auto row = [](const char* line, EventKind kind, quint64 value, quint64 a) {
        QTest::newRow(line) << QString(line) << static_cast<int>(kind) << value << a;
    };
    row("CPU1 page fault 0x6 (write, not present, user) at V0x1235'9000 of process 2",
        EventKind::PageFault, 6, 0);
    row("CPU1 page fault 0x15 (fetch, not allowed, user) at V0x1235'9000 of process 2",
        EventKind::PageFault, 0x15, 0);
    row("64 frames from P0x4'0000 given to process 2 (data)", EventKind::FramesAllocated, 3, 64);
    row("1 frame from P0x4'0000 given to process 2 (page tables)", EventKind::FramesAllocated, 2,
        1);
    row("transfer block 6 of process 2: 64 KiB at V0x1235'9000 move from P0x9'0000 to P0x4'0000",
        EventKind::BlockBegun, 65536, 0x90000);
    row("task 9 of process 2 goes on at V0x1235'9000, waited 1234 cycles", EventKind::WaitEnded,
        1234, 0);
    row("process 2 asks for 4 KiB more at its high end", EventKind::GrowBegun, 4096, 1);
    row("CPU1 walks for V0x1235'9000: level 2, entry 7 at P0x4'0000 is 0x0, read-only-page",
        EventKind::WalkStep, 0, 7);
    row("task 9 starts on CPU1: the entry-E mover (high end), mover of process 2",
        EventKind::TaskStarted, 7, 1);
    row("lost write of process 2 at V0x1235'9000: wrote 0xab, found 0x0 (event 8)",
        EventKind::LostWrite, 0xab, 0);
}

void TestExplain::describe_samples_readAsSentences() {
    QFETCH(QString, line);
    QFETCH(int, kind);
    QFETCH(quint64, value);
    QFETCH(quint64, a);
    Event event = filled(static_cast<EventKind>(kind));
    event.value = value;
    event.a = a;
    event.b = event.kind == EventKind::BlockBegun ? 6 : 8;
    QCOMPARE(QString::fromStdString(describe(event)), line);
}

void TestExplain::describe_names_replaceNumbers() {
    Names names;
    names.setProcess(2, "editor");
    Event event = filled(EventKind::ProcessExited);
    event.a = 12;
    QCOMPARE(describe(event, names), std::string("editor has ended and gave back 12 frames"));
    event.object = 5;
    QCOMPARE(describe(event, names), std::string("process 5 has ended and gave back 12 frames"));
    QCOMPARE(names.process(0), std::string("the kernel"));
}

void TestExplain::reasonOf_everyRule_fillsAllPlaces() {
    for (std::size_t i = 0; i < static_cast<std::size_t>(Rule::Count); ++i) {
        Event event = filled(EventKind::Note);
        event.rule = static_cast<Rule>(i);
        const std::string reason = reasonOf(event);
        QVERIFY2(reason.find_first_of("{}") == std::string::npos, reason.c_str());
        QCOMPARE(reason.empty(), event.rule == Rule::None);
    }
}

void TestExplain::reasonOf_operands_standInTheText() {
    Event event;
    event.rule = Rule::NoRunLongEnough;
    event.value = 64;
    event.a = 80;
    event.b = 48;
    QCOMPARE(reasonOf(event), std::string("64 contiguous frames wanted, 80 frames free, but the "
                                          "largest free run has 48"));
}

void TestExplain::groupedHex_digits_standInFours() {
    QCOMPARE(groupedHex(0), std::string("0x0"));
    QCOMPARE(groupedHex(0xffff), std::string("0xffff"));
    QCOMPARE(groupedHex(0x10000), std::string("0x1'0000"));
    QCOMPARE(groupedHex(0xffff800012345678), std::string("0xffff'8000'1234'5678"));
}

void TestExplain::fillIn_unknownPlaces_stay() {
    const Event event = filled(EventKind::Note);
    QCOMPARE(fillIn("{vaddr} {colour} {a:taste} {", event, {}),
             std::string("V0x1235'9000 {colour} {a:taste} {"));
}

QTEST_GUILESS_MAIN(TestExplain)
#include "tst_view_explain.moc"
