#pragma once

#include "fragscope/event/event.h"

#include <string>
#include <vector>

namespace fragscope {

/// What to call the processes of a run, by process number.
class Names {
public:
    void setProcess(std::uint32_t process, std::string name);

    /// The name given, else "process 3"; "the kernel" for 0.
    [[nodiscard]] std::string process(std::uint32_t process) const;

private:
    std::vector<std::string> processes_;
};

/// One line for the log: what happened, with addresses and amounts ("CPU1 page fault 0x4 (read, not
/// present, user) at V0x1235'9000"). The sentences stand in explain/sentences.h.
std::string describe(const Event& event, const Names& names = {});

/// The reason: the rule's text with the event's operands filled in; empty if the event has none.
std::string reasonOf(const Event& event, const Names& names = {});

} // namespace fragscope
