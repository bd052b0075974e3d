#include "fragscope/view/explain.h"

#include "fragscope/event/rule.h"
#include "fragscope/view/explain/operand_text.h"
#include "fragscope/view/explain/sentences.h"

#include <fmt/format.h>
#include <utility>

namespace fragscope {

void Names::setProcess(std::uint32_t process, std::string name) {
    if (process >= processes_.size()) {
        processes_.resize(process + std::size_t{1});
    }
    processes_[process] = std::move(name);
}

std::string Names::process(std::uint32_t process) const {
    if (process < processes_.size() && !processes_[process].empty()) {
        return processes_[process];
    }
    return process == 0 ? "the kernel" : fmt::format("process {}", process);
}

std::string describe(const Event& event, const Names& names) {
    return fillIn(sentenceOf(event.kind), event, names);
}

std::string reasonOf(const Event& event, const Names& names) {
    return fillIn(textOf(event.rule), event, names);
}

} // namespace fragscope
