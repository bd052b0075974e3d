#include "fragscope/scenario/validate_parts.h"
#include "fragscope/workload/segment_script.h"

#include <fmt/format.h>
#include <set>

/// What must hold between the settings of messages, locks and the device, and all others.
namespace fragscope {

namespace {

const ProcessSettings* processCalled(const RunConfig& config, const std::string& name) {
    const auto found =
        std::find_if(config.processes.begin(), config.processes.end(),
                     [&](const ProcessSettings& process) { return process.name == name; });
    return found != config.processes.end() ? &*found : nullptr;
}

void checkPeer(const RunConfig& config, std::size_t item, IssueList& issues) {
    const ProcessSettings& process = config.processes[item];
    const ProcessSettings* peer = processCalled(config, process.segments.peer);
    if (process.segments.sendPercent == 0) {
        return;
    }
    if (peer == nullptr || peer == &process || peer->pattern != Pattern::Segments) {
        issues.add("process.peer", item,
                   "send_percent needs another process with pattern = `segments`");
    } else if (peer->segments.stamps != process.segments.stamps) {
        issues.add("process.peer", item,
                   "the peer must have the same `stamps`, or it cannot check what it receives");
    }
}

bool makesName(Verb verb) {
    return verb == Verb::GetSegment || verb == Verb::GetBuffer || verb == Verb::Receive;
}

std::string wrongElement(const RunConfig& config,
                         const ProcessSettings& process,
                         const ScriptedAccess& element,
                         const std::set<std::string>& names) {
    const bool known = names.count(element.other) != 0 || makesName(element.verb) ||
                       element.verb == Verb::AwaitTransfer;
    const ProcessSettings* peer = processCalled(config, element.peer);
    if (!usesSegments(element.verb)) {
        const bool plain = element.verb == Verb::Wait || element.verb == Verb::Exit;
        return plain ? "" : "where memory is segments, a script uses segments, `wait` and `exit`";
    }
    if (!known) {
        return fmt::format("no earlier element makes a segment called {}", element.other);
    }
    if (element.verb != Verb::Send) {
        return "";
    }
    if (peer == nullptr || peer == &process) {
        return fmt::format("there is no other process {}", element.peer);
    }
    return element.size.value > MessageSettings::headerBytes
               ? fmt::format("a header has at most {} bytes", MessageSettings::headerBytes)
               : "";
}

void checkScript(const RunConfig& config, std::size_t item, IssueList& issues) {
    const ProcessSettings& process = config.processes[item];
    std::set<std::string> names;
    for (const ScriptedAccess& element : process.script) {
        const std::string wrong = wrongElement(config, process, element, names);
        if (!wrong.empty()) {
            issues.add("process.script", item, wrong);
        }
        if (makesName(element.verb)) {
            names.insert(element.other);
        }
    }
    if (process.cpus.size() != 1) {
        issues.add("process.cpus", item, "a script with segments is one thread");
    }
}

} // namespace

bool hasSegmentScript(const ProcessSettings& process) {
    return process.pattern == Pattern::Script &&
           std::any_of(process.script.begin(), process.script.end(),
                       [](const ScriptedAccess& one) { return usesSegments(one.verb); });
}

namespace {

/// Messages, locks and their zone are about segments that are mapped in one piece.
bool usesWholeSegments(const RunConfig& config) {
    return config.segments.heap.lockZone.value != 0 ||
           std::any_of(config.processes.begin(), config.processes.end(),
                       [](const ProcessSettings& process) {
                           const SegmentLoad& load = process.segments;
                           return hasSegmentScript(process) || load.sendPercent != 0 ||
                                  load.lockPercent != 0;
                       });
}

void checkPlacement(const RunConfig& config, IssueList& issues) {
    const SegmentPlacement placement = config.segments.heap.placement;
    const bool whole = placement == SegmentPlacement::QuickFit ||
                       placement == SegmentPlacement::Top || placement == SegmentPlacement::Buddy;
    if (usesWholeSegments(config) &&
        (!whole || config.segments.addresses != SegmentAddresses::Virtual)) {
        issues.add("segments.placement",
                   "messages, locks and scripts need segments in one piece, mapped at virtual "
                   "addresses: placement = `quick-fit`, `top` or `buddy`, addresses = `virtual`");
    }
}

} // namespace

void checkMessages(const RunConfig& config, IssueList& issues) {
    checkPlacement(config, issues);
    for (std::size_t item = 0; item < config.processes.size(); ++item) {
        if (config.processes[item].pattern == Pattern::Segments) {
            checkPeer(config, item, issues);
        } else if (hasSegmentScript(config.processes[item])) {
            checkScript(config, item, issues);
        }
    }
    if (config.segments.device.cpu >= config.machine.cpus) {
        issues.add("segments.device_cpu",
                   noSuchCpu(config.segments.device.cpu, config.machine.cpus));
    }
    if (config.segments.heap.lockZone >= config.machine.memory) {
        issues.add("segments.lock_zone", "nothing would be left for other segments");
    }
}

} // namespace fragscope
