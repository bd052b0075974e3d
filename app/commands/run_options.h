#pragma once

#include "fragscope/event/event_kind.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fragscope {

/// What `fragscope-cli run` is asked to do.
struct RunOptions {
    std::string scenario;             ///< file or name
    std::vector<std::string> set;     ///< "KEY=VALUE", in order
    std::vector<std::string> against; ///< "KEY=VALUE": a second run with these to compare with
    std::string until;                ///< a condition; empty = to the end
    RecordLevel level = RecordLevel::Structure;
    std::string record;     ///< run file; empty = none
    std::string csv;        ///< folder for tables; empty = none
    bool csvEvents = false; ///< events.csv too
    bool json = false;
    bool check = false;    ///< check, and demand that nothing is lost unless the scenario says so
    double maxSeconds = 0; ///< 0 = none
    std::uint64_t maxMemoryBytes = 0; ///< of this process; 0 = none
};

} // namespace fragscope
