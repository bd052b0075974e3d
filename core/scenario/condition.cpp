#include "fragscope/scenario/condition.h"

#include "fragscope/base/text.h"
#include "fragscope/scenario/expectation.h"
#include "fragscope/scenario/setting_value.h"

#include <fmt/format.h>

namespace fragscope {

/// Reads one condition; methods return false after setting `problem`.
class EventConditionParser {
public:
    explicit EventConditionParser(std::string_view text) { condition.text_ = std::string(text); }

    bool parse();

    EventCondition condition;
    std::string problem;

private:
    using Field = EventCondition::Field;
    using Operator = EventCondition::Operator;

    bool parseStep(std::string_view rest);
    bool parseTime(std::string_view rest);
    bool parseCount(std::string_view rest);
    bool parseComparison(std::string_view left, std::string_view op, std::string_view right);
    bool parseLeft(std::string_view left);
    bool parseField(std::string_view name);
    bool parseOperand(std::string_view right);
    bool setKind(std::string_view name);
    bool fail(std::string reason);
};

namespace {

struct Split {
    std::string_view left;
    std::string_view op;
    std::string_view right;
};

/// The two sides around a comparison operator; an empty `op` if there is none.
Split splitAtOperator(std::string_view text) {
    const auto at = text.find_first_of("=!<>");
    if (at == std::string_view::npos) {
        return {trimBlanks(text), {}, {}};
    }
    const auto length = at + 1 < text.size() && text[at + 1] == '=' ? 2U : 1U;
    return {trimBlanks(text.substr(0, at)), text.substr(at, length),
            trimBlanks(text.substr(at + length))};
}

std::optional<std::uint64_t> parseAmount(std::string_view text) {
    if (const auto number = parseUnsigned(text)) {
        return number;
    }
    const auto size = parseSize(text);
    return size ? std::optional(size->value) : std::nullopt;
}

/// The text after a first word, if it is `word` followed by a blank.
std::optional<std::string_view> afterWord(std::string_view text, std::string_view word) {
    if (!text.starts_with(word) || text.size() <= word.size() || text[word.size()] != ' ') {
        return std::nullopt;
    }
    return trimBlanks(text.substr(word.size()));
}

constexpr std::array<std::string_view, 13> fieldNames{
    "seq",   "time_cycles", "cpu", "task", "line", "object", "vaddr",
    "paddr", "value",       "a",   "b",    "size", "rule"};

} // namespace

bool EventConditionParser::fail(std::string reason) {
    problem = std::move(reason);
    return false;
}

bool EventConditionParser::setKind(std::string_view name) {
    condition.kind_ = eventKindNamed(name);
    if (condition.kind_) {
        condition.kinds_.reset();
        condition.kinds_.set(static_cast<std::size_t>(*condition.kind_));
        return true;
    }
    std::vector<std::string_view> known;
    for (const EventKindInfo& info : allEventKinds()) {
        known.push_back(info.name);
    }
    const std::string nearest = nearestWord(name, known);
    return fail(nearest.empty() ? fmt::format("`{}` is neither an event kind nor a field", name)
                                : fmt::format("there is no event kind `{}`; did you mean `{}`?",
                                              name, nearest));
}

bool EventConditionParser::parseStep(std::string_view rest) {
    const auto number = parseUnsigned(rest);
    if (!number || *number == 0) {
        return fail("`step` takes a number from 1");
    }
    condition.stepTarget_ = *number;
    condition.kind_ = EventKind::TaskStep;
    condition.kinds_.set(static_cast<std::size_t>(EventKind::TaskStep));
    condition.field_ = Field::Value; // of a step event: its number
    condition.operator_ = Operator::GreaterEqual;
    condition.operand_ = *number;
    return true;
}

bool EventConditionParser::parseTime(std::string_view rest) {
    const auto number = parseUnsigned(rest);
    if (!number) {
        return fail("`time` takes a number of cycles");
    }
    condition.kinds_ = kindsOf(RecordLevel::Structure);
    condition.field_ = Field::TimeCycles;
    condition.operator_ = Operator::GreaterEqual;
    condition.operand_ = *number;
    return true;
}

bool EventConditionParser::parseCount(std::string_view rest) {
    const auto blank = rest.find(' ');
    const auto number = parseUnsigned(rest.substr(0, blank));
    const auto kind = blank == std::string_view::npos
                          ? std::nullopt
                          : afterWord(trimBlanks(rest.substr(blank)), "of");
    if (!number || *number == 0 || !kind) {
        return fail("expected `count N of KIND` with N from 1");
    }
    condition.remaining_ = *number;
    return setKind(*kind);
}

bool EventConditionParser::parseField(std::string_view name) {
    if (condition.kind_) {
        const EventKindInfo& info = infoOf(*condition.kind_);
        const std::array<std::pair<std::string_view, Field>, 4> own{{{info.object, Field::Object},
                                                                     {info.value, Field::Value},
                                                                     {info.a, Field::A},
                                                                     {info.b, Field::B}}};
        for (const auto& [word, field] : own) {
            if (word == name && !word.empty()) {
                condition.field_ = field;
                return true;
            }
        }
    }
    for (std::size_t i = 0; i < fieldNames.size(); ++i) {
        if (fieldNames[i] == name) {
            condition.field_ = static_cast<Field>(i);
            return true;
        }
    }
    const std::string nearest = nearestWord(name, fieldNames);
    return fail(fmt::format("there is no field `{}`{}", name,
                            nearest.empty() ? "" : fmt::format("; did you mean `{}`?", nearest)));
}

bool EventConditionParser::parseLeft(std::string_view left) {
    condition.kinds_ = kindsOf(RecordLevel::Structure);
    const auto dot = left.find('.');
    if (dot == std::string_view::npos) {
        return parseField(left);
    }
    return setKind(left.substr(0, dot)) && parseField(left.substr(dot + 1));
}

bool EventConditionParser::parseOperand(std::string_view right) {
    const auto amount = parseAmount(right);
    const auto rule = condition.field_ == Field::Rule ? ruleNamed(right) : std::nullopt;
    if (!amount && !rule) {
        return fail(condition.field_ == Field::Rule ? fmt::format("there is no rule `{}`", right)
                                                    : fmt::format("`{}` is not a number", right));
    }
    condition.operand_ = rule ? static_cast<std::uint64_t>(*rule) : *amount;
    return true;
}

bool EventConditionParser::parseComparison(std::string_view left,
                                           std::string_view op,
                                           std::string_view right) {
    constexpr std::array<std::string_view, 7> names{"", "==", "!=", "<", "<=", ">", ">="};
    for (std::size_t i = 1; i < names.size(); ++i) {
        if (names[i] == op) {
            condition.operator_ = static_cast<Operator>(i);
            return parseLeft(left) && parseOperand(right);
        }
    }
    return fail(fmt::format("`{}` is not one of == != < <= > >=", op));
}

bool EventConditionParser::parse() {
    const std::string copy = condition.text_;
    const std::string_view text = trimBlanks(copy);
    if (const auto rest = afterWord(text, "step")) {
        return parseStep(*rest);
    }
    if (const auto rest = afterWord(text, "time")) {
        return parseTime(*rest);
    }
    if (const auto rest = afterWord(text, "count")) {
        return parseCount(*rest);
    }
    const Split split = splitAtOperator(text);
    return split.op.empty() ? setKind(split.left)
                            : parseComparison(split.left, split.op, split.right);
}

Expected<EventCondition> EventCondition::parse(std::string_view text) {
    EventConditionParser parser(text);
    if (parser.parse()) {
        return parser.condition;
    }
    Error error = badInput(fmt::format("`{}`: {}", text, parser.problem));
    error.code = ExitCode::Usage;
    return error;
}

bool EventCondition::needsFull() const {
    return (kinds_ & ~kindsOf(RecordLevel::Structure)).any();
}

bool EventCondition::reached(const Event& event) {
    if ((kind_ && event.kind != *kind_) || !holds(event)) {
        return false;
    }
    if (remaining_ > 0) {
        --remaining_;
    }
    return remaining_ == 0;
}

bool EventCondition::holds(const Event& event) const {
    const std::array<std::uint64_t, 13> fields{event.seq,
                                               event.timeCycles,
                                               event.cpu,
                                               event.task,
                                               event.line,
                                               event.object,
                                               event.vaddr,
                                               event.paddr,
                                               event.value,
                                               event.a,
                                               event.b,
                                               event.size,
                                               static_cast<std::uint64_t>(event.rule)};
    const std::uint64_t found = fields.at(static_cast<std::size_t>(field_));
    switch (operator_) {
    case Operator::Always:
        return true;
    case Operator::Equal:
        return found == operand_;
    case Operator::NotEqual:
        return found != operand_;
    case Operator::Less:
        return found < operand_;
    case Operator::LessEqual:
        return found <= operand_;
    case Operator::Greater:
        return found > operand_;
    case Operator::GreaterEqual:
        return found >= operand_;
    }
    return false;
}

} // namespace fragscope
