#pragma once

#include "fragscope/event/event.h"
#include "fragscope/record/database/database.h"
#include "fragscope/record/run/number_map.h"

#include <optional>

namespace fragscope {

/// The numbers of event kinds, rules and metrics in one file. A file explains its own numbers
/// (tables event_kind, rule, metric), and several versions of the program may have written to it:
/// names count, numbers are translated.
struct FileNumbers {
    NumberMap kinds;
    NumberMap rules;
    NumberMap metrics;

    /// The numbers as they stand in the file; look at the database's failure().
    static FileNumbers load(Database& database);

    /// Adds to the file what this program knows and the file does not. Inside a write transaction.
    static FileNumbers merge(Database& database);

    /// The event with kind and rule as the file numbers them.
    [[nodiscard]] Event toFile(Event event) const;

    /// The converse; nothing if this program does not know the kind or the rule.
    [[nodiscard]] std::optional<Event> toProgram(Event event) const;
};

} // namespace fragscope
