#pragma once

#include "fragscope/base/error.h"
#include "fragscope/event/event_bus.h"
#include "fragscope/event/event_source.h"

#include <optional>
#include <string>

namespace fragscope {

/// A stop condition as text (--until, breakpoints):
///
///     KIND                      the next event of this kind: `page-fault`
///     KIND.FIELD OP NUMBER      a comparison of its field: `page-fault.vaddr == 0x1000`
///     FIELD OP NUMBER           of any event: `vaddr >= 0x10000000`
///     step N | time N           N micro-steps are made | the first event at or after N cycles
///     count N of KIND           the N-th event of this kind from now on
///
/// FIELD is seq, time_cycles, cpu, task, line, object, vaddr, paddr, value, a, b, size, rule or one
/// of the kind's own names for them (`wait-ended.waited_cycles`). OP is == != < <= > >=. NUMBER is
/// decimal, 0x-hexadecimal or a size (`64 KiB`); for `rule` it is the name of a rule.
class EventCondition : public StopCondition {
public:
    /// The condition, or what cannot be understood (exit code Usage).
    static Expected<EventCondition> parse(std::string_view text);

    bool reached(const Event& event) override;

    /// Kinds that must be emitted for it to work.
    [[nodiscard]] const KindSet& kinds() const { return kinds_; }

    /// True if it needs events of level full.
    [[nodiscard]] bool needsFull() const;

    /// For `step N`: the micro-step, so that a loop can count by itself instead of asking for step
    /// events.
    [[nodiscard]] std::optional<std::uint64_t> stepTarget() const { return stepTarget_; }

    [[nodiscard]] const std::string& text() const { return text_; }

private:
    enum class Operator : std::uint8_t {
        Always,
        Equal,
        NotEqual,
        Less,
        LessEqual,
        Greater,
        GreaterEqual
    };
    enum class Field : std::uint8_t {
        Seq,
        TimeCycles,
        Cpu,
        Task,
        Line,
        Object,
        Vaddr,
        Paddr,
        Value,
        A,
        B,
        Size,
        Rule
    };

    friend class EventConditionParser;

    [[nodiscard]] bool holds(const Event& event) const;

    std::string text_;
    KindSet kinds_;
    std::optional<EventKind> kind_; ///< nothing = any
    Field field_ = Field::Seq;
    Operator operator_ = Operator::Always;
    std::uint64_t operand_ = 0;
    std::uint64_t remaining_ = 1; ///< events that must still hold
    std::optional<std::uint64_t> stepTarget_;
};

} // namespace fragscope
