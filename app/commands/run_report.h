#pragma once

#include "commands/run_session.h"

namespace fragscope {

/// What came out of a run, for the summary on standard output.
struct RunReport {
    const RunSession& session;
    RunEnd end;
    const RunSession* against = nullptr;         ///< the run to compare with, at its end
    std::vector<ExpectationResult> expectations; ///< empty unless the run came to its end
};

void printText(const RunReport& report, std::ostream& out);
void printJson(const RunReport& report, std::ostream& out);

} // namespace fragscope
