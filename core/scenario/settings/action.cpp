#include "fragscope/scenario/action_fields.h"
#include "fragscope/scenario/setting_builder.h"

/// Settings of one action of the script.
namespace fragscope {

std::vector<Setting> actionSettings() {
    using S = ScriptAction;
    return {
        cycles("action.at", &S::atCycles).says("Time at which it happens."),
        choice("action.do", &S::action).says("What happens."),
        Row(SettingType::Text, "action.process", &S::process)
            .says("The process that it happens to, by name."),
        Row(SettingType::Text, "action.other", &S::other)
            .says("share: the process whose memory is attached."),
        Row(SettingType::Text, "action.shared", &S::shared)
            .says("create-shared, attach, detach, destroy-shared, free-shared: name of the shared "
                  "object."),
        size("action.size", &S::size)
            .between(0, gib(16).value)
            .says("grow, grow-low, free, allocate, release and create-shared: whole pages; pin, "
                  "unpin and system-call: length of the range; kernel-object, overrun: bytes."),
        size("action.offset", &S::offset)
            .between(0, 1ULL << 47)
            .says("pin, unpin and system-call: start of the range, from the start of the area; "
                  "release: from the first page allocated; violate: distance behind its end."),
    };
}

ActionFields fieldsOf(Action action) {
    switch (action) {
    case Action::Grow:
    case Action::GrowLow:
    case Action::Free:
        return {.process = true, .size = true};
    case Action::Exit:
    case Action::ReclaimStacks:
        return {.process = true};
    case Action::StartMover:
    case Action::KillMover:
        return {};
    case Action::Pin:
    case Action::Unpin:
    case Action::SystemCall:
        return {.process = true, .size = true, .offset = true};
    case Action::Violate:
        return {.process = true, .offset = true};
    case Action::Share:
        return {.process = true, .other = true};
    case Action::Allocate:
        return {.process = true, .size = true};
    case Action::Release:
        return {.process = true, .size = true, .offset = true};
    case Action::CreateShared:
        return {.size = true, .shared = true};
    case Action::Attach:
    case Action::Detach:
        return {.process = true, .shared = true};
    case Action::DestroyShared:
    case Action::FreeShared:
        return {.shared = true};
    case Action::KernelObject:
    case Action::Overrun:
        return {.size = true};
    }
    return {};
}

bool ActionFields::uses(std::string_view name) const {
    return (name == "process" && process) || (name == "other" && other) ||
           (name == "shared" && shared) || (name == "size" && size) ||
           (name == "offset" && offset) || name == "at" || name == "do";
}

} // namespace fragscope
