#pragma once

#include "fragscope/event/event.h"

#include <string>
#include <vector>

namespace fragscope {

/// One line for the log: what happened, with addresses and amounts ("CPU1 page fault 0x4 at
/// V0x12359000").
std::string describe(const Event& event);

/// The reason: the rule's text with the event's operands filled in; empty if the event has none.
std::string reasonOf(const Event& event);

/// What to call the processes of a run, by process number; used by describe when set (else "process
/// 3").
class Names {
public:
    void setProcess(std::uint32_t process, std::string name);
    [[nodiscard]] std::string process(std::uint32_t process) const;

private:
    std::vector<std::string> processes_;
};

} // namespace fragscope
