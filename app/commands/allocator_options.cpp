#include "commands/allocator_options.h"

#include "commands/streams.h"
#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>

namespace fragscope {

namespace {

/// KEY=VALUE, for one allocator or for all that have such a setting.
struct Assignment {
    std::string text;
    std::string allocator; ///< empty: all
    std::string key;
    std::string value;
};

Error inOption(std::string_view option, Error error) {
    error.code = ExitCode::Usage;
    error.file = std::string(option);
    return error;
}

Error inAssignment(std::string_view option, std::string_view assignment, Error error) {
    error.reason = fmt::format("`{}`: {}", assignment, error.reason);
    error.key.clear();
    return inOption(option, std::move(error));
}

Expected<std::vector<Assignment>> parseAssignments(std::string_view option,
                                                   const std::vector<std::string>& texts) {
    std::vector<Assignment> assignments;
    for (const std::string& text : texts) {
        const std::size_t sign = text.find('=');
        if (sign == std::string::npos) {
            return inAssignment(option, text, badInput("is not KEY=VALUE"));
        }
        Assignment assignment{text, "", text.substr(0, sign), text.substr(sign + 1)};
        if (const std::size_t dot = assignment.key.find('.'); dot != std::string::npos) {
            assignment.allocator = assignment.key.substr(0, dot);
            assignment.key = assignment.key.substr(dot + 1);
        }
        assignments.push_back(std::move(assignment));
    }
    // a preset gives values that the others change
    std::stable_partition(assignments.begin(), assignments.end(),
                          [](const Assignment& a) { return a.key == "preset"; });
    return assignments;
}

bool hasSetting(AllocatorKind kind, std::string_view key) {
    const auto rows = allocatorSettingRows();
    return std::any_of(rows.begin(), rows.end(), [&](const AllocatorSettingRow& row) {
        return row.key == key && (row.allocators & allocatorBit(kind)) != 0;
    });
}

std::vector<std::string> partsOf(const std::string& text) {
    std::vector<std::string> parts;
    std::size_t from = 0;
    while (from <= text.size()) {
        const std::size_t to = std::min(text.find(':', from), text.size());
        parts.push_back(text.substr(from, to - from));
        from = to + 1;
    }
    return parts;
}

/// NAME:KEY=VALUE:KEY=VALUE...
Expected<NamedAllocator> parseAllocator(const std::string& text) {
    std::vector<std::string> parts = partsOf(text);
    const auto kind = parseAllocatorKind(parts.front());
    if (!kind) {
        return inOption("--allocator", kind.error());
    }
    NamedAllocator allocator{text, defaultSettings(*kind)};
    parts.erase(parts.begin());
    const auto assignments = parseAssignments("--allocator", parts);
    if (!assignments) {
        return assignments.error();
    }
    for (const Assignment& assignment : *assignments) {
        const auto set = setAllocatorSetting(allocator.settings, assignment.key, assignment.value);
        if (!set) {
            return inAssignment("--allocator", assignment.text, set.error());
        }
    }
    return allocator;
}

/// To all allocators that are meant.
Expected<Done> apply(const Assignment& assignment, std::vector<NamedAllocator>& all) {
    bool used = false;
    for (NamedAllocator& allocator : all) {
        AllocatorSettings& settings = allocator.settings;
        const bool meant = assignment.allocator.empty()
                               ? hasSetting(settings.kind, assignment.key) || all.size() == 1
                               : assignment.allocator == allocatorInfo(settings.kind).name;
        if (!meant) {
            continue;
        }
        used = true;
        const auto set = setAllocatorSetting(settings, assignment.key, assignment.value);
        if (!set) {
            return inAssignment("--set", assignment.text, set.error());
        }
    }
    if (!used) {
        return inAssignment("--set", assignment.text,
                            badInput("none of the allocators has this setting"));
    }
    return Done{};
}

} // namespace

Expected<std::vector<NamedAllocator>> prepareAllocators(const AllocatorOptions& options) {
    std::vector<NamedAllocator> all;
    for (const std::string& text : options.allocators) {
        auto allocator = parseAllocator(text);
        if (!allocator) {
            return allocator.error();
        }
        all.push_back(std::move(allocator).value());
    }
    const auto assignments = parseAssignments("--set", options.set);
    if (!assignments) {
        return assignments.error();
    }
    for (const Assignment& assignment : *assignments) {
        if (const auto applied = apply(assignment, all); !applied) {
            return applied.error();
        }
    }
    for (const NamedAllocator& allocator : all) {
        if (const auto fits = checkAllocatorSettings(allocator.settings); !fits) {
            return inAssignment("--set", allocator.name, fits.error());
        }
    }
    return all;
}

void addAllocatorOptions(CLI::App& command, AllocatorOptions& options) {
    std::string names;
    for (const AllocatorInfo& info : allocatorInfos()) {
        names += (names.empty() ? "" : ", ") + std::string(info.name);
    }
    command
        .add_option("--allocator", options.allocators,
                    names + "; NAME:KEY=VALUE:... has settings of its own; may be repeated")
        ->type_name("NAME")
        ->delimiter(',')
        ->allow_extra_args(false);
    command
        .add_option("--set", options.set,
                    "Change a setting of the allocators that have it, or, as NAME.KEY=VALUE, of "
                    "one; may be repeated (`fragscope-cli list allocators`)")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
}

} // namespace fragscope
