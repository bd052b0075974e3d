#include "fragscope/event/event_kind.h"
#include "fragscope/event/rule.h"

#include <QTest>

#include "support/print.h"
#include <algorithm>
#include <array>
#include <set>

using namespace fragscope;

namespace {

/// Lower-case words of letters and digits, joined by `joint`.
bool isWords(std::string_view name, char joint) {
    if (name.empty() || name.front() == joint || name.back() == joint) {
        return false;
    }
    return std::all_of(name.begin(), name.end(), [joint](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == joint;
    });
}

/// The names in braces of a rule's text.
std::vector<std::string> operandsOf(std::string_view text) {
    std::vector<std::string> names;
    for (auto open = text.find('{'); open != std::string_view::npos;
         open = text.find('{', open + 1)) {
        const auto close = text.find('}', open);
        names.emplace_back(text.substr(open + 1, close - open - 1));
    }
    return names;
}

} // namespace

class TestEventRegistry : public QObject {
    Q_OBJECT

private slots:

    void kinds_each_isFoundByNumberAndName() {
        QCOMPARE(allEventKinds().size(), eventKindCount);
        QVERIFY(eventKindCount > 40);
        for (std::size_t i = 0; i < eventKindCount; ++i) {
            const EventKindInfo& info = allEventKinds()[i];
            QCOMPARE(static_cast<std::size_t>(info.kind), i);
            QCOMPARE(&infoOf(info.kind), &info);
            QVERIFY(eventKindNamed(info.name) == info.kind);
        }
        QVERIFY(!eventKindNamed("no-such-kind").has_value());
        QVERIFY(!eventKindNamed("").has_value());
    }

    void kinds_names_areUniqueWordsWithHyphens() {
        std::set<std::string_view> names;
        for (const EventKindInfo& info : allEventKinds()) {
            const std::string name(info.name);
            QVERIFY2(isWords(info.name, '-'), name.c_str());
            QVERIFY2(names.insert(info.name).second, ("twice: " + name).c_str());
        }
    }

    /// The field names are column names in CSV and SQL, too.
    void kinds_fields_areUniqueWordsWithUnderscores() {
        for (const EventKindInfo& info : allEventKinds()) {
            std::set<std::string_view> fields{"seq", "time_cycles", "vaddr", "paddr"};
            for (const std::string_view field : {info.object, info.value, info.a, info.b}) {
                const std::string where = std::string(info.name) + " " + std::string(field);
                QVERIFY2(field.empty() || isWords(field, '_'), where.c_str());
                QVERIFY2(field.empty() || fields.insert(field).second, where.c_str());
            }
        }
    }

    void kinds_sentences_areSentences() {
        for (const EventKindInfo& info : allEventKinds()) {
            const std::string name(info.name);
            QVERIFY2(info.sentence.size() > 10 && info.sentence.ends_with('.'), name.c_str());
            QVERIFY2(info.sentence.front() >= 'A' && info.sentence.front() <= 'Z', name.c_str());
        }
    }

    /// Whatever costs an event per access or step may be left out; everything else is always there.
    void levels_eachKind_isStructureOrFull() {
        for (const EventKindInfo& info : allEventKinds()) {
            QVERIFY2(info.level != RecordLevel::Metrics, std::string(info.name).c_str());
        }
        const std::array full{EventKind::PhysStore, EventKind::Load,      EventKind::Store,
                              EventKind::TlbFill,   EventKind::TaskStep,  EventKind::WalkStep,
                              EventKind::PhysCopy,  EventKind::PageImage, EventKind::RegisterWrite};
        for (const EventKind kind : full) {
            QVERIFY(infoOf(kind).level == RecordLevel::Full);
        }
        const std::array structure{EventKind::LostWrite, EventKind::PageFault, EventKind::MapStore,
                                   EventKind::MoveDone,  EventKind::PteStore,  EventKind::RunEnded};
        for (const EventKind kind : structure) {
            QVERIFY(infoOf(kind).level == RecordLevel::Structure);
        }
        QVERIFY(infoOf(EventKind::Store).sort == EventSort::Both);
        QVERIFY(infoOf(EventKind::PhysStore).sort == EventSort::State);
        QVERIFY(infoOf(EventKind::Load).sort == EventSort::Meaning);
    }

    void rules_names_areUniqueAndHaveText() {
        std::set<std::string_view> names;
        for (std::size_t i = 0; i < static_cast<std::size_t>(Rule::Count); ++i) {
            const Rule rule = static_cast<Rule>(i);
            QVERIFY2(names.insert(nameOf(rule)).second, std::string(nameOf(rule)).c_str());
            QCOMPARE(textOf(rule).empty(), rule == Rule::None);
        }
        QVERIFY(names.contains("InEntryE"));
        QVERIFY(names.size() > 40);
    }

    void rules_operands_areFieldsOfEvents() {
        const std::set<std::string> fields{"vaddr", "paddr", "value", "a", "b", "object"};
        std::size_t seen = 0;
        for (std::size_t i = 0; i < static_cast<std::size_t>(Rule::Count); ++i) {
            for (const std::string& name : operandsOf(textOf(static_cast<Rule>(i)))) {
                QVERIFY2(fields.contains(name), name.c_str());
                ++seen;
            }
        }
        QVERIFY(seen > 0);
    }
};

QTEST_GUILESS_MAIN(TestEventRegistry)
#include "tst_event_registry.moc"
