#include "fragscope/scenario/validate.h"

#include "fragscope/base/text.h"
#include "fragscope/kernel/frames/kernel_plan.h"
#include "fragscope/scenario/validate_parts.h"

#include <bit>
#include <fmt/format.h>

namespace fragscope {

namespace {

void checkHoles(const RunConfig& config, IssueList& issues) {
    const MachineSettings& machine = config.machine;
    FrameClaims claims(machine.memory, config.frames, config.paging);
    for (std::size_t i = 0; i < machine.holes.size(); ++i) {
        const MemorySpan& hole = machine.holes[i];
        const std::uint64_t first = frameOf(hole.start).value;
        if (const auto reason = claims.claim(first, hole.length, "a hole")) {
            issues.add("machine.holes", 0, i, *reason);
        }
    }
}

void checkTreeWays(std::string_view key,
                   std::uint32_t ways,
                   const MachineSettings& machine,
                   IssueList& issues) {
    if (machine.tlbReplacement == Replacement::TreePlru && !std::has_single_bit(ways)) {
        issues.add(key, fmt::format("{} is not a power of two, which `tree-plru` needs", ways));
    }
}

void checkMachine(const RunConfig& config, IssueList& issues) {
    const MachineSettings& machine = config.machine;
    if (!std::has_single_bit(machine.tlbSets)) {
        issues.add("machine.tlb_sets", fmt::format("{} is not a power of two", machine.tlbSets));
    }
    if (machine.tlb2Sets != 0 && !std::has_single_bit(machine.tlb2Sets)) {
        issues.add("machine.tlb2_sets", fmt::format("{} is not a power of two", machine.tlb2Sets));
    }
    checkTreeWays("machine.tlb_ways", machine.tlbWays, machine, issues);
    checkTreeWays("machine.tlb2_ways", machine.tlb2Ways, machine, issues);
    if (machine.mapRepresentation != MapRepresentation::StartOnly &&
        machine.translation != TranslationMode::Ranges) {
        issues.add("machine.map_representation", "acts only where machine.translation is `ranges`");
    }
    checkHoles(config, issues);
    const std::uint64_t books = kernelFrames(machine.memory, config.frames, config.paging);
    if (books >= machine.memory.value / pageBytes) {
        issues.add("machine.memory",
                   fmt::format("the kernel's books take {} frames, and memory has {}", books,
                               machine.memory.value / pageBytes));
    }
}

void checkMover(const RunConfig& config, IssueList& issues) {
    const MoverSettings& mover = config.mover;
    if (mover.algorithm == MoverAlgorithm::None) {
        return;
    }
    if (mover.cpu >= config.machine.cpus) {
        issues.add("mover.cpu", noSuchCpu(mover.cpu, config.machine.cpus));
    }
    if (!mover.startOnCommand && !mover.startOnFramesFreed && mover.startPeriodCycles == 0) {
        issues.add("mover.start_on_command",
                   "nothing starts the mover: set start_on_command, start_on_frames_freed or "
                   "start_period, or algorithm = `none`");
    }
}

} // namespace

void IssueList::add(std::string_view key, std::string reason) {
    add(key, 0, SettingIssue::whole, std::move(reason));
}

void IssueList::add(std::string_view key, std::size_t item, std::string reason) {
    add(key, item, SettingIssue::whole, std::move(reason));
}

void IssueList::add(std::string_view key,
                    std::size_t item,
                    std::size_t element,
                    std::string reason) {
    issues_.push_back({key, item, element, std::move(reason)});
}

std::string noSuchCpu(std::uint64_t cpu, std::uint32_t cpus) {
    return fmt::format("there is no CPU {}: machine.cpus is {}, counted from 0", cpu, cpus);
}

std::uint64_t
kernelFrames(ByteCount memory, const FrameSettings& settings, const PagingSettings& paging) {
    return planKernel(PageCount(memory.value / pageBytes), settings, paging).books.value;
}

FrameClaims::FrameClaims(ByteCount memory,
                         const FrameSettings& settings,
                         const PagingSettings& paging)
    : frames_(memory.value / pageBytes) {
    taken_.emplace(0, Claim{kernelFrames(memory, settings, paging), "the kernel's own frames"});
}

std::optional<std::string>
FrameClaims::claim(std::uint64_t first, ByteCount length, std::string owner) {
    const std::uint64_t pages = pagesFor(length).value;
    if (first >= frames_ || pages > frames_ - first) {
        return fmt::format("frames {} to {} lie outside memory, which has {} frames", first,
                           first + (pages - 1), frames_);
    }
    const auto next = taken_.lower_bound(first);
    if (next != taken_.end() && next->first < first + pages) {
        return fmt::format("overlaps {} (from frame {})", next->second.owner, next->first);
    }
    if (next != taken_.begin()) {
        const auto& [start, previous] = *std::prev(next);
        if (start + previous.pages > first) {
            return fmt::format("overlaps {} (frames {} to {})", previous.owner, start,
                               start + previous.pages - 1);
        }
    }
    taken_.emplace(first, Claim{pages, std::move(owner)});
    return std::nullopt;
}

std::vector<ConfigIssue> validate(const RunConfig& config) {
    IssueList issues;
    checkMachine(config, issues);
    checkMover(config, issues);
    checkProcesses(config, issues);
    checkPaging(config, issues);
    checkHeaps(config, issues);
    checkSegments(config, issues);
    checkActions(config, issues);
    return issues.take();
}

std::vector<Error> validationErrors(const RunConfig& config) {
    std::vector<Error> errors;
    for (const ConfigIssue& issue : validate(config)) {
        Error error = badInput(issue.reason);
        const Setting* setting = settingNamed(issue.key);
        const bool exists = issue.item < itemsOf(config, setting->section);
        error.key = exists ? itemKey(config, *setting, issue.item) : std::string(issue.key);
        errors.push_back(std::move(error));
    }
    return errors;
}

} // namespace fragscope
